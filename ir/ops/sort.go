package ops

import (
	"math"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Sort orders the last axis, least first: x [..., N] -> values like x, indices i32 like x. Equal elements keep their
// order; NaN comes last.
// (C1) x is of numbers and has an axis.
type Sort struct{}

// Name implements [ir.Op].
func (Sort) Name() string { return "sort" }

// Infer implements [ir.Op].
func (Sort) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if in[0].Rank() == 0 || !isNumber(in[0].DType) { // C1
		return nil, fmt.Errorf("%v can't be sorted", in[0])
	}
	v := in[0].WithDims(in[0].Dims()...)
	return []ir.Type{v, v.WithDType(tensor.I32)}, nil
}

// Eval implements [ir.Evaler].
func (Sort) Eval(in, out []tensor.Tensor) error {
	sortRows(in[0], out[0], out[1], comparer(in[0]))
	return nil
}

// VJP implements [ir.VJPer].
func (Sort) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	if dOut[0].IsZero() {
		return []ir.Value{{}}
	}
	last := n.In[0].Type().Rank() - 1
	return b.Op(ScatterAdd{Axis: last, Batch: last}, FullLike(b, 0, n.In[0]), n.Value(1), dOut[0])
}

// Batch implements [ir.Batcher].
func (o Sort) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Sort) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Sort{}, In: types(f32(3, 5))}, {Op: Sort{}, In: types(i64(4))}, {Op: Sort{}, In: types(f32(2, 0))},
		{Op: Sort{}, In: types(f32(4)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{1, float32(math.NaN()), 1, float32(math.Inf(-1))})}},
	}
}
