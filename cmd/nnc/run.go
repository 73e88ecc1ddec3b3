package main

import (
	"errors"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
)

// runFlags are those of run.
type runFlags struct {
	common
	in                             []string
	out, weights, example, profile string
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
		Example: "  nnc run models/gru.nn predict --weights runs/gru-digits-1 --in x=digit.png\n" +
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
	fl.StringVar(&f.profile, "cpuprofile", "", "write a profile for go tool pprof to a `file`")
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
	return profiled(f.profile, func() error {
		call := invoke.Call{Model: model, Func: fn, Seed: f.seed, Out: f.out, JSON: f.json}
		return call.Run(c.Context(), c.OutOrStdout(), in)
	})
}

// profiled runs what under a CPU profile, if a file for it is named.
func profiled(path string, what func() error) error {
	if path == "" {
		return what()
	}
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(w); err != nil {
		return errors.Join(err, w.Close())
	}
	err = what()
	pprof.StopCPUProfile()
	return errors.Join(err, w.Close())
}
