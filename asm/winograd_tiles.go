package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// inputRow transforms the windows of a row of tiles, counted through all images. Those that lie inside of the image are read where they
// are, the others from a patch with zeros around what there is.
func (w *Winograd) inputRow(row int, to winogradTiles, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	image, ih := row/w.rows, row%w.rows*w.edge-sp.PadH
	x := unsafe.Add(o.A, 4*image*sp.H*sp.W*sp.C)
	from, end := w.insideTiles()
	if ih < 0 || ih+w.window() > sp.H {
		from, end = 0, 0
	}
	a := &s.winograd
	*a = args.Winograd{C: sp.C, YTile: 4 * sp.C, YRow: w.window() * to.point, YCol: to.point}
	for t := 0; t < w.cols; {
		a.Y = unsafe.Add(to.at, 4*t*sp.C)
		iw := w.edge*t - sp.PadW
		if t >= from && t < end {
			a.X = unsafe.Add(x, 4*(ih*sp.W+iw)*sp.C)
			a.XTile, a.XRow, a.XCol = 4*w.edge*sp.C, 4*sp.W*sp.C, 4*sp.C
			w.enterTiles(w.input.Fn, end-t, s)
			t = end
			continue
		}
		a.X = w.patch(x, ih, iw, s)
		a.XTile, a.XRow, a.XCol = 0, 4*w.window()*sp.C, 4*sp.C
		w.enterTiles(w.input.Fn, 1, s)
		t++
	}
}

// insideTiles are the tiles of a row whose windows lie inside of it.
func (w *Winograd) insideTiles() (from, to int) {
	pad := w.spec.PadW
	from = min(w.cols, max(0, (pad+w.edge-1)/w.edge))
	for to = w.cols; to > from && w.edge*(to-1)-pad+w.window() > w.spec.W; to-- {
	}
	return from, to
}

// patch is the window at (ih, iw) of an image, with zeros where it lies beyond it.
func (w *Winograd) patch(x unsafe.Pointer, ih, iw int, s *Scratch) unsafe.Pointer {
	sp := &w.spec
	edge := w.window()
	window := s.rows(w.roomFloats())[:edge*edge*sp.C]
	clear(window)
	lo, hi := min(max(iw, 0), sp.W), max(0, min(iw+edge, sp.W))
	for i := range edge {
		if h := ih + i; h >= 0 && h < sp.H && lo < hi {
			pixels := unsafe.Slice((*float32)(unsafe.Add(x, 4*(h*sp.W+lo)*sp.C)), (hi-lo)*sp.C)
			copy(window[(edge*i+lo-iw)*sp.C:], pixels)
		}
	}
	return unsafe.Pointer(&window[0])
}

// enterTiles enters a kernel for n tiles that follow each other, some at a time.
func (w *Winograd) enterTiles(fn WinogradFunc, n int, s *Scratch) {
	a := &s.winograd
	most := max(1, winogradWork/(w.points()*a.C))
	for n > 0 {
		a.Tiles = min(n, most)
		s.callWinograd(fn)
		n -= a.Tiles
		a.X, a.Y = unsafe.Add(a.X, a.Tiles*a.XTile), unsafe.Add(a.Y, a.Tiles*a.YTile)
	}
}

// outputRow transforms the sums of a row of tiles to edge rows of pixels. Tiles that lie beyond the image in part go through a patch.
func (w *Winograd) outputRow(row int, from winogradTiles, col0, cols int, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	image, oh := row/w.rows, row%w.rows*w.edge
	y := unsafe.Add(o.C, 4*((image*sp.OH+oh)*sp.OW*sp.CO+col0))
	whole := sp.OW / w.edge
	if oh+w.edge > sp.OH {
		whole = 0
	}
	a := &s.winograd
	*a = args.Winograd{C: cols, X: from.at, XTile: 4 * cols, XRow: w.window() * from.point, XCol: from.point}
	if sp.Bias {
		a.Bias = unsafe.Add(o.Bias, 4*col0)
	}
	a.Y, a.YTile, a.YRow, a.YCol = y, 4*w.edge*sp.CO, 4*sp.OW*sp.CO, 4*sp.CO
	w.enterTiles(w.output.Fn, whole, s)
	patch := s.rows(w.roomFloats())[:w.edge*w.edge*cols]
	for t := whole; t < w.cols; t++ {
		a.X, a.Y, a.YRow, a.YCol = unsafe.Add(from.at, 4*t*cols), unsafe.Pointer(&patch[0]), 4*w.edge*cols, 4*cols
		w.enterTiles(w.output.Fn, 1, s)
		for i := range min(w.edge, sp.OH-oh) {
			for j := range min(w.edge, sp.OW-w.edge*t) {
				pixel := unsafe.Slice((*float32)(unsafe.Add(y, 4*((i*sp.OW+w.edge*t+j)*sp.CO))), cols)
				copy(pixel, patch[(w.edge*i+j)*cols:])
			}
		}
	}
}
