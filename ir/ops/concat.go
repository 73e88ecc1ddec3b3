package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Concat lays its operands, one or more, one behind the other along Axis.
// (C1) there is an operand. (C2) Axis is one of the operands'. (C3) they agree in dtype and in all dims but Axis.
type Concat struct{ Axis int }

// Name implements [ir.Op].
func (Concat) Name() string { return "concat" }

// Infer implements [ir.Op].
func (o Concat) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, len(in)); err != nil {
		return nil, err
	}
	if len(in) == 0 { // C1
		return nil, errors.New("nothing to join")
	}
	if !hasAxis(in[0], o.Axis) { // C2
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	n := ir.Dim{}
	for _, t := range in {
		if t.DType != in[0].DType || !sameBut(t, in[0], o.Axis) { // C3
			return nil, fmt.Errorf("%v and %v can't be joined along axis %d", in[0], t, o.Axis)
		}
		n = n.Add(t.Dim(o.Axis))
	}
	return one(withDim(in[0], o.Axis, n))
}

// Eval implements [ir.Evaler].
func (o Concat) Eval(in, out []tensor.Tensor) error {
	to := whole(out[0].Dims())
	for _, x := range in {
		move(out[0], x, x.Dims(), to, whole(x.Dims()))
		to.off += x.Dim(o.Axis) * to.str[o.Axis]
	}
	return nil
}

// VJP implements [ir.VJPer].
func (o Concat) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	din := make([]ir.Value, len(n.In))
	start := ir.Dim{}
	for i, x := range n.In {
		d := x.Type().Dim(o.Axis)
		din[i] = b.Op1(Slice{Axis: o.Axis, Start: start, Len: d}, dOut[0])
		start = start.Add(d)
	}
	return din
}

// Batch implements [ir.Batcher].
func (o Concat) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(Concat{o.Axis + 1}, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Concat) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Concat{0}, In: types(f32(2, 3), f32(1, 3))}, {Op: Concat{1}, In: types(f32(2, 1), f32(2, 2), f32(2, 0))},
		{Op: Concat{0}, In: types(i64(2))},
	}
}
