package vasm

import "math"

// sinPoly is S in sin r = r + r^3 S(r^2), cosPoly C in cos r = 1 - r^2/2 + r^4 C(r^2), |r| <= pi/4; relative errors 2^-32.
var (
	sinPoly = []float64{-0.1666666716337204, 0.008333379402756691, -0.00019853073172271252, 2.832724931067787e-06}
	cosPoly = []float64{0.04166664555668831, -0.0013887310633435845, 2.4432552891084924e-05}
)

// twoOverPi is 2/pi in pieces of 24 bits, so that the product of a piece with an f32 is exactly the sum of two f32.
var twoOverPi = []float64{0x1.45f306p-1, 0x1.b9391p-26, 0x1.529fcp-52, 0x1.3abe88p-75, 0x1.ea69bap-97, 0x1.81b6c4p-121,
	0x1.2b3278p-145, 0x1.0e4104p-170}

// mod4 is t less the nearest multiple of 4: exact, and 0 for t over 2^25.
func (b *Block) mod4(t V) V {
	return b.FNMA(b.Op1(RoundEven, b.Mul(t, b.F(0.25))), b.F(4), t)
}

// twoSum is the rounded sum and what was lost.
func (b *Block) twoSum(x, y V) (s, lost V) {
	s = b.Add(x, y)
	z := b.Sub(s, x)
	return s, b.Add(b.Sub(x, b.Sub(s, z)), b.Sub(y, z))
}

// quadrant is n, integral, and r, |r| <= pi/4, with a = n pi/2 + r but for a multiple of 2 pi; a >= 0.
func (b *Block) quadrant(a V) (n, r V) {
	n, r = b.quadrantFar(a)
	nNear, rNear := b.quadrantNear(a)
	near := b.Lt(a, b.F(TrigNear))
	return b.Sel(near, nNear, n), b.Sel(near, rNear, r)
}

// TrigNear is where functions of an angle begin to be far: below it, SinNear and CosNear have the bits of Sin and Cos.
const TrigNear = 0x1p13

// halfPi is pi/2 in pieces of 24 bits.
var halfPi = []float64{0x1.921fb6p0, -0x1.777a5cp-25, -0x1.ee59dap-50}

// quadrantNear is quadrant for a < TrigNear, after Cody and Waite: a and the product with the first piece are multiples of 2^-24,
// so that the first difference is exact, and the others are rounded once each.
func (b *Block) quadrantNear(a V) (n, r V) {
	n = b.Op1(RoundEven, b.Mul(a, b.F(2/math.Pi)))
	r = a
	for _, piece := range halfPi {
		r = b.FNMA(n, b.F(piece), r)
	}
	return n, r
}

// quadrantFar is quadrant for any a. The products of a with the pieces of 2/pi are exact, and whole multiples of 4 are dropped from
// each, so that nothing is lost however great a is. Sums have three parts: no float is nearer to a multiple of pi/2 than 2^-31, and
// with two parts r was off by up to 2^-45.
func (b *Block) quadrantFar(a V) (n, r V) {
	var sum [3]V
	for i, piece := range twoOverPi {
		x := a
		if i >= 4 {
			// A product below 2^-60 counts for nothing, and denormals would cost a hundred cycles each. The pieces are
			// too small for f32: 2^64 comes from the other factor.
			counts := b.Op1(ToVec, b.Le(b.F(math.Ldexp(1, 24*i-59)), a))
			x = b.And(b.Mul(a, b.F(0x1p-64)), counts)
			piece = math.Ldexp(piece, 64)
		}
		c := b.F(piece)
		hi := b.Mul(x, c)
		minusLo := b.FNMA(x, c, hi)
		hi, minusLo = b.mod4(hi), b.mod4(minusLo)
		if i == 0 {
			sum[0], sum[1] = b.twoSum(hi, b.Neg(minusLo))
			sum[2] = b.F(0)
			continue
		}
		b.addTo(&sum, hi)
		b.addTo(&sum, b.Neg(minusLo))
	}
	high, low := b.twoSum(sum[0], sum[1])
	n = b.Op1(RoundEven, high)
	f := b.Sub(high, n)
	half := float64(float32(math.Pi / 2))
	tail := b.FMA(b.Add(low, sum[2]), b.F(half), b.Mul(f, b.F(math.Pi/2-half)))
	return n, b.FMA(f, b.F(half), tail)
}

// addTo adds x to a sum in parts, each of what the one before lost.
func (b *Block) addTo(sum *[3]V, x V) {
	var lost V
	sum[0], lost = b.twoSum(sum[0], x)
	sum[1], lost = b.twoSum(sum[1], lost)
	sum[2] = b.Add(sum[2], lost)
}

// circle is sin of |x| + shift quarters.
func (b *Block) circle(x V, shift int32, quadrant func(a V) (n, r V)) V {
	n, r := quadrant(b.AtLeast(b.Abs(x), 0x1p-13)) // where sin a is a and cos a is 1
	z := b.Mul(r, r)
	sin := b.FMA(b.Mul(z, r), b.Poly(z, sinPoly), r)
	cos := b.FMA(b.Mul(z, z), b.Poly(z, cosPoly), b.FNMA(z, b.F(0.5), b.F(1)))
	i := b.Op1(F2I, n)
	if shift != 0 {
		i = b.Op2(IAdd, i, b.I(shift))
	}
	odd := b.Op2(IEq, b.And(i, b.I(1)), b.I(1))
	sign := b.Shl(b.And(i, b.I(2)), 30)
	return b.Xor(b.Sel(odd, cos, sin), sign)
}

func (b *Block) sin(x V, quadrant func(a V) (n, r V)) V {
	y := b.Xor(b.circle(x, 0, quadrant), b.SignBit(x))
	return b.Sel(b.Lt(b.Abs(x), b.F(0x1p-12)), x, y) // |x| again: a register less meanwhile
}

// Sin is sin x within 2 ULP; NaN for infinities.
func (b *Block) Sin(x V) V { return b.sin(x, b.quadrant) }

// SinNear is Sin for |x| < TrigNear, in a fifth of the operations.
func (b *Block) SinNear(x V) V { return b.sin(x, b.quadrantNear) }

// Cos is cos x within 2 ULP; NaN for infinities.
func (b *Block) Cos(x V) V { return b.circle(x, 1, b.quadrant) }

// CosNear is Cos for |x| < TrigNear, in a fifth of the operations.
func (b *Block) CosNear(x V) V { return b.circle(x, 1, b.quadrantNear) }
