package main

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowAsks are the rows that a phase fetches for those that come: where each operand's begin, and which lines of them it takes, every
// step-th from first on.
type rowAsks struct {
	from        []reg.GPPhysical
	first, step int
}

// asks are those of a phase. All that is read is asked for, as many operands as there are registers for, by the phases that touch no
// line of an output for the first time, each the same share: a phase that stores to lines out of L1 has to wait for these already
// (layer norm over L3 on Zen 5: 73 ns a row, with what is read asked for in the phase that stores 90), and one alone
// can't ask for all in the time that it computes. With one phase rows are read from end to end.
func (r *rowX86) asks(phase int) rowAsks {
	list := r.askers()
	at := slices.Index(list, phase)
	if at < 0 {
		return rowAsks{}
	}
	distance := r.rows
	if r.staged && phase == len(r.phases)-1 {
		distance *= 2 // the next rows had their first phase
	}
	free := rowPointers[len(r.pointers) : len(rowPointers)+1-r.rows] // the last ones are rowsCols
	in := r.streams()
	in = in[:min(len(in), len(free))]
	for i, arg := range in {
		r.c.MOVQ(r.field(rowsStride+8*arg), free[i])
		if distance > 1 {
			r.c.IMUL3Q(operand.U8(distance), free[i], free[i])
		}
		r.c.ADDQ(r.pointers[arg], free[i])
	}
	return rowAsks{free[:len(in)], at, len(list)}
}

// askers are the phases that ask.
func (r *rowX86) askers() []int {
	switch {
	case len(r.phases) == 1:
		return nil
	case !r.staged:
		return []int{1}
	case len(r.kept.Again) > 0:
		return []int{1, 2}
	}
	return []int{0, 1}
}

// ask fetches a phase's share of what lies ahead of so many bytes.
func (r *rowX86) ask(a rowAsks, bytes int) {
	for _, g := range a.from {
		for off := 0; off < bytes; off += 64 {
			for row := range r.rows {
				if a.step == 1 || row%a.step == a.first {
					r.c.PREFETCHT0(operand.Mem{Base: g, Index: rowsCols[row], Scale: 1, Disp: off})
				}
			}
		}
	}
}
