package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// Reshape has the elements of its operand, in row-major order, under other dims.
// (C1) the number of elements is proved to stay.
type Reshape struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (Reshape) Name() string { return "reshape" }

// Infer implements [ir.Op].
func (o Reshape) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Dims); err != nil {
		return nil, err
	}
	out := in[0].WithDims(o.Dims.Slice()...)
	if in[0].Numel() != out.Numel() { // C1
		return nil, fmt.Errorf("%v has %v elements, %v has %v", in[0], in[0].Numel(), out, out.Numel())
	}
	return one(out)
}
