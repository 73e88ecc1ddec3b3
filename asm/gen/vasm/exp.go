package vasm

import "math"

// The elementary functions of this file go through n = round(x/ln 2) and r = x - n ln 2, |r| <= ln 2 / 2. Polynomials
// are least-maximum fits, their coefficients rounded one after the other, the rest fitted again each time. The test
// of package asm holds each function to its ULP bound.

const (
	log2e  = 1.4426950408889634
	ln2Hi  = 0.6931471824645996 // f32 nearest to ln 2; products with it are never rounded, FMA sees to it
	ln2Lo  = -1.9046542121259336e-09
	magic  = 12582912 // 1.5 * 2^23: adding it rounds to an integer, half to even
	expMin = -104     // e^x is 0 below
	expMax = 89       // and infinite above
)

// expPoly is P in e^r = 1 + r + r^2 P(r); relative error 2^-28.2.
var expPoly = []float64{0.4999999403953552, 0.1666652113199234, 0.04166826605796814, 0.008368677459657192, 0.0013820708263665438}

// expm1Poly is P in e^r - 1 = r + r^2 P(r); relative error 2^-31.
var expm1Poly = []float64{0.5, 0.1666666567325592, 0.04166649281978607, 0.008333546109497547, 0.001393232843838632, 0.00019761656585615128}

// exp2Poly is Q in 2^r = 1 + r Q(r), |r| <= 1/2; relative error 2^-28.3.
var exp2Poly = []float64{0.6931471824645996, 0.24022647738456726, 0.05550359562039375, 0.009618501178920269, 0.001339098671451211, 0.00015328582958318293}

// tanhPoly is P in tanh r = r + r^3 P(r^2), |r| <= ln 2 / 4; relative error 2^-32.5.
var tanhPoly = []float64{-0.33333322405815125, 0.1333114206790924, -0.05271520838141441}

// Poly is c[0] + c[1] r + ... by Horner's rule.
func (b *Block) Poly(r V, c []float64) V {
	p := b.F(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		p = b.FMA(p, r, b.F(c[i]))
	}
	return p
}

// roundNear is x*k to the nearest integer, as a float; |x*k| < 2^22.
func (b *Block) roundNear(x V, k float64) V {
	m := b.F(magic)
	return b.Sub(b.FMA(x, b.F(k), m), m)
}

// reduce splits x, |x| < 2^21, into n and r.
func (b *Block) reduce(x V) (n, r V) {
	n = b.roundNear(x, log2e)
	r = b.FNMA(n, b.F(ln2Hi), x)
	return n, b.FNMA(n, b.F(ln2Lo), r)
}

// expParts is y and n with e^x = y * 2^n, y about 1, |x| < 2^21.
func (b *Block) expParts(x V) (y, n V) {
	n, r := b.reduce(x)
	one := b.F(1)
	p := b.FMA(b.Poly(r, expPoly), r, one)
	return b.FMA(p, r, one), n
}

// expShifted is y and t with e^x = y * 2^n and t = n + magic, y about 1, |x| < 2^21.
func (b *Block) expShifted(x V) (y, t V) {
	m := b.F(magic)
	t = b.FMA(x, b.F(log2e), m)
	n := b.Sub(t, m)
	r := b.FNMA(n, b.F(ln2Lo), b.FNMA(n, b.F(ln2Hi), x))
	return b.expTail(r), t
}

// expTail is e^r, |r| <= ln 2 / 2.
func (b *Block) expTail(r V) V {
	one := b.F(1)
	return b.FMA(b.FMA(b.Poly(r, expPoly), r, one), r, one)
}

// expHalf is e^(-r/2), |r| <= ln 2: expTail of -r/2 with the powers of -1/2 in its coefficients, the same bits.
func (b *Block) expHalf(r V) V {
	var c []float64
	k := 0.25
	for _, x := range expPoly {
		c, k = append(c, k*x), k*-0.5
	}
	return b.FMA(b.FMA(b.Poly(r, c), r, b.F(-0.5)), r, b.F(1))
}

// scale64 is y * 2^(n + 64) for t = n + magic, -190 <= n <= 63: the low bits of t are n.
func (b *Block) scale64(y, t V) V {
	if b.Features.Scale {
		return b.Op2(Scale, y, b.Sub(t, b.F(magic-64)))
	}
	return b.Mul(y, b.Op2(IAdd, b.Shl(t, 23), b.I((127+64)<<23)))
}

// scale is y * 2^n, rounded once, for y about 1 and |n| <= 252.
func (b *Block) scale(y, n V) V {
	if b.Features.Scale {
		return b.Op2(Scale, y, n)
	}
	i := b.Op1(F2I, n)
	h := b.Sar(i, 1)
	y = b.Mul(y, b.pow2Int(h))
	return b.Mul(y, b.pow2Int(b.Op2(ISub, i, h)))
}

// pow2Int is 2^i for an integer in [-126, 127].
func (b *Block) pow2Int(i V) V { return b.Shl(b.Op2(IAdd, i, b.I(127)), 23) }

// pow2 is 2^n for an integral float in [-126, 127].
func (b *Block) pow2(n V) V {
	if b.Features.Scale {
		return b.Op2(Scale, b.F(1), n)
	}
	return b.pow2Int(b.Op1(F2I, n))
}

// pow2Shifted is 2^n for t = n + magic, n an integer in [-126, 127].
func (b *Block) pow2Shifted(t, n V) V {
	if b.Features.Scale {
		return b.Op2(Scale, b.F(1), n)
	}
	return b.Op2(IAdd, b.Shl(t, 23), b.I(127<<23))
}

// Exp is e^x within 1 ULP.
func (b *Block) Exp(x V) V {
	return b.scale(b.expParts(b.AtLeast(b.AtMost(x, expMax), expMin)))
}

// Exp2 is 2^x within 1 ULP.
func (b *Block) Exp2(x V) V {
	x = b.AtLeast(b.AtMost(x, 129), -151)
	n := b.roundNear(x, 1)
	r := b.Sub(x, n)
	return b.scale(b.FMA(b.Poly(r, exp2Poly), r, b.F(1)), n)
}

// Expm1 is e^x - 1 within 2 ULP.
func (b *Block) Expm1(x V) V {
	n, r := b.reduce(b.AtLeast(b.AtMost(x, expMax), -30))
	q := b.FMA(b.Mul(r, r), b.Poly(r, expm1Poly), r)
	half := b.F(0.5)
	s := b.pow2(b.Sub(n, b.F(1))) // 2^n may be out of range, its half is not
	y := b.FMA(s, q, b.Sub(s, half))
	y = b.Add(y, y)
	return b.Sel(b.Lt(b.Abs(x), b.F(0x1p-25)), x, y)
}

// Tanh is tanh x within 2 ULP. |x| = n ln 2 / 2 + r, |r| <= ln 2 / 4, and with s = 2^n and T = tanh r the formula of a sum
// gives ((s-1) + (s+1) T) / ((s+1) + (s-1) T): nothing cancels, and near 0, where n is 0, the error is that of T.
func (b *Block) Tanh(x V) V {
	a := b.AtMost(b.Abs(x), 9.1) // 1 to f32 from 9.02 on
	m := b.F(magic)
	shifted := b.FMA(a, b.F(2*log2e), m)
	n := b.Sub(shifted, m)
	r := b.FNMA(n, b.F(ln2Hi/2), a) // what is lost with ln2Lo is 2^-29 of the result at most
	u := b.Mul(r, r)
	p := b.Poly(u, tanhPoly)
	t := b.FMA(p, b.Mul(r, u), r)
	s := b.pow2Shifted(shifted, n)
	one := b.F(1)
	above, below := b.Add(s, one), b.Sub(s, one)
	y := b.Div(b.FMA(t, above, below), b.FMA(t, below, above))
	return b.Or(y, b.SignBit(x))
}

// Sigmoid is 1/(1 + e^-x) within 2 ULP. It goes through e^-|x|, which can't overflow, so that small results keep
// their digits.
func (b *Block) Sigmoid(x V) V {
	neg := b.Or(x, b.U(1<<31))
	e := b.scale(b.expParts(b.AtLeast(neg, expMin)))
	one := b.F(1)
	return b.Div(b.Sel(b.Lt(x, b.F(0)), e, one), b.Add(e, one))
}

// timesSigmoid is x/(1 + e^-z) for z with the sign of x. The power of 2 comes last, so that results among the
// denormals are rounded once.
func (b *Block) timesSigmoid(x, z V) V {
	y, n := b.expParts(b.AtLeast(b.Or(z, b.U(1<<31)), -120))
	one := b.F(1)
	e := b.Mul(y, b.pow2(b.AtLeast(n, -126)))
	neg := b.Lt(z, b.F(0))
	q := b.Div(b.Mul(x, b.Sel(neg, y, one)), b.Add(e, one))
	return b.scale(q, b.Sel(neg, n, b.F(0)))
}

// Silu is x/(1 + e^-x) within 3 ULP; NaN at minus infinity, as the product of x and its sigmoid.
func (b *Block) Silu(x V) V {
	z := b.AtLeast(x, -120)
	return b.orNaN(b.Eq(x, b.F(math.Inf(-1))), b.timesSigmoid(z, z))
}

// GeluTanh is x/(1 + e^-z), z = 2 sqrt(2/pi) (x + 0.044715 x^3), the same as x/2 (1 + tanh(z/2)), within 4 ULP from -1 on.
// Left of it the rounding of z shows in the exponential: 13 ULP at -3, under 256 at -10, where results end. It is
// x E/(2^64 + E) with E = 2^64 e^z, which is among the denormals at no end: e^z is 0 to the quotient below -127, and 1 is
// nothing beside it above 18. At -11.5 the quotient is 0, and minus infinity times it NaN, as in the composition.
func (b *Block) GeluTanh(x V) V {
	u := b.AtLeast(x, -11.5)
	c := 2 * math.Sqrt(2/math.Pi)
	w := b.FMA(b.Mul(u, u), b.F(c*0.044715), b.F(c))
	y, t := b.expShifted(b.AtMost(b.Mul(u, w), 18))
	e := b.scale64(y, t)
	return b.Mul(x, b.Div(e, b.Add(e, b.F(0x1p64))))
}
