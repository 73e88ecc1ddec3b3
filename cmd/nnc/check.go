package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
)

func checkVerb() *cobra.Command {
	var f common
	var effects bool
	c := &cobra.Command{
		Use:     "check MODEL...",
		Short:   "Report what is wrong with specs",
		Long:    "Check reads specs and reports every error, in the order of the source. It prints nothing where nothing is wrong.",
		Example: "  nnc check models/*.nn\n  nnc check models/gru.nn --effects\n  nnc check models/gru.nn --set hid=128 --json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			set, err := settings(f.set)
			if err != nil {
				return err
			}
			k := checker{out: c.OutOrStdout(), json: f.json, effects: effects}
			for _, name := range files {
				if err := k.file(name, set); err != nil {
					return err
				}
			}
			if k.failed {
				return errFindings
			}
			return nil
		},
	}
	c.Flags().BoolVar(&effects, "effects", false, "list what each function writes, and which draw random numbers")
	f.addSet(c)
	f.addJSON(c)
	return c
}

type checker struct {
	out           io.Writer
	json, effects bool
	failed        bool
}

// file checks one model. Findings are printed; an error that is none of them is returned only if it can't be.
func (k *checker) file(name string, set map[string]string) error {
	m, err := open(name, request{set: set, check: true})
	if err != nil {
		k.failed = true
		return k.report(name, err)
	}
	if !k.effects {
		return nil
	}
	for _, f := range m.functions() {
		if err := k.effect(name, f); err != nil {
			return err
		}
	}
	return nil
}

// report prints what is wrong: with --json as objects on standard output, else for people on standard error.
func (k *checker) report(name string, err error) error {
	list := diag.From(err)
	if !k.json {
		printError(os.Stderr, err)
		return nil
	}
	e := json.NewEncoder(k.out)
	for _, d := range list {
		if err := e.Encode(d); err != nil {
			return err
		}
	}
	if list != nil {
		return nil
	}
	return e.Encode(map[string]any{"file": name, "line": 0, "col": 0, "code": "file", "msg": err.Error(), "hint": ""})
}

// effectLine is what --effects says of a function.
type effectLine struct {
	File   string   `json:"file"`
	Fn     string   `json:"fn"`
	Writes []string `json:"writes"`
	Draws  bool     `json:"draws"`
}

func (k *checker) effect(file string, f *ir.Func) error {
	l := effectLine{File: file, Fn: f.Name, Writes: []string{}}
	for _, o := range f.Outs {
		if o.Kind == ir.Write {
			l.Writes = append(l.Writes, o.Name)
		}
	}
	for _, a := range f.Args {
		l.Draws = l.Draws || a.Kind == ir.Key
	}
	if k.json {
		return json.NewEncoder(k.out).Encode(l)
	}
	parts := []string{}
	if len(l.Writes) > 0 {
		parts = append(parts, "writes "+strings.Join(l.Writes, ", "))
	}
	if l.Draws {
		parts = append(parts, "draws")
	}
	if len(parts) == 0 {
		parts = []string{"none"}
	}
	_, err := fmt.Fprintf(k.out, "%s: %s: %s\n", file, f.Name, strings.Join(parts, "; "))
	return err
}
