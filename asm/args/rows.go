package args

import "unsafe"

// RowOperands and RowParams bound what a kernel of a row program takes.
const (
	RowOperands = 11
	RowParams   = 4

	RowReductions = 8
	RowScalars    = 12
)

// Rows is the block of a kernel of a row program: Rows rows of Cols elements of 4 bytes, one at a time, in as many passes as
// the program has phases.
type Rows struct {
	Ptr    [RowOperands]unsafe.Pointer // the element of the first row and column; the kernel moves them
	Stride [RowOperands]int            // bytes from a row to the next
	Param  [RowParams]float32          // constants of the program
	Groups int                         // pairs of rows that are worked on together: operands have one stride, but for those that repeat a row
	Rows   int                         // one by one, after them
	Cols   int                         // > 0
	Tail   [2]uint16                   // lanes of the two vectors behind the last 32 elements that are whole
	Left   int32                       // elements there
	Red    [2 * RowReductions]float32  // the kernel's own: reductions of the rows
	Scalar [2 * RowScalars]float32     // likewise: what a phase computes for the next
}
