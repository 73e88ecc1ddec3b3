package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Conv is cross-correlation: x [N, C, S...], w [O, C/Groups, K...] -> [N, O, S'...]. Pads is lo, hi for each spatial axis; empty
// Strides, Pads, Dilations mean 1, 0, 1, Groups 0 means 1. After convolution in the StableHLO specification.
// (C1) x and w are floats of one dtype and one rank, at least 3. (C2) Strides, Pads and Dilations are empty or have an
// entry (Pads two) for each spatial axis, positive ones (Pads: not negative). (C3) Groups divides O, and w's second dim
// times Groups is C. (C4) the kernel fits into the padded image.
type Conv struct {
	Strides, Pads, Dilations ir.Ints
	Groups                   int
}

// Name implements [ir.Op].
func (Conv) Name() string { return "conv" }

// Infer implements [ir.Op].
func (o Conv) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	x, w := in[0], in[1]
	if err := images(x, w); err != nil { // C1
		return nil, err
	}
	win, err := makeWindows(x.Rank()-2, o.Strides, o.Pads, o.Dilations)
	if err != nil { // C2
		return nil, err
	}
	if err := checkGroups(o.Groups, x.Dim(1), w.Dim(0), w.Dim(1)); err != nil { // C3
		return nil, err
	}
	outs, err := win.outs(x.Dims()[2:], w.Dims()[2:])
	if err != nil { // C4
		return nil, err
	}
	return one(x.WithDims(cat([]ir.Dim{x.Dim(0), w.Dim(0)}, outs)...))
}

// Eval implements [ir.Evaler].
func (o Conv) Eval(in, out []tensor.Tensor) error {
	c, err := layConv(in[0].Dims(), in[1].Dims(), out[0].Dims(), o.Groups, o.Strides, o.Pads, o.Dilations)
	if err != nil {
		return err
	}
	x, w := convData(in)
	y := make([]float64, out[0].Len())
	depth := c.c * c.kernel
	cols := make([]float64, depth*c.places)
	c.each(func(xi, wi, yi int) {
		c.columns(cols, x[xi:])
		addProduct(y[yi:yi+c.o*c.places], w[wi:wi+c.o*depth], cols, c.o, c.places, depth)
	})
	storeFloats(out[0], y)
	return nil
}

// VJP implements [ir.VJPer].
func (o Conv) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, w := n.In[0], n.In[1]
	image, kernel := ir.MakeDims(x.Type().Dims()[2:]...), ir.MakeDims(w.Type().Dims()[2:]...)
	return []ir.Value{
		b.Op1(ConvTranspose{o.Strides, o.Pads, o.Dilations, o.Groups, image}, dOut[0], w),
		b.Op1(ConvWeightGrad{o.Strides, o.Pads, o.Dilations, o.Groups, kernel}, x, dOut[0]),
	}
}

// Batched implements [ir.Batcher].
func (o Conv) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchConv(b, n, in, batched, size, o.Groups, func(g int) ir.Op { o.Groups = g; return o })
}

// Samples implements [ir.Sampler].
func (Conv) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Conv{}, In: types(f32(2, 3, 5, 4), f32(2, 3, 3, 2))},
		{Op: Conv{Strides: ir.MakeInts(2, 1), Pads: ir.MakeInts(1, 0, 2, 1), Dilations: ir.MakeInts(1, 2)}, In: types(f32(1, 2, 5, 5), f32(3, 2, 2, 3))},
		{Op: Conv{Groups: 2, Pads: ir.MakeInts(1, 1)}, In: types(f32(2, 4, 5), f32(6, 2, 3))},
		{Op: Conv{Groups: 3}, In: types(f32(1, 3, 4, 4), f32(3, 1, 2, 2))}, {Op: Conv{}, In: types(f32(0, 1, 3), f32(1, 1, 2))},
		{Op: Conv{}, In: types(f32(1, 2, 3, 3, 3), f32(2, 2, 2, 2, 2))},
	}
}
