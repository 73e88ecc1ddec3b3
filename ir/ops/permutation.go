package ops

import (
	"cmp"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Permutation draws an order of 0, ..., N-1: key -> i32[N]. docs/random.md fixes it.
// (C1) the operand is a key.
type Permutation struct{ N ir.Dim }

// Name implements [ir.Op].
func (Permutation) Name() string { return "permutation" }

// Infer implements [ir.Op].
func (o Permutation) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 1); err != nil { // C1
		return nil, err
	}
	return one(ir.T(tensor.I32, o.N))
}

// Eval implements [ir.Evaler].
func (Permutation) Eval(in, out []tensor.Tensor) error {
	y := tensor.Data[int32](out[0])
	words := make([]uint32, len(y))
	eachWord(in[0], len(y), func(i int, w uint32) { y[i], words[i] = int32(i), w })
	slices.SortFunc(y, func(a, b int32) int { return cmp.Or(cmp.Compare(words[a], words[b]), cmp.Compare(a, b)) })
	return nil
}

// Samples implements [ir.Sampler].
func (Permutation) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Permutation{con(7)}, In: types(key())}, {Op: Permutation{con(0)}, In: types(key())},
	}
}
