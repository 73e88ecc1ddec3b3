package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ArgMax is the place of the first greatest element along an axis, which disappears: T -> i32. NaN counts as greater
// than all numbers.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers. (C3) the axis is not empty.
type ArgMax struct{ Axis int }

// Name implements [ir.Op].
func (ArgMax) Name() string { return "argmax" }

// Infer implements [ir.Op].
func (o ArgMax) Infer(in []ir.Type) ([]ir.Type, error) { return argType(in, o.Axis) }

// ArgMin is the place of the first least element along an axis, which disappears: T -> i32. NaN counts as less than all
// numbers.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers. (C3) the axis is not empty.
type ArgMin struct{ Axis int }

// Name implements [ir.Op].
func (ArgMin) Name() string { return "argmin" }

// Infer implements [ir.Op].
func (o ArgMin) Infer(in []ir.Type) ([]ir.Type, error) { return argType(in, o.Axis) }

func argType(in []ir.Type, axis int) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	x := in[0]
	if !hasAxis(x, axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, axis)
	}
	if !isNumber(x.DType) { // C2
		return nil, fmt.Errorf("%v has no order", x)
	}
	if x.Dim(axis).Is(0) { // C3
		return nil, fmt.Errorf("axis %d of %v is empty", axis, x)
	}
	d := x.Dims()
	return one(ir.T(tensor.I32, cat(d[:axis], d[axis+1:])...))
}
