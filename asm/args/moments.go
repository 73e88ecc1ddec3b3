package args

import "unsafe"

// Moments sums the columns of [Rows, Cols] matrices of f32: Sum is that of X - At and Dot that of (X - At)^2, or, where there is a G, Sum is
// that of G and Dot that of G (X - At); gated, of those where Scale (X - At) + Shift, each step rounded, is greater than 0. Elements of a row are
// adjacent; At, Scale, Shift, Sum and Dot have one for each column.
type Moments struct {
	X, G, At, Scale, Shift, Sum, Dot unsafe.Pointer

	Rows, Cols   int
	XStep, GStep int // bytes between rows
}
