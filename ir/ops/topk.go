package ops

import (
	"math"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TopK takes the K greatest elements of the last axis, greatest first: x [..., N] -> values [..., K], indices i32[..., K].
// Of equal elements the lower index comes first. NaN counts as greater than all numbers.
// (C1) x is of numbers and has an axis. (C2) 0 <= K <= N.
type TopK struct{ K ir.Dim }

// Name implements [ir.Op].
func (TopK) Name() string { return "top_k" }

// Infer implements [ir.Op].
func (o TopK) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if in[0].Rank() == 0 || !isNumber(in[0].DType) { // C1
		return nil, fmt.Errorf("%v has no greatest elements", in[0])
	}
	if isNegative(o.K) || exceeds(o.K, in[0].Dim(-1)) { // C2
		return nil, fmt.Errorf("%v of the %v elements of %v", o.K, in[0].Dim(-1), in[0])
	}
	v := withDim(in[0], in[0].Rank()-1, o.K)
	return []ir.Type{v, v.WithDType(tensor.I32)}, nil
}

// Eval implements [ir.Evaler].
func (TopK) Eval(in, out []tensor.Tensor) error {
	if k, n := out[0].Dim(-1), in[0].Dim(-1); k > n {
		return fmt.Errorf("%d of %d elements", k, n)
	}
	less := comparer(in[0])
	sortRows(in[0], out[0], out[1], func(i, j int) int { return less(j, i) })
	return nil
}

// VJP implements [ir.VJPer].
func (TopK) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	if dOut[0].IsZero() {
		return []ir.Value{{}}
	}
	last := n.In[0].Type().Rank() - 1
	return b.Op(ScatterAdd{Axis: last, Batch: last}, FullLike(b, 0, n.In[0]), n.Value(1), dOut[0])
}

// Batch implements [ir.Batcher].
func (o TopK) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (TopK) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: TopK{con(2)}, In: types(f32(3, 5))}, {Op: TopK{con(3)}, In: types(i32(4))}, {Op: TopK{con(0)}, In: types(f32(2))},
		{Op: TopK{con(3)}, In: types(f32(4)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{1, float32(math.NaN()), 1, 2})}},
	}
}
