package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
	"github.com/seed-350a5e16/nnc/runtime"
)

func compileVerb() *cobra.Command {
	var f common
	var out, from string
	var memory bool
	var winograd int
	c := &cobra.Command{
		Use:   "compile MODEL -o FILE.nnb",
		Short: "Compile a model to a plan file that programs load",
		Long: `Compile writes a plan file for nnc.Load: every function that the model offers, and its params if --weights names them. It lists
the ops that run without a kernel.`,
		Example: "  nnc compile models/gru.nn --weights runs/gru-digits -o gru.nnb",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usagef("-o FILE.nnb is missing")
			}
			p, err := compiled(args[0], f.set, from, &compiler.Options{Winograd: winograd})
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, func(w io.Writer) error { return plan.Encode(w, p) }); err != nil {
				return err
			}
			r, err := reportOn(p, out)
			if err == nil && memory {
				err = r.measure(p, f.set)
			}
			if err != nil {
				return err
			}
			return r.print(c.OutOrStdout(), f.json)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the plan `file` to write")
	c.Flags().BoolVar(&memory, "memory", false, "say how much memory a call of each function takes; dims that --set leaves open are 1")
	c.Flags().StringVar(&from, "weights", "", "values of the params: a .safetensors or .npz `file`, or the folder of a run")
	c.Flags().IntVar(&winograd, "winograd", 0, "allow Winograd's form of 3x3 convolutions where it is faster, in `tiles` of 2, or up to 4: sums are other ones (docs/winograd.md)")
	c.Flags().Lookup("winograd").NoOptDefVal = "2"
	f.addSet(c)
	f.addJSON(c)
	return c
}

func compiled(path string, set []string, from string, o *compiler.Options) (*plan.Program, error) {
	config, err := settings(set)
	if err != nil {
		return nil, err
	}
	m, err := open(path, request{set: config, weights: from})
	if err != nil {
		return nil, err
	}
	if e := o.Winograd; e != 0 && e != 2 && e != 4 {
		return nil, usagef("--winograd=%d: tiles are of 2 or 4", e)
	}
	if o.Winograd != 0 && m.module == nil {
		return nil, usagef("%s is compiled: --winograd needs a spec", path)
	}
	return m.programBy(offered, o)
}

// compileReport is what --json prints.
type compileReport struct {
	File    string       `json:"file"`
	Bytes   int64        `json:"bytes"`
	Fns     []string     `json:"fns"`
	EvalOps []string     `json:"ops_without_kernel"`
	Memory  []callMemory `json:"memory,omitempty"`
}

// callMemory is what a call of a function takes.
type callMemory struct {
	Fn         string `json:"fn"`
	Arena      int64  `json:"arena_bytes"`
	LowerBound int64  `json:"lower_bound_bytes"`
}

func reportOn(p *plan.Program, path string) (*compileReport, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return &compileReport{File: path, Bytes: info.Size(), Fns: publicNames(p), EvalOps: append([]string{}, runtime.EvalOps(p)...)}, nil
}

// measure adds what calls take at the sizes that are set.
func (r *compileReport) measure(p *plan.Program, set []string) error {
	sizes, err := settings(set)
	if err != nil {
		return err
	}
	numbers := map[string]string{}
	for name, v := range sizes {
		if _, err := strconv.Atoi(v); err == nil {
			numbers[name] = v
		}
	}
	model, err := nnc.New(p, nil)
	if err != nil {
		return err
	}
	defer model.Close()
	for _, name := range r.Fns {
		f, err := model.Func(name)
		if err != nil {
			return err
		}
		m, err := planned(p.Func(name), f, numbers)
		if err != nil {
			return err
		}
		r.Memory = append(r.Memory, callMemory{m.Fn, m.Arena, m.LowerBound})
	}
	return nil
}

func (r *compileReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	fmt.Fprintf(os.Stderr, "%s: %d bytes, functions %s\n", r.File, r.Bytes, strings.Join(r.Fns, ", "))
	if len(r.EvalOps) > 0 {
		fmt.Fprintf(w, "these ops run without a kernel, as plain Go: %s\n", strings.Join(r.EvalOps, ", "))
	}
	for _, m := range r.Memory {
		if _, err := fmt.Fprintf(w, "%-16s arena %d bytes, at least %d are needed at once\n", m.Fn, m.Arena, m.LowerBound); err != nil {
			return err
		}
	}
	return nil
}

func publicNames(p *plan.Program) []string {
	names := []string{}
	for _, f := range p.Funcs {
		if f.Public {
			names = append(names, f.Name)
		}
	}
	return names
}
