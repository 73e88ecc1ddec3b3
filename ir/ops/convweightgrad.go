package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ConvWeightGrad is the weight gradient of [Conv] with the same attributes: x [N, C, S...], dy [N, O, S'...] ->
// [O, C/Groups, Kernel...].
// (C1) x and dy are floats of one dtype and one rank, at least 3, and have one N. (C2) Strides, Pads, Dilations as for Conv. (C3)
// Groups divides C and O. (C4) Conv of x with such a kernel has the shape of dy.
type ConvWeightGrad struct {
	Strides, Pads, Dilations ir.Ints
	Groups                   int
	Kernel                   ir.Dims
}

// Name implements [ir.Op].
func (ConvWeightGrad) Name() string { return "conv_weight_grad" }

// Infer implements [ir.Op].
func (o ConvWeightGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2, o.Kernel); err != nil {
		return nil, err
	}
	x, dy := in[0], in[1]
	if err := images(x, dy); err != nil || x.Dim(0) != dy.Dim(0) { // C1
		return nil, fmt.Errorf("%v and %v are not floats of one rank over 2 and one batch", x, dy)
	}
	win, err := makeWindows(x.Rank()-2, o.Strides, o.Pads, o.Dilations)
	if err != nil { // C2
		return nil, err
	}
	per, ok := x.Dim(1).Div(groupsOf(o.Groups))
	if err := checkGroups(o.Groups, x.Dim(1), dy.Dim(1), per); err != nil || !ok { // C3
		return nil, fmt.Errorf("%v and %v don't make %v groups", x, dy, groupsOf(o.Groups))
	}
	kernel := o.Kernel.Slice()
	if len(kernel) != x.Rank()-2 { // C4
		return nil, fmt.Errorf("%v are not the %d dims of the kernel", kernel, x.Rank()-2)
	}
	outs, err := win.outs(x.Dims()[2:], kernel)
	if err != nil || !sameDims(outs, dy.Dims()[2:]) { // C4
		return nil, fmt.Errorf("a kernel of %v has %v places in %v, not those of %v", kernel, outs, x, dy)
	}
	return one(x.WithDims(cat([]ir.Dim{dy.Dim(1), per}, kernel)...))
}

// Eval implements [ir.Evaler].
func (o ConvWeightGrad) Eval(in, out []tensor.Tensor) error {
	c, err := layConv(in[0].Dims(), out[0].Dims(), in[1].Dims(), o.Groups, o.Strides, o.Pads, o.Dilations)
	if err != nil {
		return err
	}
	x, dy := convData(in)
	w := make([]float64, out[0].Len())
	depth := c.c * c.kernel
	cols := make([]float64, depth*c.places)
	c.each(func(xi, wi, yi int) {
		c.columns(cols, x[xi:])
		addProduct(w[wi:wi+c.o*depth], dy[yi:yi+c.o*c.places], swapped(cols, depth, c.places), c.o, depth, c.places)
	})
	storeFloats(out[0], w)
	return nil
}

// VJP implements [ir.VJPer].
func (o ConvWeightGrad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, dy, dw := n.In[0], n.In[1], dOut[0]
	image := ir.MakeDims(x.Type().Dims()[2:]...)
	return []ir.Value{
		b.Op1(ConvTranspose{o.Strides, o.Pads, o.Dilations, o.Groups, image}, dy, dw),
		b.Op1(Conv{o.Strides, o.Pads, o.Dilations, o.Groups}, x, dw),
	}
}

// Batched implements [ir.Batcher]: the entries become groups, which takes their number.
func (o ConvWeightGrad) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	t, ok := size.Int()
	if !ok {
		return nil
	}
	in = lead(b, in, batched, size)
	o.Groups = max(o.Groups, 1) * int(t)
	return unfoldBatch(b, b.Op1(o, mergeChannels(b, in[0]), mergeChannels(b, in[1])), size, n.Types[0].Dim(0))
}

// Samples implements [ir.Sampler].
func (ConvWeightGrad) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: ConvWeightGrad{Kernel: ir.MakeDims(dimsOf(3, 2)...)}, In: types(f32(2, 3, 5, 4), f32(2, 2, 3, 3))},
		{Op: ConvWeightGrad{Strides: ir.MakeInts(2), Pads: ir.MakeInts(1, 1), Groups: 2, Kernel: ir.MakeDims(con(3))}, In: types(f32(2, 2, 6), f32(2, 4, 3))},
	}
}
