package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
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
