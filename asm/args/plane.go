package args

import "unsafe"

// A Plane is rows Row0 up to Row1 of one output channel of a depthwise convolution with windows of 3 x 3, of stride and
// dilation 1, with images channels first. Input pixel (i, j) is at X + i*XRow + 4j, output pixel at Y + i*YRow + 4j; the latter
// meets tap (kh, kw) at input (i + kh - PadH, j + kw - PadW), if there is such a pixel.
type Plane struct {
	X    unsafe.Pointer
	W    unsafe.Pointer // nine weights
	Y    unsafe.Pointer
	Bias unsafe.Pointer // one float that is added last, or nil

	H, Wide    int // rows and columns of the input
	Row0, Row1 int
	Cols       int // of the output
	PadH, PadW int
	XRow, YRow int // bytes
}
