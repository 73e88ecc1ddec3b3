// Package static counts instructions in assembly as asm/gen writes it: in inner loops, and in handlers of tapes. It is for
// machines that there are none of to measure on. It reads text, and knows neither rows nor how to run one.
package static

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/asm"
)

// A Code is a stretch of code that runs again and again.
type Code struct {
	Func string `json:"func,omitempty"` // the function it is in
	ISA  string `json:"isa"`            // avx2, avx512 or neon
	Loop string `json:"loop,omitempty"` // the label that it begins with; "" for a handler of a tape, which is all of its function
	Counts
}

// Read finds the inner loops of all functions under dir, and the handlers of tapes whole, in the order of the files. Loops
// that hold another loop are left out.
func Read(files fs.FS, dir string) ([]Code, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.s"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no assembly in %s: %w", dir, err)
	}
	slices.Sort(names)
	var list []Code
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list = append(list, parse(string(text), strings.HasSuffix(name, "_arm64.s"))...)
	}
	return list, nil
}

func parse(text string, arm bool) []Code {
	var list []Code
	for _, fn := range strings.Split(text, "\nTEXT ·")[1:] {
		head, body, _ := strings.Cut(fn, "\n")
		name, _, _ := strings.Cut(head, "(")
		isa := isaOf(name)
		if isa == asm.Generic {
			continue
		}
		f := function{arm: arm}
		f.read(body)
		if strings.HasPrefix(name, "tape_") {
			list = append(list, Code{Func: name, ISA: isa.String(), Counts: f.count(0, len(f.code))})
			continue
		}
		for _, l := range f.loops() {
			list = append(list, Code{Func: name, ISA: isa.String(), Loop: l.label, Counts: f.count(l.from, l.to)})
		}
	}
	return list
}

// isaOf is the instruction set that a function's name speaks of; Generic if it speaks of none.
func isaOf(name string) asm.ISA {
	for _, s := range []struct {
		word string
		isa  asm.ISA
	}{{"AVX512", asm.AVX512}, {"VNNI", asm.AVX512}, {"AVX2", asm.AVX2}, {"NEON", asm.NEON}} {
		if strings.Contains(name, s.word) {
			return s.isa
		}
	}
	return asm.Generic
}

// A function is the code of one.
type function struct {
	arm    bool
	code   []instruction
	labels []label
}

// A label stands before the instruction of its number.
type label struct {
	name string
	at   int
}

func (f *function) read(body string) {
	for line := range strings.Lines(body) {
		code, comment, _ := strings.Cut(line, "//")
		code = strings.TrimSpace(code)
		switch {
		case code == "" || strings.HasPrefix(code, "DATA") || strings.HasPrefix(code, "GLOBL"):
		case strings.HasSuffix(code, ":"):
			f.labels = append(f.labels, label{strings.TrimSuffix(code, ":"), len(f.code)})
		default:
			if strings.HasPrefix(code, "WORD") {
				code = strings.TrimSpace(comment)
			}
			op, args, _ := strings.Cut(code, " ")
			f.code = append(f.code, instruction{op, splitArgs(args)})
		}
	}
}

func (f *function) count(from, to int) Counts {
	var c Counts
	for _, in := range f.code[from:to] {
		if f.arm {
			c.Add(in.countARM64())
		} else {
			c.Add(in.countAMD64())
		}
	}
	return c
}

// A loop is code that ends in a jump to its beginning.
type loop struct {
	label    string
	from, to int
}

// loops are those that hold no other. A label to which several jumps go back is one loop, as far as the last of them.
func (f *function) loops() []loop {
	var all []loop
	for _, l := range f.labels {
		end := -1
		for i := l.at; i < len(f.code); i++ {
			if n := len(f.code[i].args); n > 0 && f.code[i].args[n-1] == l.name {
				end = i + 1
			}
		}
		if end > 0 {
			all = append(all, loop{l.name, l.at, end})
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(l loop) bool {
		return slices.ContainsFunc(all, func(m loop) bool { return m.from >= l.from && m.to <= l.to && m.to-m.from < l.to-l.from })
	})
}
