package vasm

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
// Phi(-|x|), so that the left tail keeps its digits.
func (b *Block) Gelu(x V) V {
	near := b.AtLeast(b.AtMost(x, 14.5), -14.5) // Phi(-14.5) times 14.5 is 0 to f32
	t := b.Abs(near)
	h := b.Mul(t, t)
	minusLost := b.FNMA(t, t, h) // h is t^2 + this
	half := b.F(0.5)
	n, r := b.reduce(b.Neg(b.Mul(h, half)))
	r = b.FMA(minusLost, half, r)
	one := b.F(1)
	y := b.FMA(b.FMA(b.Poly(r, expPoly), r, one), r, one)
	s := b.Div(one, b.FMA(t, b.F(0.35), one))
	q := b.Mul(y, b.Mul(s, b.Poly(s, millsPoly)))
	q = b.scale(b.Mul(near, q), n)
	return b.Sel(b.Op2(IGt, b.U(0), x), q, b.Sub(x, q))
}
