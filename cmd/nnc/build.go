package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/cmd/internal/standalone"
	"github.com/seed-350a5e16/nnc/compiler/plan"
)

// buildFlags are those of build.
type buildFlags struct {
	common
	weights, out, target string
}

func buildVerb() *cobra.Command {
	var f buildFlags
	c := &cobra.Command{
		Use:   "build MODEL [--weights FILE|RUN] -o FILE [--target OS/ARCH]",
		Short: "Build a program of a model: one static file",
		Long: `Build makes a program that lists the functions of the model (FILE --help) and runs them (FILE predict --in x=digit.png). It needs
neither Go nor nnc where it runs. Functions that train params are left out: a program of one call would forget what it learnt.

For this system nnc has a runner built in if it was made by make build; else, and for other systems, the Go toolchain compiles one,
offline.`,
		Example: "  nnc build models/gru.nn --weights runs/gru-digits -o digits\n" +
			"  nnc build models/gru.nn --weights runs/gru-digits -o digits.exe --target windows/amd64",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	c.Flags().StringVarP(&f.out, "output", "o", "", "the program `file` to write")
	c.Flags().StringVar(&f.weights, "weights", "", "values of the params: a .safetensors or .npz `file`, or the folder of a run")
	c.Flags().StringVar(&f.target, "target", standalone.Host().String(), "the system it is for: `OS/ARCH`")
	f.addSet(c)
	f.addJSON(c)
	return c
}

func (f *buildFlags) run(c *cobra.Command, path string) error {
	if f.out == "" {
		return usagef("-o FILE is missing")
	}
	target, err := standalone.ParseTarget(f.target)
	if err != nil {
		return usageError{err}
	}
	set, err := settings(f.set)
	if err != nil {
		return err
	}
	m, err := open(path, request{set: set, weights: f.weights})
	if err != nil {
		return err
	}
	p, err := m.program(served)
	if err != nil {
		return err
	}
	if len(publicNames(p)) == 0 {
		return fmt.Errorf("%s: every function that the model offers trains it, so there is nothing to run", path)
	}
	var nnb bytes.Buffer
	if err := plan.Encode(&nnb, p); err != nil {
		return err
	}
	if err := standalone.Build(c.Context(), target, nnb.Bytes(), f.out); err != nil {
		return err
	}
	return f.report(c, target, p)
}

// buildReport is what --json prints.
type buildReport struct {
	File   string   `json:"file"`
	Target string   `json:"target"`
	Bytes  int64    `json:"bytes"`
	Fns    []string `json:"fns"`
}

func (f *buildFlags) report(c *cobra.Command, target standalone.Target, p *plan.Program) error {
	info, err := os.Stat(f.out)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(c.OutOrStdout()).Encode(buildReport{f.out, target.String(), info.Size(), publicNames(p)})
	}
	_, err = fmt.Fprintf(os.Stderr, "%s: %.1f MB for %v; %s --help lists its functions\n", f.out, float64(info.Size())/1e6, target, f.out)
	return err
}
