// Command versus sets the workloads of package bench beside ONNX Runtime on the same machine, alternately, round by round,
// and writes a table of all ratios, losses included.
//
// It needs the suite of ONNX models with its manifest.json, and a program that measures one model: called as
//
//	PROGRAM MODEL.onnx THREADS SECONDS 1 INPUT=FILE.npy... -- OUTPUT...
//
// it prints a line of JSON with median_us, min_us and the version ("ort"). The ratio is the peer's time over ours: above 1
// we are faster. Whoever reads the table should know that shared machines change by tens of percent within an hour.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/bench"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

type flags struct {
	models, program, out string
	only                 *regexp.Regexp
	rounds, threads      int
	seconds              float64
}

func main() {
	var f flags
	only := flag.String("only", "", "workloads whose name matches")
	flag.StringVar(&f.models, "models", "", "folder of the ONNX models")
	flag.StringVar(&f.program, "program", "", "what measures one of them")
	flag.StringVar(&f.out, "out", "", "name of the results: .json and .md are appended")
	flag.IntVar(&f.rounds, "rounds", 3, "turns")
	flag.IntVar(&f.threads, "threads", 2, "from 1 to so many threads")
	flag.Float64Var(&f.seconds, "seconds", 0.3, "of a turn")
	flag.Parse()
	err := f.compile(*only)
	if err == nil {
		err = f.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "versus:", err)
		os.Exit(1)
	}
}

func (f *flags) compile(only string) (err error) {
	if f.models == "" || f.program == "" || f.out == "" {
		return errors.New("-models, -program and -out are needed")
	}
	f.only, err = regexp.Compile(only)
	return err
}

// A workload of the manifest.
type workload struct {
	Model  string `json:"model"`
	Inputs []struct {
		Name string `json:"name"`
		File string `json:"file"`
	} `json:"inputs"`
	Outputs []string `json:"outputs"`
}

// Turn is what one measurement of either side gave.
type turn struct {
	Median  float64 `json:"median_us"`
	Least   float64 `json:"min_us"`
	Version string  `json:"ort,omitempty"`
}

func (f *flags) run(ctx context.Context) error {
	b, err := os.ReadFile(filepath.Join(f.models, "manifest.json"))
	if err != nil {
		return err
	}
	var suite []workload
	if err := json.Unmarshal(b, &suite); err != nil {
		return fmt.Errorf("manifest.json: %w", err)
	}
	r := result{CPU: asm.Detect().Name, Date: time.Now().UTC().Format(time.DateOnly), Rounds: f.rounds, Seconds: f.seconds}
	for _, name := range bench.PeerNames() {
		for _, w := range suite {
			if w.Model != name || !f.only.MatchString(name) {
				continue
			}
			for n := 1; n <= f.threads; n++ {
				l, err := f.compare(ctx, w, n)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				r.Lines = append(r.Lines, *l)
				fmt.Println(l)
			}
		}
	}
	return r.write(f.out)
}

// compare measures both sides in turns.
func (f *flags) compare(ctx context.Context, w workload, threads int) (*line, error) {
	p, err := bench.OpenPeer(w.Model, threads)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	l := &line{Model: w.Model, Threads: threads, NoKernel: p.NoKernel}
	long := time.Duration(f.seconds * float64(time.Second))
	for range f.rounds {
		theirs, err := f.peer(ctx, w, threads)
		if err != nil {
			return nil, err
		}
		l.Version = theirs.Version
		ours := turn{}
		if ours.Median, ours.Least, err = p.Measure(ctx, long/2, long); err != nil {
			return nil, err
		}
		l.theirs, l.ours = append(l.theirs, *theirs), append(l.ours, ours)
	}
	l.sum()
	return l, nil
}

func (f *flags) peer(ctx context.Context, w workload, threads int) (*turn, error) {
	dir := filepath.Join(f.models, w.Model)
	args := []string{filepath.Join(dir, "model.onnx"), fmt.Sprint(threads), fmt.Sprint(f.seconds), "1"}
	for _, in := range w.Inputs {
		args = append(args, in.Name+"="+filepath.Join(dir, in.File))
	}
	args = append(append(args, "--"), w.Outputs...)
	out, err := exec.CommandContext(ctx, f.program, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.program, err)
	}
	var t turn
	return &t, json.Unmarshal(bytes.TrimSpace(out), &t)
}

func (r *result) write(name string) error {
	if err := atomicfile.Write(name+".json", func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(r)
	}); err != nil {
		return err
	}
	return atomicfile.WriteBytes(name+".md", []byte(strings.Join(r.table(), "\n")+"\n"))
}
