package ops

import (
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
