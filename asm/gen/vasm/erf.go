package vasm

import "math"

// erfPoly is P in erf x = x + x P(x^2), |x| < 1.
var erfPoly = []float64{0.12837916612625122, -0.3761262595653534, 0.11283580958843231, -0.026853546500205994,
	0.005187740549445152, -0.0008004633127711713, 7.834699499653652e-05}

// erfcLog is Q in erfc a = e^-Q(a), 1 <= a <= 4; the error of 1 - erfc is 2^-29.8 of it.
var erfcLog = []float64{0.00033914801315404475, 1.127098560333252, 0.638129711151123, 0.10311952233314514,
	-0.021844008937478065, 0.0029491048771888018, -0.00018652282597031444}

// millsPoly is M in Phi(-t) = e^(-t^2/2) s M(s), s = 1/(1 + 0.35 t), 0 <= t <= 14.5; relative error 2^-24.8.
var millsPoly = []float64{0.1396212875843048, 0.13986387848854065, 0.11981847137212753, 0.10556428879499435,
	-0.023241598159074783, 0.15936397016048431, -0.25587913393974304, 0.14405091106891632, -0.0291620921343565}

// Erf is the error function within 2 ULP.
func (b *Block) Erf(x V) V {
	a := b.AtMost(b.Abs(x), 4) // 1 to f32 from 3.92 on
	near := b.FMA(x, b.Poly(b.Mul(x, x), erfPoly), x)
	y, n := b.expParts(b.Neg(b.Poly(a, erfcLog)))
	far := b.Or(b.FNMA(y, b.pow2(n), b.F(1)), b.SignBit(x))
	return b.Sel(b.Lt(a, b.F(1)), near, far)
}

// Gelu is x Phi(x) within 7 ULP, Phi being the distribution function of the normal distribution. It goes through
// p = |x| Phi(-|x|), so that the left tail keeps its digits: the result is -p there, and x - p on the right.
func (b *Block) Gelu(x V) V {
	t := b.AtMost(b.Abs(x), 14.5) // Phi(-14.5) times 14.5 is 0 to f32
	one := b.F(1)
	quotient := func() V { return b.Div(one, b.FMA(t, b.F(0.35), one)) }
	var s V
	if b.Features.Scale { // begins early where registers suffice: it takes longest
		s = quotient()
	}
	h := b.Mul(t, t)
	minusLost := b.FNMA(t, t, h) // h is t^2 + this
	m := b.F(magic)
	shifted := b.FMA(h, b.F(-0.5*log2e), m)
	n := b.Sub(shifted, m)
	r := b.FMA(n, b.F(2*ln2Lo), b.FMA(n, b.F(2*ln2Hi), h)) // t^2 = r - 2 ln 2 n
	y := b.expHalf(b.Sub(r, minusLost))
	if !b.Features.Scale {
		s = quotient()
	}
	p := b.Mul(t, b.Mul(y, b.Mul(s, b.Poly(s, millsPoly))))
	right := b.geluRight(x)
	if b.Features.Scale {
		return b.Sub(right, b.Op2(Scale, p, n))
	}
	return b.FNMA(b.scale64(p, shifted), b.F(0x1p-64), right)
}

// geluRight is x, or -0 where x is less, from which p = 0 leaves -0; NaN for minus infinity, as in the composition. Its three
// instructions leave the two pipes of products alone, which bind here: one VFIXUPIMMPS in their place takes 3% longer on Zen 5.
func (b *Block) geluRight(x V) V {
	return b.orNaN(b.Eq(x, b.F(math.Inf(-1))), b.Op2(FMaxX, b.U(1<<31), x))
}
