package args

import "unsafe"

// An Index moves rows of Cols 4-byte elements between a table and a list of Count rows: row i of the list is, or is added to, the row of
// the table that i32 i of Index names.
type Index struct {
	Table, List, Index unsafe.Pointer

	Count, Cols     int
	TableLd, ListLd int // bytes between rows
}

// A Seek looks for the first of N floats that is not at most Limit: greater, or NaN. At is its place, or N.
type Seek struct {
	X     unsafe.Pointer
	N     int
	At    int
	Limit float32
}
