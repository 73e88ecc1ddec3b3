package args

import "unsafe"

// A Window is M output pixels of C channels each, which follow each other: every channel of a pixel gathers the same channel of
// the input pixels that Segs name (K of a segment is not used). It is a depthwise convolution or a pool.
type Window struct {
	X    unsafe.Pointer // channel c that output m meets by segment s: m*XStep + s.A + 4c
	W    unsafe.Pointer // depthwise: its weight at s.B + 4c
	Y    unsafe.Pointer // m*YStep + 4c
	Bias unsafe.Pointer // depthwise: C floats that are added last, or nil
	Segs unsafe.Pointer // *Seg
	NSeg int

	M, C  int
	XStep int
	YStep int
	Init  int     // depthwise: 1 begins at Y, 0 at zero
	Div   float32 // mean: what sums are divided by
}
