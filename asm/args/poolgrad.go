package args

import "unsafe"

// A PoolGrad is M output pixels of a pool, of C channels each: the gradient of every channel of a pixel is added to that channel of
// the input pixels that Segs name (K and B of a segment are not used). Of a pool of the greatest, the first of them that equals the
// output, or is NaN, gets all; of a mean each gets an equal part.
type PoolGrad struct {
	X    unsafe.Pointer // greatest: channel c that output m meets by segment s: m*XStep + s.A + 4c
	DX   unsafe.Pointer // its gradient, likewise
	Y    unsafe.Pointer // greatest: m*YStep + 4c
	DY   unsafe.Pointer // m*YStep + 4c
	Segs unsafe.Pointer // *Seg
	NSeg int

	M, C  int
	XStep int
	YStep int
	Div   float32 // mean: how many inputs share a gradient
}
