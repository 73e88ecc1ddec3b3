package asm

import "unsafe"

func ptr(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func asBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

func ptrTo(x [][4]uint32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
