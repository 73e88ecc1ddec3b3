package args

import "unsafe"

// Moments sums the columns of [Rows, Cols] matrices of f32: Sum is that of X - At and Dot that of (X - At)^2, or, where there is a G, Sum is
// that of G and Dot that of G (X - At). Elements of a row are adjacent; At, Sum and Dot have one for each column.
type Moments struct {
	X, G, At, Sum, Dot unsafe.Pointer

	Rows, Cols   int
	XStep, GStep int // bytes between rows
}
