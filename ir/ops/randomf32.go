package ops

import "math"

// The arithmetic of draws: float32 throughout, each product and each sum rounded by itself (the conversions keep the
// compiler from fusing them), so that vector code gives the same bits. docs/random.md has the formulas.

// uniformOf is a multiple of 2^-24 from 0 to below 1: the high 24 bits of a word.
func uniformOf(word uint32) float32 { return float32(word>>8) * (1.0 / (1 << 24)) }

// below is a whole number from 0 to below n: the high word of a product.
func below(word uint32, n uint64) int64 { return int64(uint64(word) * n >> 32) }

// horner is a polynomial in t, the coefficient of its highest power first.
func horner(t float32, c ...float32) float32 {
	p := c[0]
	for _, v := range c[1:] {
		p = float32(p*t) + v
	}
	return p
}

// logOf is log(x) for positive normal x.
func logOf(x float32) float32 {
	const sqrtHalf = 0x3f3504f3
	b := math.Float32bits(x)
	e := int32(b-sqrtHalf) >> 23
	f := math.Float32frombits(b-uint32(e)<<23) - 1 // x = (1+f) * 2^e with 1+f from sqrt(1/2) to sqrt(2)
	p := horner(f, -0.07902744, 0.12622319, -0.12998183, 0.14214496, -0.16641282, 0.20001045, -0.25000307, 0.3333333)
	f2 := float32(f * f)
	l := f - (float32(0.5*f2) - float32(float32(f2*f)*p))
	return float32(float32(e)*0.6931472) + l
}

// expOf is exp(x) for x <= 0, 0 below -87.
func expOf(x float32) float32 {
	if !(x >= -87) {
		return 0
	}
	n := float32(math.Floor(float64(float32(x*1.442695) + 0.5)))
	r := float32(x-float32(n*0.693359375)) - float32(n*-0.00021219444)
	p := horner(r, 0.0013926204, 0.008363195, 0.041666556, 0.16666576, 0.5)
	e := 1 + (r + float32(float32(r*r)*p))
	return e * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// normalOf inverts the distribution function of the normal distribution: the top bit of the word is the sign, the other
// 31, m, choose the tail's probability p = (m + 1/2) / 2^32. With x = 1 - 2p and w = -log(1 - x^2) = -log(4p(1-p)), z is
// x times a polynomial in w or sqrt(w) (the form is that of Giles, Approximating the erfinv function, 2010).
func normalOf(word uint32) float32 {
	m := word & 0x7fffffff
	p := (float32(int32(m)) + 0.5) * (1.0 / (1 << 32))
	x := (float32(int32(m^0x7fffffff)) + 0.5) * (1.0 / (1 << 31))
	w := -logOf(4 * float32(p*(1-p)))
	var g float32
	if w < 5 {
		g = horner(w-2.5, 3.196968e-08, 4.8397885e-07, -4.885796e-06, -6.1947458e-06, 0.00030874118, -0.0017730828,
			-0.00590766, 0.34880272, 2.1233134)
	} else {
		s := float32(math.Sqrt(float64(w)))
		g = horner(s-3.5, 1.4274711e-05, -0.0002492663, 0.0007439267, -0.0010751496, 0.0014752399, -0.0028623363,
			0.0046462077, 1.4246278, 4.7170887)
	}
	z := x * g
	return math.Float32frombits(math.Float32bits(z) | word&0x80000000)
}
