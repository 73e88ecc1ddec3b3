package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Uniform draws f32[Dims] evenly from 0 to below 1, multiples of 2^-24: key -> f32[Dims]. docs/random.md fixes it.
// (C1) the operand is a key.
type Uniform struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (Uniform) Name() string { return "uniform" }

// Infer implements [ir.Op].
func (o Uniform) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 1, o.Dims); err != nil { // C1
		return nil, err
	}
	return one(ir.T(tensor.F32, o.Dims.Slice()...))
}

// Eval implements [ir.Evaler].
func (Uniform) Eval(in, out []tensor.Tensor) error {
	y := tensor.Data[float32](out[0])
	eachWord(in[0], len(y), func(i int, w uint32) { y[i] = uniformOf(w) })
	return nil
}

// Samples implements [ir.Sampler].
func (Uniform) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Uniform{ir.MakeDims(dimsOf(3, 5)...)}, In: types(key())}, {Op: Uniform{}, In: types(key())}, {Op: Uniform{ir.MakeDims(con(0))}, In: types(key())},
	}
}
