package args

import "unsafe"

// A Winograd is Tiles tiles of C channels each, a multiple of 16, that follow each other: what Winograd's F(2x2, 3x3), or F(4x4, 3x3),
// does to windows of images before its products, or to sums after them. Elements (i, j) of a tile are channels that lie together.
type Winograd struct {
	X    unsafe.Pointer // element (i, j) of tile t, channel c: t*XTile + i*XRow + j*XCol + 4c; 4 x 4 elements, or 6 x 6
	Y    unsafe.Pointer // likewise; as many elements before the products, 2 x 2 or 4 x 4 after them
	Bias unsafe.Pointer // after them: C floats that are added last, or nil

	Tiles, C          int
	XTile, XRow, XCol int
	YTile, YRow, YCol int
}
