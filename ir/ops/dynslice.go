package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// DynSlice takes Len elements of an axis from a start that the call computes: x, start -> x with Axis of length Len.
// A slice that passes the ends of the axis is an error of the call.
// (C1) Axis is one of x's. (C2) start is an integer scalar. (C3) Len is not negative nor greater than the axis.
type DynSlice struct {
	Axis int
	Len  ir.Dim
}

// Name implements [ir.Op].
func (DynSlice) Name() string { return "dyn_slice" }

// Infer implements [ir.Op].
func (o DynSlice) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	if !isIntScalar(in[1]) { // C2
		return nil, fmt.Errorf("the start is %v, not an integer scalar", in[1])
	}
	if isNegative(o.Len) || exceeds(o.Len, in[0].Dim(o.Axis)) { // C3
		return nil, fmt.Errorf("%v elements of axis %d of %v", o.Len, o.Axis, in[0])
	}
	return one(withDim(in[0], o.Axis, o.Len))
}

// Eval implements [ir.Evaler].
func (o DynSlice) Eval(in, out []tensor.Tensor) error {
	dims := out[0].Dims()
	start, err := startOf(in[1], dims[o.Axis], in[0].Dim(o.Axis))
	if err != nil {
		return err
	}
	from := whole(in[0].Dims())
	from.off = start * from.str[o.Axis]
	move(out[0], in[0], dims, whole(dims), from)
	return nil
}

// startOf reads the start of count elements on an axis of length n and refuses one that leaves it.
func startOf(t tensor.Tensor, count, n int) (int, error) {
	start := t.Int(0)
	if start < 0 || start > int64(n-count) {
		return 0, fmt.Errorf("index %d: %d elements from there are outside an axis of length %d", start, count, n)
	}
	return int(start), nil
}

// VJP implements [ir.VJPer].
func (o DynSlice) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{b.Op1(DynUpdate{o.Axis}, FullLike(b, 0, n.In[0]), dOut[0], n.In[1]), {}}
}

// Batch implements [ir.Batcher]. A start for each entry makes it a gather.
func (o DynSlice) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if !batched[1] {
		return b.Op(DynSlice{o.Axis + 1, o.Len}, in...)
	}
	idx := offsets(b, in[1], size, o.Len)
	if batched[0] {
		return b.Op(Gather{Axis: o.Axis + 1, Batch: 1}, in[0], idx)
	}
	return []ir.Value{MoveAxis(b, b.Op1(Gather{Axis: o.Axis}, in[0], idx), o.Axis, 0)}
}

// offsets are the places of n elements from each of size starts on: [size, n].
func offsets(b *ir.Builder, starts ir.Value, size, n ir.Dim) ir.Value {
	dims := []ir.Dim{size, n}
	if starts.Type().DType.Size() == 1 { // a sum might pass its range
		starts = b.Op1(Cast{tensor.I32}, starts)
	}
	step := b.Op1(Iota{N: n, DType: starts.Type().DType})
	return b.Op1(Add(), BroadcastTo(b, starts, dims, []int{0}), BroadcastTo(b, step, dims, []int{1}))
}

// Samples implements [ir.Sampler].
func (DynSlice) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: DynSlice{0, con(2)}, In: types(f32(5, 2), i32()), IntHi: 4}, {Op: DynSlice{1, con(1)}, In: types(f32(2, 3), i64()), IntHi: 3},
		{Op: DynSlice{0, con(3)}, In: types(f32(3), i32()), IntHi: 1},
	}
}
