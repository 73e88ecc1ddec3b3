package bench

import (
	"math"
	"unsafe"
)

// floats are n numbers between -1 and 1 that repeat late, beginning with a cache line.
func floats(n int) []float32 {
	x := bare(n)
	state := uint32(n)*2654435761 + 1
	for i := range x {
		state = state*1664525 + 1013904223
		x[i] = float32(int32(state)) / math.MaxInt32
	}
	return x
}

// bare is room for n numbers.
func bare(n int) []float32 {
	x := make([]float32, n+16)
	skip := 0
	for uintptr(unsafe.Pointer(&x[skip]))%64 != 0 {
		skip++
	}
	return x[skip : skip+n : skip+n]
}

func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
