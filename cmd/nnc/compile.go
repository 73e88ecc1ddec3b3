package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

func compileVerb() *cobra.Command {
	var f common
	var out, from string
	c := &cobra.Command{
		Use:   "compile MODEL -o FILE.nnb",
		Short: "Compile a model to a plan file that programs load",
		Long: `Compile writes a plan file for nnc.Load: every function that the model offers, and its params if --weights names them. It lists
the ops that run without a kernel.`,
		Example: "  nnc compile models/gru.nn --weights runs/gru-digits-1 -o gru.nnb",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usagef("-o FILE.nnb is missing")
			}
			p, err := compiled(args[0], f.set, from)
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, func(w io.Writer) error { return plan.Encode(w, p) }); err != nil {
				return err
			}
			return reportCompiled(c, p, out, f.json)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the plan `file` to write")
	c.Flags().StringVar(&from, "weights", "", "values of the params: a .safetensors or .npz `file`, or the folder of a run")
	f.addSet(c)
	f.addJSON(c)
	return c
}

func compiled(path string, set []string, from string) (*plan.Program, error) {
	config, err := settings(set)
	if err != nil {
		return nil, err
	}
	m, err := open(path, request{set: config, weights: from})
	if err != nil {
		return nil, err
	}
	return m.program(offered)
}

// compileReport is what --json prints.
type compileReport struct {
	File    string   `json:"file"`
	Bytes   int64    `json:"bytes"`
	Fns     []string `json:"fns"`
	EvalOps []string `json:"ops_without_kernel"`
}

func reportCompiled(c *cobra.Command, p *plan.Program, path string, asJSON bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	r := compileReport{File: path, Bytes: info.Size(), Fns: publicNames(p), EvalOps: append([]string{}, p.EvalOps()...)}
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(r)
	}
	fmt.Fprintf(os.Stderr, "%s: %d bytes, functions %s\n", r.File, r.Bytes, strings.Join(r.Fns, ", "))
	if len(r.EvalOps) > 0 {
		_, err = fmt.Fprintf(c.OutOrStdout(), "these ops run without a kernel, as plain Go: %s\n", strings.Join(r.EvalOps, ", "))
	}
	return err
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
