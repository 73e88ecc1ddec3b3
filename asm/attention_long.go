package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An attention over many keys goes over them once, in blocks: what a row has so far is its greatest score, the sum of its weights
// under that, and the values they weigh. Where a block raises the greatest score, sum and values are scaled down to it. After
// Milakov and Gimelshein, Online normalizer calculation for softmax, and Dao et al., FlashAttention.
const (
	attnLongKeys = 4096 // up to here a block of five rows or more has all its scores in the scratch
	attnKeyBlock = 1024
)

// An attnLong is the programs that a cut row of scores needs.
type attnLong struct {
	top     *Tape // the greatest score of a row
	weights *Tape // exponentials under a given greatest score, and their sum
	decay   *Tape // exponentials of how far greatest scores rose
	scale   *Tape // rows times a number each
}

func (a *attnCore) newLong(c CPU) (*attnLong, error) {
	l := &attnLong{}
	var err error
	if l.top, err = a.topProgram(c); err != nil {
		return nil, err
	}
	if l.weights, err = a.weightsProgram(c); err != nil {
		return nil, err
	}
	if l.decay, err = decayProgram(c); err != nil {
		return nil, err
	}
	l.scale, err = byRowProgram(c, tile.Mul)
	return l, err
}

func (a *attnCore) topProgram(c CPU) (*Tape, error) {
	b := a.scoresBuilder()
	top := b.column("top", true)
	x := b.Op(tile.RedMax, b.score())
	b.Phase()
	b.Store(top, x)
	return tapeOf(c, &b.Builder)
}

func (a *attnCore) weightsProgram(c CPU) (*Tape, error) {
	b := a.scoresBuilder()
	top, e, sum := b.column("top", false), b.Out("e", tile.F32), b.column("sum", true)
	x := b.weight(top)
	b.Store(e, x)
	total := b.Op(tile.RedSum, x)
	b.Phase()
	b.Store(sum, total)
	return tapeOf(c, &b.Builder)
}

// decayProgram is y = exp(x - top).
func decayProgram(c CPU) (*Tape, error) {
	var b tile.Builder
	x, top, y := b.In("x", tile.F32), b.In("top", tile.F32), b.Out("y", tile.F32)
	b.Store(y, b.Op(tile.Exp, b.Op(tile.Sub, b.Load(x), b.Load(top))))
	return tapeOf(c, &b)
}

// begin sets what rows have before the first block of keys. No score is below the least number but -Inf, whose weight is 0 then.
func (s *Scratch) begin(rows int) {
	for i := range rows {
		s.tops[i], s.totals[i], s.alongs[i] = -math.MaxFloat32, 0, 0
	}
}

// raise takes in the greatest scores of a block, which are in sums, and scales the sums of the rows down. It reports whether any
// rose; decays says how much each row's sums shrank.
func (l *attnLong) raise(rows int, s *Scratch) bool {
	rose := false
	for i := range rows {
		old := s.tops[i]
		s.decays[i], s.tops[i] = old, max(old, s.sums[i])
		rose = rose || s.tops[i] != old
	}
	if !rose {
		return false
	}
	t := &s.tape
	t.Rows, t.Cols = 1, rows
	t.Slots[0], t.Slots[1], t.Slots[2] = column(&s.decays), column(&s.tops), column(&s.decays)
	l.decay.RunUnchecked(t)
	for i, d := range s.decays[:rows] {
		s.totals[i] *= d
		s.alongs[i] *= d
	}
	return true
}

// longUnit is unit where rows of scores are cut.
func (a *Attention) longUnit(u *attnUnit, o *AttnOperands, s *Scratch) {
	s.begin(u.rows)
	at := unsafe.Pointer(&s.buf[0])
	for from := 0; from < u.keys; from += attnKeyBlock {
		v := a.part(u, from)
		a.scores(&v, s)
		a.runScores(a.long.top, &v, at, o, s, column(&s.sums))
		if a.long.raise(u.rows, s) && from > 0 {
			a.onRows(a.long.scale, &s.decays, u, s)
		}
		a.runScores(a.long.weights, &v, at, o, s, column(&s.tops), args.TapeSlot{Ptr: at, Row: 4 * a.stride}, column(&s.sums))
		add(s.totals[:u.rows], s.sums[:])
		a.product(at, &v, v.v, a.spec.V.Row, a.spec.DV, u.o, a.spec.O.Row, min(1, from), s)
	}
	ones(s.totals[:u.rows])
	a.onRows(a.divide, &s.totals, u, s)
}

func add(to, x []float32) {
	for i := range to {
		to[i] += x[i]
	}
}

// part is a block of keys, but for where they are.
func (u *attnUnit) part(from int) attnUnit {
	v := *u
	v.key0, v.keys = from, min(attnKeyBlock, u.keys-from)
	if u.mask != nil {
		v.mask = unsafe.Add(u.mask, 4*from)
	}
	return v
}

// part is a block of the keys of u.
func (a *Attention) part(u *attnUnit, from int) attnUnit {
	v := u.part(from)
	if a.packs() {
		v.k = unsafe.Add(u.k, from/PanelColumns*PanelStride(a.spec.D))
	} else {
		v.k = unsafe.Add(u.k, from*a.spec.K.Row)
	}
	v.v = unsafe.Add(u.v, from*a.spec.V.Row)
	return v
}
