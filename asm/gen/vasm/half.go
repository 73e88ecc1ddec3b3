package vasm

// The 16-bit floats are the low halves of integer lanes.

// FromBF16 widens a bfloat16: the upper half of an f32.
func (b *Block) FromBF16(h V) V { return b.Shl(h, 16) }

// ToBF16 rounds an f32 to nearest even.
func (b *Block) ToBF16(x V) V {
	odd := b.And(b.Shr(x, 16), b.I(1))
	r := b.Shr(b.Op2(IAdd, b.Op2(IAdd, x, b.I(0x7fff)), odd), 16)
	return b.Sel(b.IsNaN(x), b.Or(b.Shr(x, 16), b.I(0x40)), r)
}

// FromF16 widens an IEEE half. A product moves the exponent from one bias to the other, denormals included.
func (b *Block) FromF16(h V) V {
	f := b.Mul(b.Shl(b.And(h, b.I(0x7fff)), 13), b.F(0x1p112))
	top := b.Op2(IEq, b.And(h, b.I(0x7c00)), b.I(0x7c00)) // infinity or NaN
	f = b.Or(f, b.And(b.Op1(ToVec, top), b.I(0x7f800000)))
	return b.Or(f, b.Shl(b.And(h, b.I(0x8000)), 16))
}

// ToF16 rounds an f32 to the nearest half, ties to even; too great becomes infinite.
func (b *Block) ToF16(x V) V {
	a := b.Abs(x)
	odd := b.And(b.Shr(a, 13), b.I(1))
	r := b.Shr(b.Op2(IAdd, b.Op2(IAdd, a, b.I(0xfff-112<<23)), odd), 13)
	// Below 2^-14 halves are multiples of 2^-24, as the sum with 1/2 is.
	small := b.Op2(ISub, b.Add(a, b.F(0.5)), b.F(0.5))
	r = b.Sel(b.Op2(IGt, b.I(0x38800000), a), small, r)
	r = b.Sel(b.Op2(IGt, a, b.I(0x477fefff)), b.I(0x7c00), r)
	r = b.Sel(b.Op2(IGt, a, b.I(0x7f800000)), b.I(0x7e00), r)
	return b.Or(r, b.Shr(b.SignBit(x), 16))
}
