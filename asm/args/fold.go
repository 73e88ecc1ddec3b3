package args

import "unsafe"

// A Fold folds the middle axis of x[Rows, N, Cols] away: y[r, c] is the sum, the greatest or the least of x[r, 0..N, c], or the place
// of the first greatest or least, i32. Elements of the last axis are adjacent in both; those of an axis of its own, Cols being 1, are
// XStep bytes apart and adjacent for the kernels of rows.
type Fold struct {
	X, Y unsafe.Pointer

	Rows, N, Cols int
	XRow, XStep   int // bytes between rows, and between the elements that are folded
	YRow          int // bytes between rows of y
	Kind, Elem    int // what plain Go folds to, and of what: kernels are made for one
	Init          int // sums, greatest and least begin at what is in y; for the kernels of columns
}
