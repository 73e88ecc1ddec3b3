package tile

import (
	"cmp"
	"math"
)

// The explicit conversions in this file keep Go from fusing a product with a sum where it could (arm64): each
// operation rounds by itself.

func add[T number](x, y T) T { return x + y }
func sub[T number](x, y T) T { return x - y }
func mul[T number](x, y T) T { return T(x * y) }
func div[T float](x, y T) T  { return x / y }
func neg[T number](x T) T    { return -x }

func floorDiv[T float](x, y T) T { return T(math.Floor(float64(x / y))) }

// mod is x - y*floor(x/y) in exact arithmetic, rounded once where the sign has to be changed.
func mod[T float](x, y T) T {
	r := math.Mod(float64(x), float64(y))
	if r != 0 && (r < 0) != (y < 0) {
		r += float64(y)
	}
	if r == 0 {
		r = math.Copysign(0, float64(y))
	}
	return T(r)
}

func divInt[T signed](x, y T) T {
	if y == 0 {
		return 0
	}
	q := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		q--
	}
	return q
}

func modInt[T signed](x, y T) T {
	if y == 0 {
		return 0
	}
	return x - T(divInt(x, y)*y)
}

func pow[T float](x, y T) T { return T(math.Pow(float64(x), float64(y))) }

func minOf[T number](x, y T) T { return min(x, y) }
func maxOf[T number](x, y T) T { return max(x, y) }

func absInt[T signed](x T) T  { return max(x, -x) }
func absFloat[T float](x T) T { return T(math.Abs(float64(x))) }

func sign[T number](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// fma32 rounds x*y + z once. The product of two f32 is exact in f64; the sum is rounded there to odd, so that the
// last rounding sees on which side of a tie the true value lies.
func fma32(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	s := p + float64(z)
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return float32(s)
	}
	bb := s - p
	rest := float64(p-float64(s-bb)) + float64(float64(z)-bb)
	if rest != 0 && math.Float64bits(s)&1 == 0 {
		if (rest > 0) == (s > 0) {
			s = math.Float64frombits(math.Float64bits(s) + 1)
		} else {
			s = math.Float64frombits(math.Float64bits(s) - 1)
		}
	}
	return float32(s)
}

func sqrtOf[T float](x T) T { return T(math.Sqrt(float64(x))) }
func rsqrt[T float](x T) T  { return 1 / sqrtOf(x) }
func recip[T float](x T) T  { return 1 / x }

func sigmoid(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// silu and the gelus give NaN at minus infinity, a product of it and 0, as where the language writes them out.
func silu(x float64) float64 { return x * sigmoid(x) }

func gelu(x float64) float64 {
	return x * 0.5 * math.Erfc(-x/math.Sqrt2)
}

func geluTanh(x float64) float64 {
	u := math.Sqrt(2/math.Pi) * (x + float64(0.044715*x*x*x))
	return x * sigmoid(2*u) // (1 + tanh u)/2
}

func relu[T number](x T) T { return max(x, 0) }

func isNaN[T float](x T) bool       { return x != x }
func eq[T comparable](x, y T) bool  { return x == y }
func ne[T comparable](x, y T) bool  { return x != y }
func lt[T cmp.Ordered](x, y T) bool { return x < y }
func le[T cmp.Ordered](x, y T) bool { return x <= y }
func gt[T cmp.Ordered](x, y T) bool { return x > y }
func ge[T cmp.Ordered](x, y T) bool { return x >= y }

type integer interface{ signed | uint8 | int8 }

func and[T integer](x, y T) T { return x & y }
func or[T integer](x, y T) T  { return x | y }
func xor[T integer](x, y T) T { return x ^ y }
func not[T integer](x T) T    { return ^x }
func notBool(x bool) bool     { return !x }
