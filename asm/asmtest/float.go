package asmtest

import (
	"math"
	"math/rand/v2"
	"unsafe"
)

// FMA is x*y + z in f32, rounded once.
func FMA(x, y, z float32) float32 {
	p := float64(x) * float64(y) // exact
	s := p + float64(z)
	// Rounding s again to f32 would be wrong at a tie that the first rounding made. So s is made odd where it is inexact.
	d := s - p
	err := (p - (s - d)) + (float64(z) - d)
	if err != 0 && !math.IsInf(s, 0) && math.Float64bits(s)&1 == 0 {
		s = math.Nextafter(s, math.Copysign(math.Inf(1), err))
	}
	return float32(s)
}

// Floats views bytes as f32.
func Floats(b []byte) []float32 {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}

// GuardedFloats is Guarded for n floats.
func GuardedFloats(t TB, n int, high bool) []float32 {
	t.Helper()
	return Floats(Guarded(t, 4*n, high))
}

// Canary is a float that no kernel computes: a NaN with a payload of its own.
const Canary = 0x7FC0DEAD

// Plant fills x with canaries.
func Plant(x []float32) {
	for i := range x {
		x[i] = math.Float32frombits(Canary)
	}
}

// IsCanary reports whether x is untouched.
func IsCanary(x float32) bool { return math.Float32bits(x) == Canary }

// Fill sets x to numbers in [-1, 1) of a generator that is seeded by seed.
func Fill(x []float32, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
}

// Same reports whether two floats have equal bits, or are both NaN: payloads are not promised.
func Same(x, y float32) bool {
	return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
}
