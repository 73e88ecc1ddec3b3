package args

import "unsafe"

// A Blend is M rows of Cols floats: row m of y, at m*YLd, is the sum of so many rows of x as Counts says, by their weights, in the order of
// Taps, which lists those of all rows behind each other. A sum is a chain acc = fma(w, x, acc) from 0.
type Blend struct {
	X, Y   unsafe.Pointer
	Counts unsafe.Pointer // M of i32
	Taps   unsafe.Pointer // *BlendTap

	M, Cols int
	YLd     int // bytes
}

// A BlendTap is a row of x.
type BlendTap struct {
	Off int // bytes from X
	W   float32
	_   float32
}

// A Resample is Rows rows of M elements of y, of rows of N elements of x. It goes through y by blocks of as many elements as a vector has
// lanes; a block is so many parts as Counts says, in the order of Parts, which lists those of all blocks. A part loads a vector of x (N
// elements, if those are less) and gives each lane the element that its place names, if it names one. A sum is a chain
// acc = fma(w, x, acc) from 0.
type Resample struct {
	X, Y   unsafe.Pointer
	Counts unsafe.Pointer // of i32, one a block
	Parts  unsafe.Pointer // 8 bytes where the vector begins, 8 more, then the places (i32, or on NEON four bytes; -1 for none), then weights

	Rows, N, M int
	XLd, YLd   int // bytes between rows
	Lanes      int // of a block: kernels have their own
	Move       int // 1: elements are moved as they are, whatever they hold
}

// ResamplePart is the bytes of a part for so many lanes, without places and weights ResampleHead.
func ResamplePart(lanes int) int { return ResampleHead + 8*lanes }

// ResampleHead is the bytes of a part before its places.
const ResampleHead = 16
