package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A MoveFunc copies or transposes a matrix of 4-byte elements.
type MoveFunc func(*args.Move)

// TransposeRows returns the rows of the family transpose that c may run, best first.
func TransposeRows(c CPU) []Row[MoveFunc] { return fitting(c, transposeRows[:]) }

// CopyRows returns the rows of the family copy2d that c may run, best first.
func CopyRows(c CPU) []Row[MoveFunc] { return fitting(c, copyRows[:]) }

// transposeGeneric reads rows in blocks of 16, so that each line of the destination is written at once.
func transposeGeneric(a *args.Move) {
	const block = 16
	for i0 := 0; i0 < a.Rows; i0 += block {
		n := min(block, a.Rows-i0)
		for j := range a.Cols {
			dst := unsafe.Slice((*uint32)(unsafe.Add(a.Dst, j*a.DstLd+4*i0)), n)
			src := unsafe.Add(a.Src, i0*a.SrcLd+4*j)
			for i := range dst {
				dst[i] = *(*uint32)(unsafe.Add(src, i*a.SrcLd))
			}
		}
	}
}

func copyGeneric(a *args.Move) {
	if a.Cols <= 0 {
		return
	}
	for i := range a.Rows {
		copy(unsafe.Slice((*uint32)(unsafe.Add(a.Dst, i*a.DstLd)), a.Cols), unsafe.Slice((*uint32)(unsafe.Add(a.Src, i*a.SrcLd)), a.Cols))
	}
}
