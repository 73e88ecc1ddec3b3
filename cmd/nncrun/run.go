package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/internal/bundle"
	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
)

// files are the standard ones.
type files struct {
	in  io.Reader
	out io.Writer
}

// arguments are the command line, parsed.
type arguments struct {
	fn      string
	in      []string
	sizes   map[string]string
	out     string
	seed    uint64
	threads int
	json    bool
	help    bool
}

func run(ctx context.Context, args []string, std files) error {
	a, err := parse(args)
	if err != nil {
		return err
	}
	if a.help {
		a.threads = 1
	}
	m, err := load(a)
	if err != nil {
		return err
	}
	defer m.Close()
	if a.help {
		return help(std.out, m)
	}
	f, err := m.Func(a.fn)
	if err != nil {
		return &invoke.UsageError{Err: err}
	}
	in, err := invoke.Source{In: a.in, Sizes: a.sizes, Stdin: std.in}.Inputs(f.Sig())
	if err != nil {
		return err
	}
	return invoke.Call{Model: m, Func: f, Seed: a.seed, Out: a.out, JSON: a.json}.Run(ctx, std.out, in)
}

// parse reads flags and the function's name, in any order.
func parse(args []string) (*arguments, error) {
	a := &arguments{sizes: map[string]string{}, help: len(args) == 0, seed: 1}
	if err := a.environment(); err != nil {
		return nil, err
	}
	fs := flag.NewFlagSet(program(), flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Func("in", "", func(s string) error { a.in = append(a.in, s); return nil })
	fs.Func("set", "", a.set)
	fs.StringVar(&a.out, "out", "", "")
	fs.Uint64Var(&a.seed, "seed", a.seed, "")
	fs.IntVar(&a.threads, "threads", a.threads, "")
	fs.BoolVar(&a.json, "json", false, "")
	for len(args) > 0 {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			a.help = true
			return a, nil
		}
		if err != nil {
			return nil, &invoke.UsageError{Err: err}
		}
		if args = fs.Args(); len(args) == 0 {
			break
		}
		if a.fn != "" {
			return nil, &invoke.UsageError{Err: fmt.Errorf("one function at a time: %s, %s", a.fn, args[0])}
		}
		a.fn, args = args[0], args[1:]
	}
	if a.fn == "help" {
		a.help = true
	}
	return a, nil
}

func (a *arguments) set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("NAME=NUMBER is wanted")
	}
	a.sizes[name] = value
	return nil
}

// environment reads NNC_SEED and NNC_THREADS, which flags override.
func (a *arguments) environment() (err error) {
	if s := os.Getenv("NNC_SEED"); s != "" {
		a.seed, err = strconv.ParseUint(s, 10, 64)
	}
	if s := os.Getenv("NNC_THREADS"); s != "" && err == nil {
		a.threads, err = strconv.Atoi(s)
	}
	if err != nil {
		return &invoke.UsageError{Err: fmt.Errorf("NNC_SEED and NNC_THREADS are whole numbers: %w", err)}
	}
	return nil
}

// load makes the model of the plan that came with the program.
func load(a *arguments) (*nnc.Model, error) {
	plan := embedded()
	if plan == nil {
		var err error
		if plan, err = own(); err != nil {
			return nil, err
		}
	}
	return nnc.Parse(plan, &nnc.Options{Threads: a.threads, Verify: true})
}

// own reads the plan from the end of the running executable.
func own() ([]byte, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	plan, err := bundle.Plan(f, info.Size())
	if errors.Is(err, bundle.ErrNone) {
		return nil, fmt.Errorf("%w: nnc build MODEL -o FILE makes a program of a model", err)
	}
	return plan, err
}

func help(w io.Writer, m *nnc.Model) error {
	info, p := m.Info(), program()
	fmt.Fprintf(w, "%s runs the functions of the model %s, compiled by nnc.\n", p, info.Name)
	if info.Doc != "" {
		fmt.Fprintf(w, "%s\n", info.Doc)
	}
	fmt.Fprintf(w, "\nusage: %s FUNCTION [--in ...]... [--out FILE.npz] [--set NAME=N]... [--seed N] [--threads N] [--json]\n\nfunctions:\n", p)
	invoke.Signatures(w, m.Funcs())
	_, err := fmt.Fprintf(w, `
--in NAME=FILE   an argument from a .npy, .json, .csv or .png file; NAME=- reads standard input, NAME='[[1, 2]]' a literal
--in FILE.npz    all arguments, keyed by their names
--out FILE.npz   write results there instead of printing them
--set NAME=N     an argument that is a size
--seed N         of random numbers
--threads N      cores to use
--json           print results as JSON, one object a line

example: %s
`, example(p, m))
	return err
}

// example is a call of the function that a bare name would take, or of the first.
func example(program string, m *nnc.Model) string {
	sigs := m.Funcs()
	if len(sigs) == 0 {
		return program + " --help"
	}
	sig := sigs[0]
	if f, err := m.Func(""); err == nil {
		sig = f.Sig()
	}
	line := program + " " + sig.Name
	for _, a := range sig.Args {
		line += " --in " + a.Name + "=" + a.Name + ".npy"
	}
	return line
}

// program is the name that the executable was called by.
func program() string { return filepath.Base(os.Args[0]) }
