package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An attention over many keys goes over them in blocks, twice: first for the greatest score of each row, then for the weighted
// values and the sum of the weights. The scores are made twice, but no result is rescaled: each weight has the bits that it has in
// one piece.
const (
	attnLongKeys = 4096 // up to here a block of five rows or more has all its scores in the scratch
	attnKeyBlock = 1024
)

// An attnLong is the programs that a cut row of scores needs.
type attnLong struct {
	top     *Tape // the greatest score of a row
	weights *Tape // exponentials under a given greatest score, and their sum
}

func (a *attnCore) newLong(c CPU) (*attnLong, error) {
	l := &attnLong{}
	var err error
	if l.top, err = a.longProgram(c, true); err != nil {
		return nil, err
	}
	l.weights, err = a.longProgram(c, false)
	return l, err
}

func (a *attnCore) longProgram(c CPU, top bool) (*Tape, error) {
	var b tile.Builder
	s := b.In("s", tile.F32)
	column := func(name string, out bool) int {
		return b.Operand(tile.Operand{Name: name, Type: tile.F32, Access: tile.Column, Out: out})
	}
	factor, mask := column("factor", false), -1
	if a.spec.HasMask {
		mask = b.In("mask", tile.F32)
	}
	if top {
		greatest := column("greatest", true)
		x := b.Op(tile.RedMax, a.score(&b, s, factor, mask))
		b.Phase()
		b.Store(greatest, x)
	} else {
		greatest := column("greatest", false)
		e, sum := b.Out("e", tile.F32), column("sum", true)
		x := b.Op(tile.Exp, b.Op(tile.Sub, a.score(&b, s, factor, mask), b.Load(greatest)))
		b.Store(e, x)
		total := b.Op(tile.RedSum, x)
		b.Phase()
		b.Store(sum, total)
	}
	p, err := b.Program()
	if err != nil {
		return nil, err
	}
	return NewTape(c, p)
}

// longUnit is unit where rows of scores are cut.
func (a *Attention) longUnit(u *attnUnit, o *AttnOperands, s *Scratch) {
	for i := range u.rows {
		s.tops[i], s.totals[i] = float32(math.Inf(-1)), 0
	}
	for from := 0; from < u.keys; from += attnKeyBlock {
		v := a.part(u, from)
		a.scores(&v, s)
		a.runLong(a.long.top, &v, o, s, args.TapeSlot{Ptr: unsafe.Pointer(&s.sums[0]), Row: 4})
		for i, x := range s.sums[:u.rows] {
			s.tops[i] = max(s.tops[i], x)
		}
	}
	for from := 0; from < u.keys; from += attnKeyBlock {
		v := a.part(u, from)
		a.scores(&v, s)
		a.runLong(a.long.weights, &v, o, s, args.TapeSlot{Ptr: unsafe.Pointer(&s.tops[0]), Row: 4},
			args.TapeSlot{Ptr: unsafe.Pointer(&s.buf[0]), Row: 4 * a.stride}, args.TapeSlot{Ptr: unsafe.Pointer(&s.sums[0]), Row: 4})
		for i, x := range s.sums[:u.rows] {
			s.totals[i] += x
		}
		a.product(unsafe.Pointer(&s.buf[0]), &v, v.v, a.spec.V.Row, a.spec.DV, u.o, a.spec.O.Row, min(1, from), s)
	}
	a.divideBy(unsafe.Pointer(&s.totals[0]), u, s)
}

// part is a block of the keys of u.
func (a *Attention) part(u *attnUnit, from int) attnUnit {
	v := *u
	v.key0, v.keys = from, min(attnKeyBlock, u.keys-from)
	if a.packs() {
		v.k = unsafe.Add(u.k, from/PanelColumns*PanelStride(a.spec.D))
	} else {
		v.k = unsafe.Add(u.k, from*a.spec.K.Row)
	}
	v.v = unsafe.Add(u.v, from*a.spec.V.Row)
	if u.mask != nil {
		v.mask = unsafe.Add(u.mask, 4*from)
	}
	return v
}

// runLong runs a program over the scores; rest are its operands behind factor and mask.
func (a *Attention) runLong(p *Tape, u *attnUnit, o *AttnOperands, s *Scratch, rest ...args.TapeSlot) {
	t := &s.tape
	t.Rows, t.Cols = u.rows, u.keys
	t.Row0, t.Col0 = int32(u.row0+u.from), int32(u.key0)
	t.Slots[0] = args.TapeSlot{Ptr: unsafe.Pointer(&s.buf[0]), Row: 4 * a.stride}
	t.Slots[1] = args.TapeSlot{Ptr: unsafe.Pointer(&o.Factor)}
	next := 2
	if a.spec.HasMask {
		t.Slots[2] = args.TapeSlot{Ptr: u.mask, Row: a.spec.Mask.Row}
		next = 3
	}
	copy(t.Slots[next:], rest)
	p.RunUnchecked(t)
	t.Col0 = 0
}
