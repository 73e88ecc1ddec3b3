package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Normal draws f32[Dims] from the normal distribution with mean 0 and variance 1: key -> f32[Dims]. docs/random.md
// fixes it, to the bit.
// (C1) the operand is a key.
type Normal struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (Normal) Name() string { return "normal" }

// Infer implements [ir.Op].
func (o Normal) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 1, o.Dims); err != nil { // C1
		return nil, err
	}
	return one(ir.T(tensor.F32, o.Dims.Slice()...))
}

// Eval implements [ir.Evaler].
func (Normal) Eval(in, out []tensor.Tensor) error {
	y := tensor.Data[float32](out[0])
	eachWord(in[0], len(y), func(i int, w uint32) { y[i] = normalOf(w) })
	return nil
}

// Samples implements [ir.Sampler].
func (Normal) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Normal{ir.MakeDims(dimsOf(3, 5)...)}, In: types(key())}, {Op: Normal{}, In: types(key())}, {Op: Normal{ir.MakeDims(con(0))}, In: types(key())},
	}
}
