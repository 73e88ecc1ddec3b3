// Command demo is `make demo`: it trains the GRU on the digits with nnc, has nnc build a binary of it, runs that binary on
// the test set and prints accuracy and time. It fails below the accuracy that the README promises.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"time"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/data"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// promised is the share of the test digits that the README promises.
const promised = 0.96

func main() {
	seed := flag.Uint64("seed", 1, "seed of the run")
	nnc := flag.String("nnc", filepath.Join("bin", exe("nnc")), "the command")
	flag.Parse()
	if err := demo(*nnc, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(nnc string, seed uint64) error {
	from := time.Now()
	dir := filepath.Join("runs", "demo-"+strconv.FormatUint(seed, 10))
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	spec, binary := filepath.Join("models", "gru.nn"), filepath.Join(dir, exe("digits"))
	if err := run(nnc, "train", spec, "--seed", strconv.FormatUint(seed, 10), "--out", dir); err != nil {
		return err
	}
	if err := run(nnc, "build", spec, "--weights", dir, "-o", binary); err != nil {
		return err
	}
	accuracy, took, err := test(binary, dir)
	if err != nil {
		return err
	}
	fmt.Printf("the binary names %.2f%% of the 360 test digits (%.0f ms, with its start); all in %.1f s\n",
		100*accuracy, 1000*took.Seconds(), time.Since(from).Seconds())
	if accuracy < promised {
		return fmt.Errorf("that is less than %.0f%%", 100*promised)
	}
	return nil
}

// test gives the test digits to the binary and counts what it names rightly.
func test(binary, dir string) (accuracy float64, took time.Duration, err error) {
	src, _ := data.Find("digits")
	set, err := src.Open(data.Env{}, nil, nil)
	if err != nil {
		return 0, 0, err
	}
	x, y := set.Test["x"], set.Test["y"]
	rows := tensor.New(tensor.F32, y.Len(), 8, 8)
	for i := range x.Len() {
		rows.SetFloat(i, x.Float(i)/16)
	}
	in, out := filepath.Join(dir, "test.npz"), filepath.Join(dir, "probs.npz")
	if err := npz.Write(in, map[string]tensor.Tensor{"x": rows}); err != nil {
		return 0, 0, err
	}
	from := time.Now()
	if err := run(binary, "predict", "--in", in, "--out", out); err != nil {
		return 0, 0, err
	}
	took = time.Since(from)
	results, err := npz.Read(out)
	if err != nil {
		return 0, 0, err
	}
	probs, ok := results["probs"]
	if !ok || !probs.HasDims(y.Len(), 10) {
		return 0, 0, fmt.Errorf("%s has no probs of 360 digits", out)
	}
	return hits(probs, y), took, nil
}

// hits is the share of rows whose largest probability stands at the label.
func hits(probs, y tensor.Tensor) float64 {
	right := 0
	for i := range y.Len() {
		best := 0
		for k := range 10 {
			if probs.Float(i*10+k) > probs.Float(i*10+best) {
				best = k
			}
		}
		if int64(best) == y.Int(i) {
			right++
		}
	}
	return float64(right) / float64(y.Len())
}

func run(name string, args ...string) error {
	fmt.Println("$", name, args)
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func exe(name string) string {
	if goruntime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
