package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Reverse turns one axis round.
// (C1) Axis is one of the operand's.
type Reverse struct{ Axis int }

// Name implements [ir.Op].
func (Reverse) Name() string { return "reverse" }

// Infer implements [ir.Op].
func (o Reverse) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	return one(in[0].WithDims(in[0].Dims()...))
}

// Eval implements [ir.Evaler].
func (o Reverse) Eval(in, out []tensor.Tensor) error {
	dims := in[0].Dims()
	from := whole(dims)
	from.off = (dims[o.Axis] - 1) * from.str[o.Axis]
	from.str[o.Axis] *= -1
	move(out[0], in[0], dims, whole(dims), from)
	return nil
}

// VJP implements [ir.VJPer].
func (o Reverse) VJP(b *ir.Builder, _ *ir.Node, dOut []ir.Value) []ir.Value { return b.Op(o, dOut[0]) }

// Batch implements [ir.Batcher].
func (o Reverse) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(Reverse{o.Axis + 1}, in...)
}

// Samples implements [ir.Sampler].
func (Reverse) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Reverse{0}, In: types(f32(4))}, {Op: Reverse{1}, In: types(f32(2, 3, 2))}, {Op: Reverse{0}, In: types(f32(0, 2))},
	}
}
