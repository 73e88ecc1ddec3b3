package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// DynUpdate is x with x[start : start+len(v)] along Axis replaced by v: x, v, start -> like x. A v that passes the ends
// of the axis is an error of the call.
// (C1) Axis is one of x's. (C2) v has x's dtype and dims but for Axis, where it is no longer. (C3) start is an integer
// scalar.
type DynUpdate struct{ Axis int }

// Name implements [ir.Op].
func (DynUpdate) Name() string { return "dyn_update" }

// Infer implements [ir.Op].
func (o DynUpdate) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	x, v := in[0], in[1]
	if !hasAxis(x, o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, o.Axis)
	}
	if x.DType != v.DType || !sameBut(x, v, o.Axis) || exceeds(v.Dim(o.Axis), x.Dim(o.Axis)) { // C2
		return nil, fmt.Errorf("%v does not fit into axis %d of %v", v, o.Axis, x)
	}
	if !isIntScalar(in[2]) { // C3
		return nil, fmt.Errorf("the start is %v, not an integer scalar", in[2])
	}
	return one(x.WithDims(x.Dims()...))
}

// Eval implements [ir.Evaler].
func (o DynUpdate) Eval(in, out []tensor.Tensor) error {
	return update(out[0], in[0], in[1], o.Axis, in[2])
}

// VJP implements [ir.VJPer].
func (o DynUpdate) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	v := n.In[1].Type()
	return []ir.Value{
		b.Op1(o, dOut[0], Full(b, 0, v), n.In[2]),
		b.Op1(DynSlice{Axis: o.Axis, Len: v.Dim(o.Axis)}, dOut[0], n.In[2]),
		{},
	}
}

// Batch implements [ir.Batcher]. A start for each entry makes it a scatter.
func (o DynUpdate) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if !batched[2] {
		return b.Op(DynUpdate{o.Axis + 1}, append(lead(b, in[:2], batched[:2], size), in[2])...)
	}
	idx := offsets(b, in[2], size, n.In[1].Type().Dim(o.Axis))
	xv := lead(b, in[:2], batched[:2], size)
	return b.Op(Scatter{Axis: o.Axis + 1, Batch: 1}, xv[0], idx, xv[1])
}

// Samples implements [ir.Sampler].
func (DynUpdate) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: DynUpdate{0}, In: types(f32(5, 2), f32(2, 2), i32()), IntHi: 4},
		{Op: DynUpdate{1}, In: types(f32(2, 3), f32(2, 1), i64()), IntHi: 3},
	}
}
