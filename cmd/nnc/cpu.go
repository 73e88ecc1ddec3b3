package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/asm"
)

func cpuVerb() *cobra.Command {
	var f common
	c := &cobra.Command{
		Use:     "cpu",
		Short:   "Show the CPU, and the kernel that is chosen for each family and why",
		Example: "  nnc cpu\n  nnc cpu --isa avx2 --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cpu := asm.Detect()
			if cpu.Err != nil {
				return cpu.Err
			}
			report := describeCPU(cpu)
			if f.json {
				return json.NewEncoder(c.OutOrStdout()).Encode(report)
			}
			return report.print(c.OutOrStdout())
		},
	}
	f.addISA(c)
	f.addJSON(c)
	return c
}

type cpuReport struct {
	CPU      string         `json:"cpu"`
	Uarch    string         `json:"uarch"`
	ISA      string         `json:"isa"`
	Features []string       `json:"features"`
	L1       int            `json:"l1_bytes"`
	L2       int            `json:"l2_bytes"`
	L3       int            `json:"l3_bytes"`
	Families []familyReport `json:"families"`
}

type familyReport struct {
	Family string      `json:"family"`
	Row    string      `json:"row"`
	Not    []notChosen `json:"not_chosen"`
}

// notChosen is a row of a wider instruction set, and why it does not run.
type notChosen struct {
	Row string `json:"row"`
	Why string `json:"why"`
}

func describeCPU(c asm.CPU) cpuReport {
	r := cpuReport{CPU: c.Name, Uarch: c.Uarch, ISA: c.ISA.String(), Features: c.Features.Names(), L1: c.L1, L2: c.L2, L3: c.L3}
	for _, f := range asm.Families() {
		family := familyReport{Family: f.Name, Row: f.Chosen(c).Name, Not: []notChosen{}}
		for _, row := range f.Better(c) {
			family.Not = append(family.Not, notChosen{row.Name, why(c, row)})
		}
		r.Families = append(r.Families, family)
	}
	return r
}

// why says what keeps a row from running.
func why(c asm.CPU, row asm.RowInfo) string {
	missing := row.Needs &^ c.Machine
	if missing == asm.HasAMXInt8 && c.NoAMX != "" {
		return c.NoAMX
	}
	if missing != 0 {
		return "the machine lacks " + missing.String()
	}
	return fmt.Sprintf("%v is forced", c.ISA)
}

func (r cpuReport) print(w io.Writer) error {
	name := r.CPU
	if name == "" {
		name = "unknown CPU"
	}
	fmt.Fprintf(w, "%s (%s)\n  kernels   %s\n  features  %s\n  caches    L1 %s, L2 %s, L3 %s\n",
		name, r.Uarch, r.ISA, strings.Join(r.Features, " "), kib(r.L1), kib(r.L2), kib(r.L3))
	for _, f := range r.Families {
		fmt.Fprintf(w, "%-10s %s\n", f.Family, f.Row)
		for _, n := range f.Not {
			fmt.Fprintf(w, "             not %s: %s\n", n.Row, n.Why)
		}
	}
	return nil
}

func kib(n int) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
