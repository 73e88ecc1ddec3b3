package asmtest

import (
	"math"
	"unsafe"
)

// Words views floats as their bits.
func Words(x []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// Bits are the bits of a float.
func Bits(x float32) uint32 { return math.Float32bits(x) }
