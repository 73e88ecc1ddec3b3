package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// inspectFlags are those of inspect.
type inspectFlags struct {
	common
	weights, after string
	plan           bool
}

func inspectVerb() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "inspect MODEL [FN] [--after PASS | --plan]",
		Short: "Show signatures, params and sizes; the graph after a pass; the plan",
		Long: "Inspect shows what a model offers and holds. --after prints the graph after a pass of the compiler, as a file that can be\n" +
			"edited and run again (elaborate: before the first); --plan what runs, step by step. Dims that --set leaves open are 1.\n\nPasses: " + strings.Join(passNames(), ", ") + ".",
		Example: "  nnc inspect models/gru.nn\n  nnc inspect models/gru.nn train --after sink\n  nnc inspect models/gru.nn predict --plan --set B=32 --json",
		Args:    cobra.RangeArgs(1, 2),
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c.OutOrStdout(), args) },
	}
	c.Flags().StringVar(&f.after, "after", "", "print the graph after this `pass`")
	c.Flags().BoolVar(&f.plan, "plan", false, "print the plan of the function")
	c.Flags().StringVar(&f.weights, "weights", "", "a .safetensors or .npz `file`, or the folder of a run: its config is the model's")
	f.addSet(c)
	f.addISA(c)
	f.addJSON(c)
	return c
}

// passNames are the passes of the pipeline, each once, with where it begins and ends.
func passNames() []string {
	names := []string{"elaborate"}
	for _, p := range compiler.Pipeline() {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return append(names, "fuse")
}

func (f *inspectFlags) run(w io.Writer, args []string) error {
	if f.after != "" && f.plan {
		return usagef("--after or --plan, not both")
	}
	if f.after != "" && !slices.Contains(passNames(), f.after) {
		return usagef("--after %s: there is no such pass; there are %s", f.after, strings.Join(passNames(), ", "))
	}
	set, err := settings(f.set)
	if err != nil {
		return err
	}
	m, err := open(args[0], request{set: set, weights: f.weights})
	if err != nil {
		return err
	}
	fn := ""
	if len(args) > 1 {
		fn = args[1]
	}
	switch {
	case f.after != "":
		return printAfter(w, m, fn, f.after)
	case f.plan:
		return f.printPlan(w, m, fn)
	}
	return f.summary(w, m, fn)
}

// printAfter prints the graph as it is after the last run of a pass. Without a function it is that of all.
func printAfter(w io.Writer, m *opened, fn, pass string) error {
	if m.module == nil {
		return usagef("%s is compiled: --after needs a spec", m.path)
	}
	keep := offered
	if fn != "" {
		if !isOffered(m.module, fn) {
			return usagef("%s has no function %s", m.path, fn)
		}
		keep = only(fn)
	}
	module := pick(m.module, keep)
	last := module
	if pass != "elaborate" {
		o := &compiler.Options{After: func(name string, g *ir.Module) {
			if name == pass {
				last = g
			}
		}}
		if _, err := compiler.Compile(module, o); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, ir.Print(last))
	return err
}

func (f *inspectFlags) printPlan(w io.Writer, m *opened, name string) error {
	p, err := m.program(only(name))
	if err != nil {
		return err
	}
	model, err := nnc.New(p, nil)
	if err != nil {
		return err
	}
	defer model.Close()
	fn, err := model.Func(name)
	if err != nil {
		return usageError{err}
	}
	if !f.json {
		plan.Print(w, p, p.Func(fn.Sig().Name))
		return nil
	}
	report, err := planned(p.Func(fn.Sig().Name), fn, m.sizes)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(report)
}

// modelReport is what --json prints without --plan.
type modelReport struct {
	nnc.Info
	ParamCount int64     `json:"param_count"`
	ParamBytes int64     `json:"param_bytes"`
	StateBytes int64     `json:"state_bytes"`
	Fns        []nnc.Sig `json:"fns"`
	Recipes    []string  `json:"recipes"`
}

func (f *inspectFlags) summary(w io.Writer, m *opened, fn string) error {
	keep := offered
	if fn != "" {
		keep = only(fn)
	}
	p, err := m.program(keep)
	if err != nil {
		return err
	}
	model, err := nnc.New(p, nil)
	if err != nil {
		return err
	}
	defer model.Close()
	if fn != "" {
		if _, err := model.Func(fn); err != nil {
			return usageError{err}
		}
	}
	r := modelReport{Info: model.Info(), Fns: append([]nnc.Sig{}, model.Funcs()...), Recipes: []string{}}
	if m.module != nil {
		if r.Recipes, err = recipesOf(m.path); err != nil {
			return err
		}
	}
	r.Fns = slices.DeleteFunc(r.Fns, func(s nnc.Sig) bool { return fn != "" && s.Name != fn })
	r.ParamCount, r.ParamBytes = extent(p.Params)
	_, r.StateBytes = extent(p.States)
	if f.json {
		return json.NewEncoder(w).Encode(r)
	}
	return r.print(w)
}

// extent is how many elements and bytes declarations take. Their dims are constants.
func extent(decls []plan.Decl) (elements, bytes int64) {
	for _, d := range decls {
		shape, err := d.Type.Shape(func(string) (int64, bool) { return 0, false })
		if err != nil {
			continue
		}
		n := int64(1)
		for _, s := range shape {
			n *= int64(s)
		}
		elements, bytes = elements+n, bytes+n*int64(d.Type.DType.Size())
	}
	return elements, bytes
}

func (r modelReport) print(w io.Writer) error {
	fmt.Fprintf(w, "model %s\n", r.Name)
	if r.Doc != "" {
		fmt.Fprintln(w, r.Doc)
	}
	fmt.Fprintln(w, "\nfunctions")
	invoke.Signatures(w, r.Fns)
	fmt.Fprintf(w, "\nparams: %d numbers, %d bytes\n", r.ParamCount, r.ParamBytes)
	for _, v := range r.Params {
		fmt.Fprintf(w, "  %v\n", v)
	}
	if len(r.States) > 0 {
		fmt.Fprintf(w, "\nstate: %d bytes\n", r.StateBytes)
		for _, v := range r.States {
			fmt.Fprintf(w, "  %v\n", v)
		}
	}
	if len(r.Recipes) > 0 {
		fmt.Fprintf(w, "\nrecipes: %s\n", strings.Join(r.Recipes, ", "))
	}
	return nil
}
