package vasm

import "math"

// atanhPoly is P in log((1+s)/(1-s)) = 2s + s^3 P(s^2), |s| <= 0.1716; relative error 2^-35.
var atanhPoly = []float64{0.6666666269302368, 0.40000972151756287, 0.28498807549476624, 0.24278388917446136}

// log2Parts is log2 a as an unrounded sum of two, for a normal a > 0 that is a0 * 2^off; relative error 2^-31.
func (b *Block) log2Parts(a, off V) (hi, lo V) {
	k, m := b.split(a)
	kf := b.Sub(b.Op1(I2F, k), off)
	one := b.F(1)
	f := b.Sub(m, one)
	d := b.Add(m, one)
	dLow := b.Sub(m, b.Sub(d, one))
	inv := b.Div(one, d)
	s := b.Mul(f, inv)
	sLow := b.Mul(b.FNMA(s, dLow, b.FNMA(s, d, f)), inv)
	// s^3 P is up to 1/100 of the whole, so its first term needs more than an f32, too.
	z := b.Mul(s, s)
	u := b.Mul(s, z)
	minusLostU := b.FMA(s, b.FNMA(s, s, z), b.FNMA(s, z, u)) // s^3 is u less this
	first := b.F(atanhPoly[0] * log2e)
	rest := b.Mul(b.Mul(u, z), b.Mul(b.Poly(z, atanhPoly[1:]), b.F(log2e)))
	rest = b.FNMA(minusLostU, first, rest)

	c := 2 / math.Ln2
	cHi := float64(float32(c))
	p := b.Mul(s, b.F(cHi))
	minusLost := b.FNMA(s, b.F(cHi), p)
	sLow = b.FMA(sLow, z, sLow) // the slope is 2/(1 - s^2)
	low := b.FMA(sLow, b.F(cHi), b.Sub(b.FMA(s, b.F(c-cHi), rest), minusLost))
	q := b.FMA(u, first, p)
	low = b.Add(b.FMA(u, first, b.Sub(p, q)), low)
	hi = b.Add(kf, q) // kf is 0 or greater than q
	return hi, b.Add(b.Add(b.Sub(kf, hi), q), low)
}

// Pow is x^y within 2 ULP, with the special cases of IEEE 754's pow.
func (b *Block) Pow(x, y V) V {
	one, zero, inf := b.F(1), b.F(0), b.F(math.Inf(1))
	a := b.Abs(x)
	r := b.powAbs(a, y)
	yNeg := b.Lt(y, zero)
	r = b.Sel(b.Eq(a, zero), b.Sel(yNeg, inf, zero), r)
	r = b.Sel(b.Eq(a, inf), b.Sel(b.Lt(y, zero), zero, inf), r)
	// The sign of x counts if y is an odd integer; if y is none, a negative x has no power.
	half := b.Mul(y, b.F(0.5))
	whole := b.Op2(FEq, b.Op1(Trunc, y), y)
	odd := b.Op2(MAnd, whole, b.Op2(FNe, b.Op1(Trunc, half), half))
	r = b.Or(r, b.Sel(odd, b.SignBit(x), zero))
	broken := b.Op2(FNe, b.Op1(Trunc, y), y)
	negative := b.Op2(MAnd, b.Lt(x, zero), b.Lt(a, inf))
	nan := b.U(0x7fc00000)
	r = b.Sel(b.Op2(MAnd, negative, broken), nan, r)
	r = b.Sel(b.Op2(MAnd, b.Eq(a, one), b.Eq(b.Abs(y), inf)), one, r)
	r = b.Sel(b.Op2(MOr, b.IsNaN(x), b.IsNaN(y)), nan, r)
	return b.Sel(b.Op2(MOr, b.Eq(x, one), b.Eq(y, zero)), one, r)
}

// powAbs is a^y for 0 < a < infinity.
func (b *Block) powAbs(a, y V) V {
	m, off := b.normal(a)
	hi, lo := b.log2Parts(m, off)
	w := b.Mul(y, hi)
	low := b.Sub(b.Mul(y, lo), b.FNMA(y, hi, w))
	low = b.Sel(b.Lt(b.Abs(w), b.F(250)), low, b.F(0))
	w = b.AtLeast(b.AtMost(w, 250), -250) // far beyond the range of results
	sum := b.Add(w, low)
	low = b.Sub(low, b.Sub(sum, w))
	n := b.Op1(RoundEven, sum)
	r := b.Add(b.Sub(sum, n), low)
	return b.scale(b.FMA(b.Poly(r, exp2Poly), r, b.F(1)), n)
}
