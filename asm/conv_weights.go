package asm

import "unsafe"

// convWeights packs the weights of a convolution: P16 of [taps*ci, co] for each group. Turned, for the gradient with respect to
// the input, it is the taps in reverse order, and input and output channels change places.
type convWeights struct {
	packing
	kh, kw, ci, co, groups int
	strides                ConvStrides
	packed, turned         bool
}

// units is the number of units of a group: its panels.
func (w *convWeights) units() int { return panels(w.co) }

// unit writes one panel of one group, tap by tap.
func (w *convWeights) unit(unit int, dst, src unsafe.Pointer, s *Scratch) {
	group, panel := unit/w.units(), unit%w.units()
	dst = unsafe.Add(dst, group*PackedSize(w.k, w.n)+panel*PanelStride(w.k))
	cols := min(PanelColumns, w.co-panel*PanelColumns)
	if cols < PanelColumns {
		clear(unsafe.Slice((*float32)(dst), w.k*PanelColumns))
	}
	st := Strides{Row: w.strides.CI, Col: w.strides.CO}
	first := group*w.co*w.strides.CO + panel*PanelColumns*w.strides.CO
	if w.turned { // rows are output channels of the group, columns its input channels
		st = st.T()
		first = group*w.ci*w.strides.CO + panel*PanelColumns*w.strides.CI
	}
	for i := range w.kh * w.kw {
		tap := i
		if w.turned {
			tap = w.kh*w.kw - 1 - i
		}
		from := unsafe.Add(src, first+tap/w.kw*w.strides.KH+tap%w.kw*w.strides.KW)
		w.move(unsafe.Add(dst, 64*i*w.ci), 64, from, st, w.ci, cols, s)
	}
	s.clearMove()
}
