package vasm

import "math"

// The arithmetic of draws, as package tile has it in plain Go: each product and each sum rounded by itself, no fused
// multiply-add, so that the bits are the same. Polynomials have the highest power first.
var (
	drawLog  = []float64{-0.07902744, 0.12622319, -0.12998183, 0.14214496, -0.16641282, 0.20001045, -0.25000307, 0.3333333}
	drawNear = []float64{3.196968e-08, 4.8397885e-07, -4.885796e-06, -6.1947458e-06, 0.00030874118, -0.0017730828,
		-0.00590766, 0.34880272, 2.1233134}
	drawFar = []float64{1.4274711e-05, -0.0002492663, 0.0007439267, -0.0010751496, 0.0014752399, -0.0028623363,
		0.0046462077, 1.4246278, 4.7170887}
)

// plainPoly is Horner's rule without fusing.
func (b *Block) plainPoly(t V, c []float64) V {
	p := b.F(c[0])
	for _, v := range c[1:] {
		p = b.Add(b.Mul(p, t), b.F(v))
	}
	return p
}

// Uniform is the upper 24 bits of a word as a multiple of 2^-24 in [0, 1).
func (b *Block) Uniform(word V) V {
	return b.Mul(b.Op1(I2F, b.Shr(word, 8)), b.F(0x1p-24))
}

// Normal is the quantile of the normal distribution that a word of 32 bits stands for.
func (b *Block) Normal(word V) V {
	half, one := b.F(0.5), b.F(1)
	all := b.U(math.MaxInt32)
	p := b.Mul(b.Add(b.Op1(I2F, b.And(word, all)), half), b.F(0x1p-32))
	w := b.Neg(b.drawLogOf(b.Mul(b.F(4), b.Mul(p, b.Sub(one, p)))))
	near := b.plainPoly(b.Sub(w, b.F(2.5)), drawNear)
	far := b.plainPoly(b.Sub(b.Sqrt(w), b.F(3.5)), drawFar)
	g := b.Sel(b.Lt(w, b.F(5)), near, far)
	x := b.Mul(b.Add(b.Op1(I2F, b.AndNot(all, word)), half), b.F(0x1p-31)) // all^m is all &^ word
	return b.Or(b.Mul(x, g), b.SignBit(word))
}

// drawLogOf is log x for a positive normal x.
func (b *Block) drawLogOf(x V) V {
	k, m := b.split(x)
	f := b.Sub(m, b.F(1))
	f2 := b.Mul(f, f)
	rest := b.Mul(b.Mul(f2, f), b.plainPoly(f, drawLog))
	l := b.Sub(f, b.Sub(b.Mul(b.F(0.5), f2), rest))
	return b.Add(b.Mul(b.Op1(I2F, k), b.F(0.6931472)), l)
}
