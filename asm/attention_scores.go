package asm

import (
	"math"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A scoresBuilder begins a program over the scores of an attention, as runScores has its operands.
type scoresBuilder struct {
	tile.Builder
	causal          bool
	s, factor, mask int // mask is -1 without one
}

func (a *attnCore) scoresBuilder() *scoresBuilder {
	b := &scoresBuilder{causal: a.spec.Causal, mask: -1}
	b.s = b.In("s", tile.F32)
	b.factor = b.column("factor", false)
	if a.spec.HasMask {
		b.mask = b.In("mask", tile.F32)
	}
	return b
}

func (b *scoresBuilder) column(name string, out bool) int {
	return b.Operand(tile.Operand{Name: name, Type: tile.F32, Access: tile.Column, Out: out})
}

// score is a score times the factor and with the mask, or minus infinity where the query does not see the key.
func (b *scoresBuilder) score() tile.Value {
	t := b.Op(tile.Mul, b.Load(b.s), b.Load(b.factor))
	if b.mask >= 0 {
		t = b.Op(tile.Add, t, b.Load(b.mask))
	}
	if b.causal {
		seen := b.Op(tile.Le, b.Index(tile.ColIdx, tile.I32), b.Index(tile.RowIdx, tile.I32))
		t = b.Select(seen, t, b.F32(float32(math.Inf(-1))))
	}
	return t
}

// weight is the exponential of the score under the greatest score top.
func (b *scoresBuilder) weight(top int) tile.Value {
	return b.Op(tile.Exp, b.Op(tile.Sub, b.score(), b.Load(top)))
}
