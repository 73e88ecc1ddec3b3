package tile

import "math"

// The arithmetic of draws: f32 throughout, each product and each sum rounded by itself, so that every implementation
// gives the same bits. The project's page on random numbers fixes it; polynomials have the highest power first.

// uniform is a multiple of 2^-24 from 0 to below 1.
func uniform(word int32) float32 { return float32(uint32(word)>>8) * 0x1p-24 }

var (
	drawLog  = [...]float32{-0.07902744, 0.12622319, -0.12998183, 0.14214496, -0.16641282, 0.20001045, -0.25000307, 0.3333333}
	drawNear = [...]float32{3.196968e-08, 4.8397885e-07, -4.885796e-06, -6.1947458e-06, 0.00030874118, -0.0017730828,
		-0.00590766, 0.34880272, 2.1233134}
	drawFar = [...]float32{1.4274711e-05, -0.0002492663, 0.0007439267, -0.0010751496, 0.0014752399, -0.0028623363,
		0.0046462077, 1.4246278, 4.7170887}
)

// normal inverts the distribution function: the top bit is the sign, the other 31 choose the tail's probability.
func normal(word int32) float32 {
	m := word & math.MaxInt32
	p := (float32(m) + 0.5) * 0x1p-32
	x := (float32(m^math.MaxInt32) + 0.5) * 0x1p-31
	w := -drawLogOf(4 * float32(p*(1-p)))
	var g float32
	if w < 5 {
		g = horner(w-2.5, drawNear[:])
	} else {
		g = horner(float32(math.Sqrt(float64(w)))-3.5, drawFar[:])
	}
	return math.Float32frombits(math.Float32bits(float32(x*g)) | uint32(word)&(1<<31))
}

// drawLogOf is log x for a positive normal x.
func drawLogOf(x float32) float32 {
	b := math.Float32bits(x)
	e := int32(b-0x3f3504f3) >> 23
	f := math.Float32frombits(b-uint32(e)<<23) - 1
	f2 := float32(f * f)
	l := f - (float32(0.5*f2) - float32(float32(f2*f)*horner(f, drawLog[:])))
	return float32(float32(e)*0.6931472) + l
}

func horner(t float32, c []float32) float32 {
	p := c[0]
	for _, v := range c[1:] {
		p = float32(p*t) + v
	}
	return p
}
