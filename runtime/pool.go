package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// poolSpec is the spec of y = pool(x).
func poolSpec(x, y image, rank int, kernel, strides, pads ir.Ints) asm.PoolSpec {
	w := windowsOf(strides, pads, ir.Ints{}, rank)
	size := [3]int{1, 1, 1}
	copy(size[5-rank:], kernel.Slice())
	return asm.PoolSpec{
		N: x.n, H: x.h, W: x.w, C: x.c, OH: y.h, OW: y.w, KH: size[1], KW: size[2],
		StrideH: w.stride[1], StrideW: w.stride[2], DilH: 1, DilW: 1, PadH: w.pad[1], PadW: w.pad[2], Depth: w.depth(x.d, y.d, size[0], rank),
	}
}

func buildPool(b *imageBuilder, op ir.Op) error {
	x, y := imageOf(&b.in[0]), imageOf(&b.out)
	var spec asm.PoolSpec
	switch o := op.(type) {
	case ops.MaxPool:
		spec = poolSpec(x, y, b.in[0].rank, o.Kernel, o.Strides, o.Pads)
	case ops.AvgPool:
		spec = poolSpec(x, y, b.in[0].rank, o.Kernel, o.Strides, o.Pads)
		spec.Mean, spec.CountPad = true, o.CountPad
	}
	from, err := b.image(0)
	if err != nil {
		return err
	}
	to := b.result()
	p, err := asm.NewPool(b.cpu, spec)
	if err := b.add(p, err, from, place{}, to); err != nil {
		return err
	}
	return b.finish(to)
}

// buildMaxPoolGrad pools again to find the greatest of each window.
func buildMaxPoolGrad(b *imageBuilder, op ir.Op) error {
	o := op.(ops.MaxPoolGrad)
	dy := imageOf(&b.in[1])
	spec := poolSpec(imageOf(&b.in[0]), dy, b.in[0].rank, o.Kernel, o.Strides, o.Pads)
	x, err := b.image(0)
	if err != nil {
		return err
	}
	y := b.room(dy.bytes())
	p, err := asm.NewPool(b.cpu, spec)
	if err := b.add(p, err, x, place{}, y); err != nil {
		return err
	}
	return b.poolGrad(spec, 1, x, y)
}

func buildAvgPoolGrad(b *imageBuilder, op ir.Op) error {
	o := op.(ops.AvgPoolGrad)
	spec := poolSpec(imageOf(&b.out), imageOf(&b.in[0]), b.in[0].rank, o.Kernel, o.Strides, o.Pads)
	spec.Mean, spec.CountPad = true, o.CountPad
	return b.poolGrad(spec, 0, place{}, place{})
}

// poolGrad adds the gradient of a pool, from the input that is dy.
func (b *imageBuilder) poolGrad(spec asm.PoolSpec, input int, x, y place) error {
	dy, err := b.image(input)
	if err != nil {
		return err
	}
	dx := b.result()
	g, err := asm.NewPoolGrad(b.cpu, spec)
	if err := b.add(g, err, x, dy, dx); err != nil {
		return err
	}
	b.links[len(b.links)-1].d = y
	return b.finish(dx)
}
