package vasm

import "math"

// logPoly is R in log(1+f) = f - f^2/2 + f^3 R(f), sqrt(1/2) <= 1+f <= sqrt 2; relative error 2^-30.3.
var logPoly = []float64{0.3333331346511841, -0.25000011920928955, 0.20002073049545288, -0.16667844355106354,
	0.142202228307724, -0.1240847110748291, 0.11886605620384216, -0.11658866703510284, 0.06729692965745926}

// The two parts of ln 2 for logarithms: products of the upper one with an exponent are exact.
const (
	ln2Upper = 0.693145751953125
	ln2Lower = 1.428606765330187e-06
	sqrtHalf = 0x3f3504f3 // bits of sqrt(1/2)
)

// split is k, integral, and m in [sqrt(1/2), sqrt 2) with x = m * 2^k for a normal x > 0.
func (b *Block) split(x V) (k, m V) {
	k = b.Sar(b.Op2(ISub, x, b.I(sqrtHalf)), 23)
	return k, b.Op2(ISub, x, b.Shl(k, 23))
}

// logTail is log(1+f) - f, given low to be added before the greater terms are.
func (b *Block) logTail(f, low V) V {
	h := b.Mul(f, f)
	y := b.FMA(b.Mul(b.Poly(f, logPoly), f), h, low)
	return b.FNMA(b.F(0.5), h, y)
}

// logEdges mends y = log x where x is not a positive number.
func (b *Block) logEdges(x, y V) V {
	inf := b.F(math.Inf(1))
	y = b.Sel(b.Lt(x, inf), y, x) // NaN and infinity
	y = b.Sel(b.Lt(x, b.F(0)), b.U(0x7fc00000), y)
	return b.Sel(b.Eq(x, b.F(0)), b.F(math.Inf(-1)), y)
}

// normal is x times 2^23 where x is denormal, and what that takes from the exponent.
func (b *Block) normal(x V) (y, k V) {
	small := b.Lt(x, b.U(0x00800000))
	y = b.Sel(small, b.Mul(x, b.F(1<<23)), x)
	return y, b.Sel(small, b.F(23), b.F(0))
}

// Log is ln x within 1 ULP.
func (b *Block) Log(x V) V {
	y, off := b.normal(x)
	k, m := b.split(y)
	kf := b.Sub(b.Op1(I2F, k), off)
	f := b.Sub(m, b.F(1))
	low := b.logTail(f, b.Mul(kf, b.F(ln2Lower)))
	y = b.FMA(kf, b.F(ln2Upper), b.Add(low, f))
	return b.logEdges(x, y)
}

// Log2 is the logarithm to base 2 within 2 ULP.
func (b *Block) Log2(x V) V {
	y, off := b.normal(x)
	k, m := b.split(y)
	kf := b.Sub(b.Op1(I2F, k), off)
	f := b.Sub(m, b.F(1))
	t := b.logTail(f, b.F(0))
	hi := float64(float32(log2e))
	// The parts of the sum from the least up: t is at most 0.09 of f.
	s := b.FMA(f, b.F(log2e-hi), b.Mul(t, b.F(hi)))
	s = b.FMA(f, b.F(hi), s)
	return b.logEdges(x, b.Add(kf, s))
}

// Log1p is ln(1+x) within 2 ULP: the logarithm of u = 1+x, with what u lost in rounding added to its fraction.
func (b *Block) Log1p(x V) V {
	one := b.F(1)
	u := b.Add(x, one)
	big := b.Lt(one, x)
	lost := b.Sel(big, b.Sub(one, b.Sub(u, x)), b.Sub(x, b.Sub(u, one)))
	k, m := b.split(u)
	kf := b.Op1(I2F, k)
	down := b.Shl(b.Op2(IMax, b.Op2(ISub, b.I(127), k), b.I(0)), 23) // 2^-k; 0 from k = 127 on, where nothing is lost
	f := b.FMA(lost, down, b.Sub(m, one))
	low := b.logTail(f, b.Mul(kf, b.F(ln2Lower)))
	y := b.FMA(kf, b.F(ln2Upper), b.Add(low, f))
	y = b.logEdges(u, y)
	return b.Sel(b.Lt(b.Abs(x), b.F(0x1p-25)), x, y)
}

// Softplus is ln(1 + e^x) = max(x, 0) + log1p(e^-|x|) within 3 ULP.
func (b *Block) Softplus(x V) V {
	e := b.scale(b.expParts(b.AtLeast(b.Or(x, b.U(1<<31)), expMin)))
	one := b.F(1)
	u := b.Add(e, one) // in [1, 2]
	lost := b.Sub(e, b.Sub(u, one))
	k, m := b.split(u) // k is 0 or 1
	kf := b.Op1(I2F, k)
	down := b.FNMA(kf, b.F(0.5), one)
	f := b.FMA(lost, down, b.Sub(m, one))
	low := b.logTail(f, b.Mul(kf, b.F(ln2Lower)))
	y := b.FMA(kf, b.F(ln2Upper), b.Add(low, f))
	y = b.Sel(b.Lt(e, b.F(0x1p-25)), e, y)
	top := b.And(b.Op2(FMaxX, b.F(0), x), b.U(0x7fffffff)) // relu, NaN stays
	return b.Add(top, y)
}
