package main

import (
	"errors"
	"io"
	"os"
	"runtime/pprof"
	"runtime/trace"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
)

// runFlags are those of run.
type runFlags struct {
	common
	in                    []string
	out, weights, example string
	profile               bool
	trace, cpuProfile     string
}

func runVerb() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run MODEL [FN]",
		Short: "Run a function of a model",
		Long: `Run calls a function and prints name, type and the first rows of each result. FN may be left out where there is one
function, or one called predict or main.

--in FILE.npz gives all inputs by name, --in NAME=FILE one from a .npy, .json, .csv or .png file, --in NAME='[[1, 2]]' a literal;
- is standard input.`,
		Example: "  nnc run models/gru.nn predict --weights runs/gru-digits --in x=digit.png\n" +
			"  nnc run models/diffusion.nn sample --set n=4 --seed 7 --out samples.npz\n" +
			"  nnc run models/gru.nn predict --example inputs.npz --set B=4",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	fl := c.Flags()
	fl.StringArrayVar(&f.in, "in", nil, "input: `FILE.npz`, NAME=FILE, NAME=LITERAL or NAME=-; may be repeated")
	fl.StringVar(&f.out, "out", "", "write the results to an `.npz` file instead of printing them")
	fl.StringVar(&f.weights, "weights", "", "values of the params: a .safetensors or .npz `file`, or the folder of a run")
	fl.StringVar(&f.example, "example", "", "write inputs of the right shapes to an `.npz` file and run nothing")
	fl.BoolVar(&f.profile, "profile", false, "print the time of each step of the plan on standard error")
	fl.StringVar(&f.trace, "trace", "", "write a trace for go tool trace to a `file`")
	fl.StringVar(&f.cpuProfile, "cpuprofile", "", "write a profile for go tool pprof to a `file`")
	f.addSet(c)
	f.addSeed(c)
	f.addMachine(c)
	f.addJSON(c)
	return c
}

func (f *runFlags) run(c *cobra.Command, args []string) error {
	set, err := settings(f.set)
	if err != nil {
		return err
	}
	name := ""
	if len(args) > 1 {
		name = args[1]
	}
	m, err := open(args[0], request{set: set, weights: f.weights})
	if err != nil {
		return err
	}
	model, err := m.model(only(name), nnc.Options{Threads: f.threads, Verify: true})
	if err != nil {
		return err
	}
	defer model.Close()
	fn, err := model.Func(name)
	if err != nil {
		return usageError{err}
	}
	if f.example != "" {
		return writeExample(f.example, fn.Sig(), m.sizes)
	}
	in, err := invoke.Source{In: f.in, Sizes: m.argumentSizes(fn.Sig()), Stdin: c.InOrStdin()}.Inputs(fn.Sig())
	if err != nil {
		return err
	}
	ctx := c.Context()
	var steps nnc.Profile
	if f.profile {
		ctx = nnc.WithProfile(ctx, &steps)
	}
	call := invoke.Call{Model: model, Func: fn, Seed: f.seed, Out: f.out, JSON: f.json}
	err = recorded(f.trace, trace.Start, trace.Stop, func() error {
		return recorded(f.cpuProfile, pprof.StartCPUProfile, pprof.StopCPUProfile, func() error {
			return call.Run(ctx, c.OutOrStdout(), in)
		})
	})
	if f.profile {
		err = errors.Join(err, steps.WriteTable(os.Stderr))
	}
	return err
}

// recorded runs what while start to stop write to a file, if one is named.
func recorded(path string, start func(io.Writer) error, stop func(), what func() error) error {
	if path == "" {
		return what()
	}
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := start(w); err != nil {
		return errors.Join(err, w.Close())
	}
	err = what()
	stop()
	return errors.Join(err, w.Close())
}
