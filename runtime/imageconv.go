package runtime

import (
	"errors"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// windows are strides, pads and dilations of three axes; fewer spatial axes are the last ones.
type windows struct{ stride, pad, dil [3]int }

func windowsOf(strides, pads, dils ir.Ints, rank int) windows {
	w := windows{stride: [3]int{1, 1, 1}, dil: [3]int{1, 1, 1}}
	first := 5 - rank
	for i, v := range strides.Slice() {
		w.stride[first+i] = v
	}
	for i, v := range pads.Slice() {
		if i%2 == 0 {
			w.pad[first+i/2] = v
		}
	}
	for i, v := range dils.Slice() {
		w.dil[first+i] = v
	}
	return w
}

// convSpec is the spec of y = conv(x, w).
func convSpec(x, y image, kernel *ref, w windows, groups int) asm.ConvSpec {
	groups = max(1, groups)
	k := imageOf(kernel)
	return asm.ConvSpec{
		N: x.n, H: x.h, W: x.w, C: x.c, OH: y.h, OW: y.w, CO: y.c, KH: k.h, KW: k.w,
		StrideH: w.stride[1], StrideW: w.stride[2], DilH: w.dil[1], DilW: w.dil[2], PadH: w.pad[1], PadW: w.pad[2],
		Groups: groups, Weights: asm.OIHW(x.c/groups, k.d*k.h, k.w), Depth: w.depth(x.d, y.d, k.d, kernel.rank),
	}
}

// depth is the third axis of kernels, none below rank 5.
func (w windows) depth(in, out, k, rank int) asm.ConvDepth {
	if rank < 5 {
		return asm.ConvDepth{}
	}
	return asm.ConvDepth{D: in, OD: out, KD: k, Stride: w.stride[0], Dil: w.dil[0], Pad: w.pad[0]}
}

func (b *imageBuilder) count(s asm.ConvSpec) {
	b.flop += 2 * s.N * max(1, s.Depth.OD) * s.OH * s.OW * s.CO * max(1, s.Depth.KD) * s.KH * s.KW * (s.C / s.Groups)
}

// weights are where a job finds input 1: packed, if it is a param that stays as it is.
func (b *imageBuilder) weights(s *asm.ConvSpec) place {
	key, ok := b.step.packable(*s)
	if !ok {
		return place{stepInput, 1}
	}
	b.step.key, b.step.isPacked, s.Packed = key, true, true
	return place{stepPacked, 0}
}

func buildConv(b *imageBuilder, op ir.Op) error {
	o := op.(ops.Conv)
	x, y := imageOf(&b.in[0]), imageOf(&b.out)
	spec := convSpec(x, y, &b.in[1], windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	spec.Bias = b.step.plan.Image.Bias
	b.count(spec)
	if !b.in[1].lies(false) {
		return errLayout
	}
	if !b.last && b.in[0].lies(false) && isPointwise(spec) && !spec.Bias {
		return b.pointwise(spec)
	}
	if !b.last && b.in[0].lies(false) && asm.HasPlanes(spec) {
		c, err := asm.NewConvPlanes(b.cpu, spec)
		if err := b.add(c, err, place{stepInput, 0}, place{stepInput, 1}, place{stepOutput, 0}); err != nil {
			return err
		}
		b.end(spec.Bias)
		return nil
	}
	if edge := asm.WinogradPays(spec, int(b.step.plan.Image.Winograd)); edge > 0 && b.last && b.in[0].lies(true) {
		if w := b.weights(&spec); spec.Packed {
			return b.winograd(spec, edge, w)
		}
	}
	w := b.weights(&spec)
	spec.FirstX, spec.FirstY = !b.in[0].lies(true) && b.in[0].lies(false), !b.out.lies(true)
	c, err := asm.NewConv(b.cpu, spec)
	if err == asm.ErrBorders {
		return b.laidConv(spec, w)
	}
	if spec.FirstY && b.epilogue || !spec.FirstX && !b.in[0].lies(true) {
		return errLayout
	}
	if err := b.add(c, err, place{stepInput, 0}, w, place{stepOutput, 0}); err != nil {
		return err
	}
	b.end(spec.Bias)
	return nil
}

// winograd computes a convolution by Winograd's form.
func (b *imageBuilder) winograd(spec asm.ConvSpec, edge int, w place) error {
	b.step.key.edge = edge
	c, err := asm.NewWinograd(b.cpu, spec, edge)
	if err := b.add(c, err, place{stepInput, 0}, w, place{stepOutput, 0}); err != nil {
		return err
	}
	b.end(spec.Bias)
	return nil
}

// laidConv lays images over before and, unless it can do so itself, after a convolution.
func (b *imageBuilder) laidConv(spec asm.ConvSpec, w place) error {
	from, err := b.image(0)
	if err != nil {
		return err
	}
	spec.FirstX = false
	to := place{stepOutput, 0}
	c, err := asm.NewConv(b.cpu, spec)
	if err == asm.ErrBorders {
		spec.FirstY, to = false, b.result()
		c, err = asm.NewConv(b.cpu, spec)
	}
	if err := b.add(c, err, from, w, to); err != nil {
		return err
	}
	if b.epilogue && (spec.FirstY || to.kind != stepOutput) {
		return errLayout
	}
	b.end(spec.Bias)
	return b.finish(to)
}

// isPointwise reports whether a convolution is a product: each pixel of y is the weights times that of x.
func isPointwise(s asm.ConvSpec) bool {
	return s.KH == 1 && s.KW == 1 && s.StrideH == 1 && s.StrideW == 1 && s.PadH == 0 && s.PadW == 0 && s.Groups == 1 && s.Depth == (asm.ConvDepth{})
}

// pointwise is y[n] = w x[n] with images channels first: w is [CO, C], x[n] is [C, pixels].
func (b *imageBuilder) pointwise(s asm.ConvSpec) error {
	pixels := s.H * s.W
	g, err := asm.NewGemm(b.cpu, asm.GemmSpec{
		Batch: s.N, M: s.CO, N: pixels, K: s.C,
		A: asm.Strides{Row: 4 * s.C, Col: 4}, B: asm.RowMajor(s.C, pixels, 4), C: asm.RowMajor(s.CO, pixels, 4),
	})
	if err := b.add(g, err, place{stepInput, 1}, place{stepInput, 0}, place{stepOutput, 0}); err != nil {
		return err
	}
	b.end(false)
	return nil
}

func buildConvGrad(b *imageBuilder, op ir.Op) error {
	o := op.(ops.ConvTranspose)
	x := imageOf(&b.out)
	spec := convSpec(x, imageOf(&b.in[0]), &b.in[1], windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	b.count(spec)
	from, err := b.image(0)
	if err != nil || !b.in[1].lies(false) {
		return errors.Join(err, errLayout)
	}
	to := b.result()
	c, err := asm.NewConvGrad(b.cpu, spec)
	if err := b.add(c, err, from, place{stepInput, 1}, to); err != nil {
		return err
	}
	return b.finish(to)
}

func buildConvWeightGrad(b *imageBuilder, op ir.Op) error {
	o := op.(ops.ConvWeightGrad)
	spec := convSpec(imageOf(&b.in[0]), imageOf(&b.in[1]), &b.out, windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	b.count(spec)
	x, err := b.image(0)
	if err != nil {
		return err
	}
	dy, err := b.image(1)
	if err != nil {
		return err
	}
	c, err := asm.NewConvWeightGrad(b.cpu, spec)
	return b.add(c, err, x, dy, place{stepOutput, 0})
}
