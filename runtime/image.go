package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// builderOf is how a step without a kernel of its own is run by jobs of asm; nil where there are none. Images are laid over
// to channels last for the kernels, and back.
func builderOf(s *plan.Step) builder {
	for _, list := range [][]plan.Operand{s.In, s.Out} {
		for _, o := range list {
			if o.Type.DType != tensor.F32 || o.Type.IsList() || o.Type.Rank() < 3 || o.Type.Rank() > 4 {
				return nil
			}
		}
	}
	switch s.Eval.(type) {
	case ops.Conv:
		return buildConv
	case ops.ConvTranspose:
		return buildConvGrad
	case ops.ConvWeightGrad:
		return buildConvWeightGrad
	case ops.MaxPool, ops.AvgPool:
		return buildPool
	case ops.MaxPoolGrad:
		return buildMaxPoolGrad
	case ops.AvgPoolGrad:
		return buildAvgPoolGrad
	}
	return nil
}

// image is the sizes of [N, C, H, W], or of [N, C, W] with H = 1.
type image struct{ n, c, h, w int }

func imageOf(r *ref) image {
	d := r.shape()
	if r.rank == 3 {
		return image{d[0], d[1], 1, d[2]}
	}
	return image{d[0], d[1], d[2], d[3]}
}

func (i image) bytes() int { return 4 * i.n * i.c * i.h * i.w }

// windows are strides, pads and dilations of two axes; one spatial axis is the second.
type windows struct{ stride, pad, dil [2]int }

func windowsOf(strides, pads, dils ir.Ints, rank int) windows {
	w := windows{stride: [2]int{1, 1}, dil: [2]int{1, 1}}
	first := 4 - rank
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
		StrideH: w.stride[0], StrideW: w.stride[1], DilH: w.dil[0], DilW: w.dil[1], PadH: w.pad[0], PadW: w.pad[1],
		Groups: groups, Weights: asm.OIHW(x.c/groups, k.h, k.w),
	}
}

// channelsLast lays an input over into work memory.
func (b *chainBuilder) channelsLast(i int) (place, error) {
	m := imageOf(&b.in[i])
	to := b.room(m.bytes())
	c, err := asm.NewCopy(b.cpu, asm.CopySpec{
		Dims: []int{m.n, m.h, m.w, m.c}, Size: 4,
		Src: []int{4 * m.c * m.h * m.w, 4 * m.w, 4, 4 * m.h * m.w},
		Dst: []int{4 * m.c * m.h * m.w, 4 * m.w * m.c, 4 * m.c, 4},
	})
	return to, b.add(c, err, place{stepInput, i}, place{}, to)
}

// channelsFirst lays work memory over into the output.
func (b *chainBuilder) channelsFirst(from place) error {
	m := imageOf(&b.out[0])
	c, err := asm.NewCopy(b.cpu, asm.CopySpec{
		Dims: []int{m.n, m.c, m.h, m.w}, Size: 4,
		Src: []int{4 * m.c * m.h * m.w, 4, 4 * m.w * m.c, 4 * m.c},
		Dst: []int{4 * m.c * m.h * m.w, 4 * m.h * m.w, 4 * m.w, 4},
	})
	return b.add(c, err, from, place{}, place{stepOutput, 0})
}

func (b *chainBuilder) count(s asm.ConvSpec) {
	b.flop += 2 * s.N * s.OH * s.OW * s.CO * s.KH * s.KW * (s.C / s.Groups)
}

func buildConv(b *chainBuilder, op ir.Op) error {
	o := op.(ops.Conv)
	y := imageOf(&b.out[0])
	spec := convSpec(imageOf(&b.in[0]), y, &b.in[1], windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	b.count(spec)
	from, err := b.channelsLast(0)
	if err != nil {
		return err
	}
	to := b.room(y.bytes())
	c, err := asm.NewConv(b.cpu, spec)
	if err := b.add(c, err, from, place{stepInput, 1}, to); err != nil {
		return err
	}
	return b.channelsFirst(to)
}

func buildConvGrad(b *chainBuilder, op ir.Op) error {
	o := op.(ops.ConvTranspose)
	x := imageOf(&b.out[0])
	spec := convSpec(x, imageOf(&b.in[0]), &b.in[1], windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	b.count(spec)
	from, err := b.channelsLast(0)
	if err != nil {
		return err
	}
	to := b.room(x.bytes())
	c, err := asm.NewConvGrad(b.cpu, spec)
	if err := b.add(c, err, from, place{stepInput, 1}, to); err != nil {
		return err
	}
	return b.channelsFirst(to)
}

func buildConvWeightGrad(b *chainBuilder, op ir.Op) error {
	o := op.(ops.ConvWeightGrad)
	spec := convSpec(imageOf(&b.in[0]), imageOf(&b.in[1]), &b.out[0], windowsOf(o.Strides, o.Pads, o.Dilations, b.in[0].rank), o.Groups)
	b.count(spec)
	x, err := b.channelsLast(0)
	if err != nil {
		return err
	}
	dy, err := b.channelsLast(1)
	if err != nil {
		return err
	}
	c, err := asm.NewConvWeightGrad(b.cpu, spec)
	return b.add(c, err, x, dy, place{stepOutput, 0})
}
