package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// winogradTiles are transformed windows or sums: of each point a matrix with a row for each tile, point bytes after that of the one
// before.
type winogradTiles struct {
	at    unsafe.Pointer
	point int
}

// skip is what begins n floats on.
func (t winogradTiles) skip(n int) winogradTiles {
	return winogradTiles{unsafe.Add(t.at, 4*n), t.point}
}

// unit computes some rows of tiles for a block of channels: transforms, products, and transforms back.
func (w *Winograd) unit(unit int, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	row0, row1 := w.rowsOf(unit % w.cuts.rowUnits)
	col0 := unit / w.cuts.rowUnits * w.cuts.colPanels * PanelColumns
	cols := min(sp.CO-col0, w.cuts.colPanels*PanelColumns)
	tiles := (row1 - row0) * w.cols
	if tiles == 0 {
		return
	}
	room := s.rows(w.roomFloats())
	sums := winogradTiles{unsafe.Pointer(&room[w.patchFloats()]), pointStride(tiles, cols)}
	var windows winogradTiles
	if w.cuts.staged {
		windows = winogradTiles{o.Work, pointStride(sp.N*w.rows*w.cols, sp.C)}.skip(row0 * w.cols * sp.C)
	} else {
		windows = winogradTiles{unsafe.Add(sums.at, w.points()*sums.point), pointStride(tiles, sp.C)}
		for row := row0; row < row1; row++ {
			w.inputRow(row, windows.skip((row-row0)*w.cols*sp.C), o, s)
		}
	}
	w.products(windows, sums, tiles, col0, cols, o, s)
	for row := row0; row < row1; {
		image, end := row/w.rows, min(row1, (row/w.rows+1)*w.rows)
		strip := Strip{Batch: image, Row0: (row - image*w.rows) * w.edge * sp.OW, Row1: min(sp.OH, (end-image*w.rows)*w.edge) * sp.OW, Col0: col0, Col1: col0 + cols}
		for ; row < end; row++ {
			w.outputRow(row, sums.skip((row-row0)*w.cols*cols), col0, cols, o, s)
		}
		if o.Epilogue != nil {
			o.Epilogue(s, strip)
		}
	}
}

// patchFloats is room for a window, or the pixels of a tile, that lie beyond an image in part.
func (w *Winograd) patchFloats() int { return w.points() * max(w.spec.C, w.spec.CO) }

// roomFloats is what a unit takes of its worker's scratch.
func (w *Winograd) roomFloats() int {
	n := w.points() * pointStride(w.most(), min(w.spec.CO, w.cuts.colPanels*PanelColumns)) / 4
	if !w.cuts.staged {
		n += w.points() * pointStride(w.most(), w.spec.C) / 4
	}
	return w.patchFloats() + n
}

// products multiplies the windows with the weights, point by point.
func (w *Winograd) products(windows, sums winogradTiles, tiles, col0, cols int, o *GemmOperands, s *Scratch) {
	c := w.spec.C
	block := gemmKBlock
	if w.best().NR > PanelColumns {
		block = wideKBlock
	}
	n := (c + block - 1) / block
	p := &s.gemm
	p.Segs, p.NSeg = unsafe.Pointer(&p.Seg), 1
	p.Rsa, p.Csa, p.Ldb, p.Ps, p.Ldc = 4*c, 4, 64, PanelStride(c), 4*cols
	size := PackedSize(c, w.spec.CO)
	weights := unsafe.Add(o.B, col0/PanelColumns*PanelStride(c))
	for i := range w.points() {
		call := tileCall{m: tiles, n: cols, a: unsafe.Add(windows.at, i*windows.point), b: unsafe.Add(weights, i*size), c: unsafe.Add(sums.at, i*sums.point), packed: true}
		if i+1 < w.points() {
			call.goesOn, call.next = true, size
		}
		for k := range n {
			from, to := k*c/n, (k+1)*c/n
			p.Seg = args.Seg{A: 4 * from, B: 64 * from, K: to - from}
			p.Init = min(k, 1)
			s.steps = to - from
			w.run(call, s)
		}
	}
	s.clearGemm()
}
