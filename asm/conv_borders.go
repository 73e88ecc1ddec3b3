package asm

import "unsafe"

// Images may lie channels first at either end of a Conv: each unit then lays the rows that it reads over into its worker's
// scratch, and its results from there to their place, while they are in L2. No stage comes before or after, and nothing but
// x and y passes through memory.
type convBorders struct {
	x, y             bool
	xShape, yShape   image
	step, low, high  int // output row r meets input rows r*step+low to r*step+high
	xFloats, yFloats int // of the scratch
}

// An image is the shape of one.
type image struct{ n, h, w, c int }

// borderFloats is what a unit's rows may take, beside its weights, in L2.
const borderFloats = 768 << 10 / 4

// layBorders prepares for images that lie channels first, and reports whether their rows fit into the scratch.
func (v *Conv) layBorders(s ConvSpec) bool {
	b := &v.borders
	b.x, b.y = s.FirstX && s.C > 1 && s.H*s.W > 1, s.FirstY && s.CO > 1 && s.OH*s.OW > 1
	if !b.x && !b.y {
		return true
	}
	b.low = -s.PadH
	b.high = (s.KH-1)*s.DilH - s.PadH
	b.step = s.StrideH
	b.xShape, b.yShape = image{s.N, s.H, s.W, s.C}, image{s.N, s.OH, s.OW, s.CO}
	rows := (s.OH + v.cuts.rowBlocks - 1) / v.cuts.rowBlocks
	if b.x {
		b.xFloats = (min(s.H, (rows-1)*s.StrideH+b.high-b.low+1)*s.W*s.C + 15) / 16 * 16
	}
	if b.y {
		b.yFloats = rows * s.OW * s.CO
	}
	return s.Groups == 1 && s.Beta == 0 && s.Depth == (ConvDepth{}) && b.xFloats+b.yFloats <= borderFloats && !(b.x && v.cuts.colBlocks > 1)
}

// inputRows are the rows of the input that rows from..to of the output meet.
func (b *convBorders) inputRows(from, to int) (int, int) {
	lo := min(b.xShape.h, max(0, from*b.step+b.low))
	return lo, max(lo, min(b.xShape.h, (to-1)*b.step+b.high+1))
}

// layIn lays the rows that the part reads over into the scratch.
func (v *Conv) layIn(n int, p *convPart, x unsafe.Pointer, s *Scratch) {
	b := &v.borders
	if !b.x {
		return
	}
	m := b.xShape
	lo, hi := b.inputRows(p.rows(v.grids[0].rows))
	p.in = unsafe.Pointer(unsafe.SliceData(s.rows(b.xFloats + b.yFloats)))
	p.inSkip = 4 * lo * m.w * m.c
	pixels := m.h * m.w
	k := packing{transpose: v.weights.transpose}
	k.moveTransposed(p.in, 4*m.c, unsafe.Add(x, 4*(n*m.c*pixels+lo*m.w)), 4*pixels, (hi-lo)*m.w, m.c, s)
}

// roomOut makes the part's results lie in the scratch.
func (v *Conv) roomOut(p *convPart, s *Scratch) {
	b := &v.borders
	if !b.y {
		return
	}
	row0, _ := p.rows(v.grids[0].rows)
	p.out = unsafe.Pointer(&s.rows(b.xFloats + b.yFloats)[b.xFloats+p.col0])
	p.outSkip = row0 * v.grids[0].rowStep
}

// layOut lays the part's results over to their place.
func (v *Conv) layOut(n int, p *convPart, y unsafe.Pointer, s *Scratch) {
	b := &v.borders
	if !b.y {
		return
	}
	m := b.yShape
	row0, row1 := p.rows(v.grids[0].rows)
	pixels := m.h * m.w
	k := packing{transpose: v.weights.transpose}
	k.moveTransposed(unsafe.Add(y, 4*((n*m.c+p.col0)*pixels+row0*m.w)), 4*pixels, p.out, 4*m.c, p.col1-p.col0, (row1-row0)*m.w, s)
}
