package asm

import (
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// WideHandlers names the handlers that a wide block of a program goes through, of all its phases, with the one that loops;
// for counting instructions. They are the same on every vector ISA. It reports false for what is interpreted.
func WideHandlers(p *tile.Program) ([]string, bool) {
	if p.Validate() != nil {
		return nil, false
	}
	var numbers [3][kernels.TapeHandlers]uintptr // in the place of addresses
	for set := range numbers {
		for i := range numbers[set] {
			numbers[set][i] = uintptr(set*kernels.TapeHandlers + i)
		}
	}
	e := newTapeEncoder(p, tapeRow{table: func() *[3][kernels.TapeHandlers]uintptr { return &numbers }, block: 128})
	if !e.program() {
		return nil, false
	}
	return wideNames(e.code), true
}

func wideNames(code []args.TapeInstr) []string {
	var names []string
	for _, in := range code {
		if int(in.Handler)/kernels.TapeHandlers != wideSet {
			continue
		}
		if name := kernels.TapeNames[in.Handler]; name != "begin" {
			names = append(names, name)
		}
	}
	return names
}
