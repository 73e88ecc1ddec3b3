package asm

import "unsafe"

// convWeights packs the weights of a convolution: P16 of [taps*ci, co] for each group. Turned, for the gradient with respect to
// the input, it is the taps in reverse order, and input and output channels change places.
type convWeights struct {
	packing
	kh, kw, ci, co, groups int
	strides                ConvStrides
	packed, turned         bool
	flat                   bool // depthwise: no panels, [taps, co]
}

// depthwise makes it one row of channels a tap, in the order of the spec.
func (w *convWeights) depthwise(s ConvSpec) {
	w.flat = true
	w.groups, w.ci, w.co = 1, 1, s.C
}

// units is the number of units of a group: its panels.
func (w *convWeights) units() int {
	if w.flat {
		return 1
	}
	return panels(w.co)
}

// unit writes one panel of one group, tap by tap.
func (w *convWeights) unit(unit int, dst, src unsafe.Pointer, s *Scratch) {
	if w.flat {
		w.rows(dst, src, s)
		return
	}
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

// rows writes the flat form.
func (w *convWeights) rows(dst, src unsafe.Pointer, s *Scratch) {
	for tap := range w.kh * w.kw {
		from := unsafe.Add(src, tap/w.kw*w.strides.KH+tap%w.kw*w.strides.KW)
		w.move(unsafe.Add(dst, 4*tap*w.co), 4*w.co, from, Strides{Col: w.strides.CO}, 1, w.co, s)
	}
	s.clearMove()
}
