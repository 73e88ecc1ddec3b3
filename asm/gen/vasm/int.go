package vasm

// IDiv is x/y rounded down; 0 for y = 0.
func (b *Block) IDiv(x, y V) V {
	q, _ := b.divMod(x, y)
	return q
}

// IMod is x less y times the quotient rounded down, with the sign of y; 0 for y = 0.
func (b *Block) IMod(x, y V) V {
	_, r := b.divMod(x, y)
	return r
}

// divMod divides twice in f32: the first quotient is off by less than 2^9, the second, of what is left, by 1. Products
// and differences wrap, so that a quotient out of range does no harm: what is left is small again.
func (b *Block) divMod(x, y V) (q, r V) {
	yf := b.Op1(I2F, y)
	step := func(x V) (q, r V) {
		q = b.Op1(F2I, b.Div(b.Op1(I2F, x), yf))
		return q, b.Op2(ISub, x, b.Op2(IMul, q, y))
	}
	q, r = step(x)
	more, r := step(r)
	q = b.Op2(IAdd, q, more)
	zero := b.U(0)
	// Down to a remainder with the sign of y ...
	down := b.And(b.Sar(b.Xor(r, y), 31), b.notZero(r)) // all ones, -1, where signs differ
	q = b.Op2(IAdd, q, down)
	r = b.Op2(IAdd, r, b.And(y, down))
	// ... that is nearer to 0 than y: a great y is not exact in f32.
	inside := b.Sel(b.Op2(IGt, y, zero), b.Op1(ToVec, b.Op2(IGt, y, r)), b.Op1(ToVec, b.Op2(IGt, r, y)))
	q = b.Op2(ISub, q, b.Xor(inside, b.U(0xffffffff)))
	r = b.Op2(ISub, r, b.AndNot(y, inside))
	some := b.notZero(y)
	return b.And(q, some), b.And(r, some)
}

// notZero is all ones where x is not 0.
func (b *Block) notZero(x V) V {
	return b.Xor(b.Op1(ToVec, b.Op2(IEq, x, b.U(0))), b.U(0xffffffff))
}
