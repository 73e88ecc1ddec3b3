package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Update is x with x[Start : Start+len(v)] along Axis replaced by v: x, v -> like x.
// (C1) Axis is one of x's. (C2) v has x's dtype and dims but for Axis. (C3) v lies within the axis, as far as constants
// tell.
type Update struct {
	Axis  int
	Start ir.Dim
}

// Name implements [ir.Op].
func (Update) Name() string { return "update" }

// Infer implements [ir.Op].
func (o Update) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	x, v := in[0], in[1]
	if !hasAxis(x, o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, o.Axis)
	}
	if x.DType != v.DType || !sameBut(x, v, o.Axis) { // C2
		return nil, fmt.Errorf("%v does not fit into axis %d of %v", v, o.Axis, x)
	}
	if isNegative(o.Start) || exceeds(o.Start.Add(v.Dim(o.Axis)), x.Dim(o.Axis)) { // C3
		return nil, fmt.Errorf("%v from %v on passes axis %d of %v", v, o.Start, o.Axis, x)
	}
	return one(x.WithDims(x.Dims()...))
}

// Eval implements [ir.Evaler].
func (o Update) Eval(in, out []tensor.Tensor) error {
	start, _ := o.Start.Int()
	return update(out[0], in[0], in[1], o.Axis, tensor.Scalar(start))
}

// update sets y to x with v at a start on an axis.
func update(y, x, v tensor.Tensor, axis int, start tensor.Tensor) error {
	from, err := startOf(start, v.Dim(axis), x.Dim(axis))
	if err != nil {
		return err
	}
	copyAll(y, x)
	to := whole(y.Dims())
	to.off = from * to.str[axis]
	move(y, v, v.Dims(), to, whole(v.Dims()))
	return nil
}

// VJP implements [ir.VJPer].
func (o Update) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	v := n.In[1].Type()
	return []ir.Value{
		b.Op1(o, dOut[0], Full(b, 0, v)),
		b.Op1(Slice{Axis: o.Axis, Start: o.Start, Len: v.Dim(o.Axis)}, dOut[0]),
	}
}

// Batch implements [ir.Batcher].
func (o Update) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Update) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Update{0, con(1)}, In: types(f32(4, 2), f32(2, 2))}, {Op: Update{1, con(0)}, In: types(f32(2, 3), f32(2, 3))},
		{Op: Update{0, con(2)}, In: types(f32(2), f32(0))},
	}
}
