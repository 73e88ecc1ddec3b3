package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ConvTranspose is the input gradient of [Conv] with the same attributes, and the layer of that name: x [N, O, S...],
// w [O, C/Groups, K...] -> [N, C, Out...]. Out are the spatial dims of the result: several have one S.
// (C1) x and w are floats of one dtype and one rank, at least 3. (C2) Strides, Pads, Dilations as for Conv. (C3) x has
// as many channels as w has filters, and Groups divides them. (C4) Conv of an image of Out with the kernel gives S.
type ConvTranspose struct {
	Strides, Pads, Dilations ir.Ints
	Groups                   int
	Out                      ir.Dims
}

// Name implements [ir.Op].
func (ConvTranspose) Name() string { return "conv_transpose" }

// Infer implements [ir.Op].
func (o ConvTranspose) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2, o.Out); err != nil {
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
	channels := w.Dim(1).Mul(groupsOf(o.Groups))
	if err := checkGroups(o.Groups, channels, w.Dim(0), w.Dim(1)); err != nil || x.Dim(1) != w.Dim(0) { // C3
		return nil, fmt.Errorf("%v channels of %v don't suit the filters %v in %v groups", x.Dim(1), x, w, groupsOf(o.Groups))
	}
	out := o.Out.Slice()
	if len(out) != x.Rank()-2 { // C4
		return nil, fmt.Errorf("%v are not the %d spatial dims of the result", out, x.Rank()-2)
	}
	back, err := win.outs(out, w.Dims()[2:])
	if err != nil || !sameDims(back, x.Dims()[2:]) { // C4
		return nil, fmt.Errorf("an image of %v has %v places for the kernel, not those of %v", out, back, x)
	}
	return one(x.WithDims(cat([]ir.Dim{x.Dim(0), channels}, out)...))
}

// Eval implements [ir.Evaler].
func (o ConvTranspose) Eval(in, out []tensor.Tensor) error {
	c, err := layConv(out[0].Dims(), in[1].Dims(), in[0].Dims(), o.Groups, o.Strides, o.Pads, o.Dilations)
	if err != nil {
		return err
	}
	dy, w := convData(in)
	x := make([]float64, out[0].Len())
	depth := c.c * c.kernel
	cols := make([]float64, depth*c.places)
	c.each(func(xi, wi, yi int) {
		clear(cols)
		addProduct(cols, swapped(w[wi:wi+c.o*depth], c.o, depth), dy[yi:yi+c.o*c.places], depth, c.places, c.o)
		c.addColumns(x[xi:], cols)
	})
	storeFloats(out[0], x)
	return nil
}

// VJP implements [ir.VJPer].
func (o ConvTranspose) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, w := n.In[0], n.In[1]
	kernel := ir.MakeDims(w.Type().Dims()[2:]...)
	return []ir.Value{
		b.Op1(Conv{o.Strides, o.Pads, o.Dilations, o.Groups}, dOut[0], w),
		b.Op1(ConvWeightGrad{o.Strides, o.Pads, o.Dilations, o.Groups, kernel}, dOut[0], x),
	}
}

// Batched implements [ir.Batcher].
func (o ConvTranspose) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchConv(b, n, in, batched, size, o.Groups, func(g int) ir.Op { o.Groups = g; return o })
}

// Samples implements [ir.Sampler].
func (ConvTranspose) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: ConvTranspose{Out: ir.MakeDims(dimsOf(5, 4)...)}, In: types(f32(2, 2, 3, 3), f32(2, 3, 3, 2))},
		{Op: ConvTranspose{Strides: ir.MakeInts(2), Pads: ir.MakeInts(1, 1), Groups: 2, Out: ir.MakeDims(con(6))}, In: types(f32(1, 4, 3), f32(4, 1, 3))},
		{Op: ConvTranspose{Strides: ir.MakeInts(2), Dilations: ir.MakeInts(2), Out: ir.MakeDims(con(8))}, In: types(f32(2, 1, 3), f32(1, 2, 2))},
	}
}
