package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// RandInt draws whole numbers from lo to below hi: key, lo, hi (i32 scalars) -> i32[Dims]. An empty range is an error of
// the call. docs/random.md fixes it.
// (C1) the first operand is a key. (C2) lo and hi are i32 scalars.
type RandInt struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (RandInt) Name() string { return "randint" }

// Infer implements [ir.Op].
func (o RandInt) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 3, o.Dims); err != nil { // C1
		return nil, err
	}
	for _, t := range in[1:] {
		if t != ir.T(tensor.I32) { // C2
			return nil, fmt.Errorf("a bound is %v, not i32", t)
		}
	}
	return one(ir.T(tensor.I32, o.Dims.Slice()...))
}
