package asm

// The guards of an attention, of Q, K, V, O, Mask, Lengths and Work, and of its gradient, which has DQ, DK and DV, too.
type (
	attnGuard     = operandGuard[*AttnOperands]
	attnGradGuard = operandGuard[*AttnGradOperands]
)

func (o *AttnOperands) mark() *passed { return &o.passed }

// trusted reports whether a job was told to believe in the operands: all that a unit of the runtime asks.
func (o *AttnOperands) trusted(g *guard) bool { return o != nil && o.passed.trusted == g }

func (o *AttnOperands) addresses() addresses {
	return addresses{o.Q, o.K, o.V, o.O, o.Mask, o.Lengths, o.Work}
}

// seal makes the guard.
func (a *Attention) seal() error {
	b := a.spec.operands(a.WorkBytes(), true)
	return b.seal(&a.guard, "attention", a.Stages(), a.Units)
}

// operands are the extents of Q, K, V, O, Mask, Lengths and Work.
func (s *AttnSpec) operands(work int, written bool) *spanner {
	b := &spanner{}
	b.read("Q", 4, s.Q.axes(s.Batch, s.Heads, s.NQ, s.D)...)
	b.read("K", 4, s.K.axes(s.Batch, s.KVHeads, s.NK, s.D)...)
	b.read("V", 4, s.V.axes(s.Batch, s.KVHeads, s.NK, s.DV)...)
	b.add("O", 4, written, s.O.axes(s.Batch, s.Heads, s.NQ, s.DV))
	if s.HasMask {
		b.read("Mask", 4, s.Mask.axes(s.Batch, s.Heads, s.NQ, s.NK)...)
	} else {
		b.none("Mask")
	}
	if s.HasLengths {
		b.read("Lengths", 4, axis{s.Batch, 4})
	} else {
		b.none("Lengths")
	}
	b.work(work)
	return b
}

func (s AttnStrides) axes(batch, heads, rows, cols int) []axis {
	return []axis{{batch, s.Batch}, {heads, s.Head}, {rows, s.Row}, {cols, 4}}
}

func (o *AttnGradOperands) addresses() addresses {
	at := o.AttnOperands.addresses()
	at[7], at[8], at[9] = o.DQ, o.DK, o.DV
	return at
}

// seal makes the guard.
func (g *AttentionGrad) seal() error {
	s := &g.spec
	b := s.operands(g.WorkBytes(), false)
	b.write("DQ", 4, s.DQs.axes(s.Batch, s.Heads, s.NQ, s.D)...)
	b.write("DK", 4, s.DKs.axes(s.Batch, s.KVHeads, s.NK, s.D)...)
	b.write("DV", 4, s.DVs.axes(s.Batch, s.KVHeads, s.NK, s.DV)...)
	return b.seal(&g.guard, "attention gradient", 1, g.Units)
}
