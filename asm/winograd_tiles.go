package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// inputRow transforms the windows of a row of tiles, counted through all images. Those that lie inside of the image are read where they
// are, the others from a patch with zeros around what there is.
func (w *Winograd) inputRow(row int, to winogradTiles, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	image, ih := row/w.rows, row%w.rows*2-sp.PadH
	x := unsafe.Add(o.A, 4*image*sp.H*sp.W*sp.C)
	from, end := insideTiles(sp.W, sp.PadW, w.cols)
	if ih < 0 || ih+4 > sp.H {
		from, end = 0, 0
	}
	a := &s.winograd
	*a = args.Winograd{C: sp.C, YTile: 4 * sp.C, YRow: 4 * to.point, YCol: to.point}
	for t := 0; t < w.cols; {
		a.Y = unsafe.Add(to.at, 4*t*sp.C)
		iw := 2*t - sp.PadW
		if t >= from && t < end {
			a.X = unsafe.Add(x, 4*(ih*sp.W+iw)*sp.C)
			a.XTile, a.XRow, a.XCol = 8*sp.C, 4*sp.W*sp.C, 4*sp.C
			w.enterTiles(w.input.Fn, end-t, s)
			t = end
			continue
		}
		a.X = w.patch(x, ih, iw, s)
		a.XTile, a.XRow, a.XCol = 0, 16*sp.C, 4*sp.C
		w.enterTiles(w.input.Fn, 1, s)
		t++
	}
}

// insideTiles are the tiles of a row whose windows lie inside of it.
func insideTiles(width, pad, tiles int) (from, to int) {
	from = min(tiles, max(0, (pad+1)/2))
	for to = tiles; to > from && 2*(to-1)-pad+4 > width; to-- {
	}
	return from, to
}

// patch is the window at (ih, iw) of an image, with zeros where it lies beyond it.
func (w *Winograd) patch(x unsafe.Pointer, ih, iw int, s *Scratch) unsafe.Pointer {
	sp := &w.spec
	window := s.rows(w.roomFloats())[:winogradPoints*sp.C]
	clear(window)
	lo, hi := min(max(iw, 0), sp.W), max(0, min(iw+4, sp.W))
	for i := range 4 {
		if h := ih + i; h >= 0 && h < sp.H && lo < hi {
			pixels := unsafe.Slice((*float32)(unsafe.Add(x, 4*(h*sp.W+lo)*sp.C)), (hi-lo)*sp.C)
			copy(window[(4*i+lo-iw)*sp.C:], pixels)
		}
	}
	return unsafe.Pointer(&window[0])
}

// enterTiles enters a kernel for n tiles that follow each other, some at a time.
func (w *Winograd) enterTiles(fn WinogradFunc, n int, s *Scratch) {
	a := &s.winograd
	most := max(1, winogradWork/(winogradPoints*a.C))
	for n > 0 {
		a.Tiles = min(n, most)
		s.callWinograd(fn)
		n -= a.Tiles
		a.X, a.Y = unsafe.Add(a.X, a.Tiles*a.XTile), unsafe.Add(a.Y, a.Tiles*a.YTile)
	}
}

// outputRow transforms the sums of a row of tiles to two rows of pixels. Tiles that lie beyond the image in part go through a patch.
func (w *Winograd) outputRow(row int, from winogradTiles, col0, cols int, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	image, oh := row/w.rows, row%w.rows*2
	y := unsafe.Add(o.C, 4*((image*sp.OH+oh)*sp.OW*sp.CO+col0))
	whole := sp.OW / 2
	if oh+1 == sp.OH {
		whole = 0
	}
	a := &s.winograd
	*a = args.Winograd{C: cols, X: from.at, XTile: 4 * cols, XRow: 4 * from.point, XCol: from.point}
	if sp.Bias {
		a.Bias = unsafe.Add(o.Bias, 4*col0)
	}
	a.Y, a.YTile, a.YRow, a.YCol = y, 8*sp.CO, 4*sp.OW*sp.CO, 4*sp.CO
	w.enterTiles(w.output.Fn, whole, s)
	patch := s.rows(w.roomFloats())[:4*cols]
	for t := whole; t < w.cols; t++ {
		a.X, a.Y, a.YRow, a.YCol = unsafe.Add(from.at, 4*t*cols), unsafe.Pointer(&patch[0]), 8*cols, 4*cols
		w.enterTiles(w.output.Fn, 1, s)
		for i := range min(2, sp.OH-oh) {
			for j := range min(2, sp.OW-2*t) {
				pixel := unsafe.Slice((*float32)(unsafe.Add(y, 4*((i*sp.OW+2*t+j)*sp.CO))), cols)
				copy(pixel, patch[(2*i+j)*cols:])
			}
		}
	}
}
