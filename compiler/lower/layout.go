package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// Images [N, C, S...] that kernels make lie channels last: that is a matter of strides, so every reader can read them. Readers that
// care (kernels of images, groups) keep the layout; for the others they are laid over, once, as are the function's results.

// lastAxes puts axis 1 last.
func lastAxes(list []ir.Dim) []ir.Dim {
	out := append([]ir.Dim(nil), list[:1]...)
	return append(append(out, list[2:]...), list[1])
}

// firstAxes puts the last axis back to where channels are.
func firstAxes(list []ir.Dim) []ir.Dim {
	k := len(list) - 1
	out := append([]ir.Dim(nil), list[0], list[k])
	return append(out, list[1:k]...)
}

// lastStrides are the strides of an image whose channels lie last.
func lastStrides(dims []ir.Dim) []ir.Dim { return firstAxes(denseStrides(lastAxes(dims))) }

// isImage reports whether values of type t may lie channels last.
func isImage(t ir.Type) bool { return !t.IsList() && t.Rank() >= 3 }

// oneLayout reports whether both layouts are one: there is one channel, or one pixel.
func oneLayout(t ir.Type) bool { return t.Dim(1).Is(1) || product(t.Dims()[2:]).Is(1) }

// liesLast reports whether an operand is an image that lies channels last, without gaps, and not channels first.
func liesLast(o plan.Operand) bool {
	if !o.Strided || !isImage(o.Type) {
		return false
	}
	st := strides(o)
	for i, want := range lastStrides(o.Type.Dims()) {
		if st[i] != want && !o.Type.Dim(i).Is(1) {
			return false
		}
	}
	return true
}

// relays reports whether a copy is one between the layouts.
func (s *scope) relays(from, to plan.Operand) bool {
	if s.l.isLateSized(&from) || s.l.isLateSized(&to) || !isKernelImage(from.Type) {
		return false
	}
	return liesLast(from) && !to.Strided || liesLast(to) && !from.Strided
}

// relayout copies an image from one layout to the other.
func (s *scope) relayout(from, to plan.Operand) {
	op := ops.Relayout{To: ir.RowMajor}
	if liesLast(to) {
		op.To = ir.NHWC
	}
	s.body.add(&plan.Step{Name: op.Name(), Ops: 1, In: []plan.Operand{from}, Out: []plan.Operand{to},
		Image: &plan.Image{Op: op, Takes: 1, Last: op.To == ir.NHWC, Epilogue: -1}})
}

// channelsLast is where an image lies channels last: where it is, or in a copy.
func (s *scope) channelsLast(v ir.Value) plan.Operand {
	o := s.at(v)
	if liesLast(o) || !o.Strided && oneLayout(v.Type()) {
		return o
	}
	if c, ok := s.lasts[v]; ok {
		return c
	}
	c := s.freshLast(v.Type())
	s.copyTo(s.dense(v), c)
	s.lasts[v] = c
	return c
}

// freshLast is a new place for an image, channels last.
func (s *scope) freshLast(t ir.Type) plan.Operand {
	return withStrides(s.body.fresh(s.l, t), t.Dims(), lastStrides(t.Dims()))
}

// placeLast is where a result shall be computed channels last. It is laid over later where it shall lie otherwise.
func (s *scope) placeLast(v ir.Value) plan.Operand {
	if oneLayout(v.Type()) {
		return s.place(v)
	}
	s.locs[v] = s.freshLast(v.Type())
	return s.locs[v]
}

// readsLast reports whether the group computes images that lie channels last: one that it reads does.
func (g *grouper) readsLast() bool {
	if len(g.w.dims) < 3 {
		return false
	}
	for i, v := range g.n.In {
		if g.isWhole(i) && !g.s.later[v.Node] && liesLast(g.s.at(v)) {
			return true
		}
	}
	return false
}

// isWhole reports whether argument i is read over the whole domain as it is.
func (g *grouper) isWhole(i int) bool {
	t := g.f.Arg(i).Type()
	return isImage(t) && t.SameShape(t.WithDims(g.w.dims...))
}

// at is where an operand of the group is read: in the layout of the group, where it is an image of its shape.
func (g *grouper) at(v ir.Value) plan.Operand {
	o := g.s.at(v)
	if !isKernelImage(v.Type()) || !v.Type().SameShape(v.Type().WithDims(g.w.dims...)) {
		return o
	}
	switch {
	case g.w.channelsLast && (g.w.pixels || !o.Strided):
		return g.s.channelsLast(v)
	case g.w.pixels:
		return g.s.dense(v)
	}
	return o
}

// place is where a result of the group is written.
func (g *grouper) place(v ir.Value) plan.Operand {
	if g.w.channelsLast && isImage(v.Type()) {
		return g.s.placeLast(v)
	}
	return g.s.place(v)
}
