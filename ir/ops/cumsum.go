package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// CumSum is the running sum along an axis, from the end if Reverse; if Exclusive, of the elements before each.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers.
type CumSum struct {
	Axis      int
	Reverse   bool
	Exclusive bool
}

// Name implements [ir.Op].
func (CumSum) Name() string { return "cumsum" }

// Infer implements [ir.Op].
func (o CumSum) Infer(in []ir.Type) ([]ir.Type, error) { return cumType(in, o.Axis) }

// CumProd is the running product along an axis, from the end if Reverse; if Exclusive, of the elements before each.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers.
type CumProd struct {
	Axis      int
	Reverse   bool
	Exclusive bool
}

// Name implements [ir.Op].
func (CumProd) Name() string { return "cumprod" }

// Infer implements [ir.Op].
func (o CumProd) Infer(in []ir.Type) ([]ir.Type, error) { return cumType(in, o.Axis) }

func cumType(in []ir.Type, axis int) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], axis)
	}
	if !isNumber(in[0].DType) { // C2
		return nil, fmt.Errorf("%v is not of numbers", in[0])
	}
	return one(in[0].WithDims(in[0].Dims()...))
}
