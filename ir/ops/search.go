package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Search finds for each u the first place w with cdf[w] > u, V-1 if there is none: cdf [V], u [...] -> i32[...].
// (C1) cdf has rank 1 and an element. (C2) both have one float dtype.
type Search struct{}

// Name implements [ir.Op].
func (Search) Name() string { return "search" }

// Infer implements [ir.Op].
func (Search) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	if in[0].Rank() != 1 || in[0].Dim(0).Is(0) { // C1
		return nil, fmt.Errorf("the table to search is %v", in[0])
	}
	if !in[0].DType.IsFloat() || in[0].DType != in[1].DType { // C2
		return nil, fmt.Errorf("%v can't be searched for %v", in[0], in[1])
	}
	return one(in[1].WithDims(in[1].Dims()...).WithDType(tensor.I32))
}

// Eval implements [ir.Evaler].
func (Search) Eval(in, out []tensor.Tensor) error {
	cdf := floatsOf(in[0])
	for i := range in[1].Len() {
		u, w := in[1].Float(i), 0
		for w < len(cdf)-1 && !(cdf[w] > u) {
			w++
		}
		out[0].SetInt(i, int64(w))
	}
	return nil
}

// Batch implements [ir.Batcher], for a shared cdf; for others there is none.
func (o Search) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, _ ir.Dim) []ir.Value {
	if batched[0] {
		return nil
	}
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Search) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Search{}, In: types(f32(4), f32(3, 2)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{0.1, 0.4, 0.4, 1}),
			tensor.Of([]float32{0, 0.1, 0.4, 0.5, 1, 2}, 3, 2)}},
	}
}
