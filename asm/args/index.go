package args

import "unsafe"

// An Index moves rows of Cols 4-byte elements between a table and a list of Count rows: row i of the list is, or is added to, the row of
// the table that i32 i of Index names.
type Index struct {
	Table, List, Index unsafe.Pointer

	Count, Cols     int
	TableLd, ListLd int // bytes between rows
}

// A Seek looks through N floats for those that are not at most Limit: greater, or NaN. It writes their places, in order, behind the
// Found that there are already, and stops where the next SeekBlock elements might find no room. At is how many it has looked at. What
// lies in Places behind Found is overwritten.
type Seek struct {
	X      unsafe.Pointer
	Places unsafe.Pointer // Room of i32
	N      int
	Room   int
	Found  int
	At     int
	Limit  float32
}

// SeekBlock is the elements that a kernel looks at before it asks for room again.
const SeekBlock = 64
