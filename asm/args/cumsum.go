package args

import "unsafe"

// A CumSum goes down N elements of Cols columns of x, which are adjacent, and writes the sum so far of each: with the element, or before
// it. Sums of f32 are f64 and rounded when written; integers wrap around.
type CumSum struct {
	X, Y unsafe.Pointer
	Acc  unsafe.Pointer // sums so far, f64 or of the type of x, for as many columns as fill vectors of 64 bytes of x; they go on there

	N, Cols      int
	XStep, YStep int // bytes between the elements of a column
	Exclusive    int // 1: sums are written before the element is added
	Elem         int // for plain Go: kernels are made for one
}
