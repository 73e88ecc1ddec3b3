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

func transposeGeneric(a *args.Move) { transposePlain[uint32](a) }

// transposePlain is for elements of any size. It reads rows in blocks, so that each line of the destination is written at once.
func transposePlain[T any](a *args.Move) {
	const block = 16
	var one T
	size := int(unsafe.Sizeof(one))
	for i0 := 0; i0 < a.Rows; i0 += block {
		n := min(block, a.Rows-i0)
		for j := range a.Cols {
			dst := unsafe.Slice((*T)(unsafe.Add(a.Dst, j*a.DstLd+size*i0)), n)
			src := unsafe.Add(a.Src, i0*a.SrcLd+size*j)
			for i := range dst {
				dst[i] = *(*T)(unsafe.Add(src, i*a.SrcLd))
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
