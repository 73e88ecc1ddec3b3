// Command hold is `make hold`: it runs what shows each promise of the project, measures what has a figure,
// and prints a line for each. A promise that needs something this machine lacks is skipped, with the reason. It takes
// minutes and wants a quiet machine; it is no part of CI.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"time"
)

// A promise is one line: what must hold, and what shows it. Show returns the figures; a skip is an error that says why.
type promise struct {
	name string
	show func(context.Context) (figures string, err error)
}

// promises in the order in which they are printed.
func promises() []promise {
	return []promise{
		{"demo: seeds 1, 2, 3 reach 96% of the test digits, each within 90 s", demo},
		{"recipes: mlp, lenet and gru reach 96% with seeds 1, 2, 3, each within 3 minutes", recipes},
		{"oracle: all cases pass, compiled in f32 and interpreted in f64", oracle},
		{"specs: each parses, checks, prints back, and each function runs", specs},
		{"joints: interpreted and compiled; the GRU's weight gradients are one product each", joints},
		{"gemm 512 on one core: 80% of the FMA peak, with avx512 and with avx2", gemm},
		{"gemm 512 on two threads: 1.6 times as fast as on one", threads},
		{"training step of mlp [784, 512, 256, 10], batch 64: at most twice PyTorch's time", trainingStep},
		{"compile: a perceptron of 2,000 ops with its backward pass in under a second", compileSpeed},
		{"check: nnc check models/gru.nn in under 50 ms", checkSpeed},
		{"resume: killed at ten random moments, a run ends bit-equal to one left alone", resume},
		{"bits: equal for 1 and 2 threads, and from run to run", bits},
		{"binary: under 12 MB, static, answers one digit in under 20 ms, refuses wrong inputs", binary},
		{"damaged files: an error that names file and place; the fuzz targets' corpora pass", damaged},
		{"go.sum: a program that imports the root package names no module but ours and x/sys", goSum},
		{"clean: git status shows nothing that the above left behind", clean},
	}
}

// errSkip marks why a promise was not looked at.
type errSkip struct{ why string }

func (e errSkip) Error() string { return e.why }

func skipf(format string, args ...any) error { return errSkip{fmt.Sprintf(format, args...)} }

func main() {
	only := flag.String("run", "", "look at promises whose line matches this regular expression")
	as := flag.String("as", "", "judge kernels by the bars of this microarchitecture, zen4 or zen5, and not of the machine's own")
	flag.Parse()
	match, err := regexp.Compile(*only)
	if err == nil {
		_, err = os.Stat(command()) // make hold builds it
	}
	if err == nil && *as != "" && !hasBars(*as) {
		err = fmt.Errorf("there are no bars of %s", *as)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hold:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	failed := 0
	for _, p := range slices.Concat(promises(), libraryPromises(), callPromises(), kernelPromises(*as)) {
		if match.MatchString(p.name) && !p.hold(ctx) {
			failed++
		}
	}
	if failed > 0 {
		fmt.Printf("%d promises do not hold\n", failed)
		os.Exit(1)
	}
}

// hold prints the promise's line and reports whether it holds or was skipped.
func (p promise) hold(ctx context.Context) bool {
	from := time.Now()
	figures, err := p.show(ctx)
	took := time.Since(from).Round(100 * time.Millisecond)
	var skip errSkip
	switch {
	case errors.As(err, &skip):
		fmt.Printf("skipped  %s: %s\n", p.name, skip.why)
		return true
	case err != nil:
		fmt.Printf("BROKEN   %s: %v %s(%v)\n", p.name, err, spaced(figures), took)
		return false
	}
	fmt.Printf("holds    %s: %s(%v)\n", p.name, spaced(figures), took)
	return true
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return s + " "
}
