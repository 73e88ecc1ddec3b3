package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// The weight gradient of a depthwise convolution is the depthwise kernel with one output pixel, a row of dw, and a segment for each
// pixel that its tap meets: x at the segment's A, dy as the weights at its B. A unit is one tap and a block of channels.
const depthwiseBlock = 256

func (w *ConvWeightGrad) channelBlocks() int {
	return (w.spec.C + depthwiseBlock - 1) / depthwiseBlock
}

// depthwiseUnit sums one row of dw, or of the work memory, by the chunks of other weight gradients.
func (w *ConvWeightGrad) depthwiseUnit(unit int, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	block, tap := unit%w.channelBlocks(), unit/w.channelBlocks()
	kh, kw, c0 := tap/sp.KW, tap%sp.KW, block*depthwiseBlock
	n := min(depthwiseBlock, sp.C-c0)
	out, beta := unsafe.Add(o.Work, 4*(tap*sp.C+c0)), 0
	if w.direct {
		out, beta = unsafe.Add(o.C, kh*sp.Weights.KH+kw*sp.Weights.KW+4*c0), sp.Beta
	}
	part := Strip{Row1: 1, Col1: n}
	if beta == 0 {
		clearPart(part, out, 0)
	}
	s.window = args.Window{
		X: unsafe.Add(o.A, 4*c0), W: unsafe.Add(o.B, 4*c0), Segs: unsafe.Pointer(&s.segs[0]), M: 1, C: n, Init: 1,
	}
	cols := w.columns(kw)
	all, per := w.outputRows(), max(1, convChunk/max(1, sp.OW))
	for row := 0; row < all; row += per {
		s.window.Y = out
		if row > 0 {
			s.window.Y = unsafe.Pointer(&s.buf[0])
			clearPart(part, s.window.Y, 0)
		}
		w.depthwiseRows(kh, kw, cols, row, min(all, row+per), s)
		if row > 0 {
			addPart(part, out, 0, unsafe.Pointer(&s.buf[0]), 0)
		}
	}
	s.window = args.Window{}
}

// columns is the span of output columns whose tap kw is inside.
func (w *ConvWeightGrad) columns(kw int) convSpan {
	sp := &w.spec
	off := kw*sp.DilW - sp.PadW
	from, to := 0, sp.OW
	for from < to && from*sp.StrideW+off < 0 {
		from++
	}
	for from < to && (to-1)*sp.StrideW+off >= sp.W {
		to--
	}
	return convSpan{from: from, to: to}
}

// depthwiseRows adds the pixels of rows from..to, counted through all images.
func (w *ConvWeightGrad) depthwiseRows(kh, kw int, cols convSpan, from, to int, s *Scratch) {
	sp := &w.spec
	n := 0
	for row := from; row < to; row++ {
		in, ok := w.inputRow(row, kh)
		if !ok {
			continue
		}
		x := in*sp.W + kw*sp.DilW - sp.PadW
		for t := cols.from; t < cols.to; t++ {
			s.segs[n] = args.Seg{A: 4 * sp.C * (x + t*sp.StrideW), B: 4 * sp.C * (row*sp.OW + t)}
			if n++; n == maxSegs {
				s.window.NSeg, n = n, 0
				s.callWindow(w.depthwise.Fn)
			}
		}
	}
	if n > 0 {
		s.window.NSeg = n
		s.callWindow(w.depthwise.Fn)
	}
}
