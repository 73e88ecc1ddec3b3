package args

import "unsafe"

// A Move copies a matrix of 4-byte elements: as it is, or transposed.
type Move struct {
	Src  unsafe.Pointer // Rows x Cols, rows SrcLd bytes apart, columns adjacent
	Dst  unsafe.Pointer // copy: Rows x Cols, transpose: Cols x Rows; rows DstLd bytes apart
	Rows int
	Cols int

	SrcLd int
	DstLd int
}
