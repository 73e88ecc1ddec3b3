package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// DynSlice takes Len elements of an axis from a start that the call computes: x, start -> x with Axis of length Len.
// A slice that passes the ends of the axis is an error of the call.
// (C1) Axis is one of x's. (C2) start is an integer scalar. (C3) Len is not negative nor greater than the axis.
type DynSlice struct {
	Axis int
	Len  ir.Dim
}

// Name implements [ir.Op].
func (DynSlice) Name() string { return "dyn_slice" }

// Infer implements [ir.Op].
func (o DynSlice) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	if !isIntScalar(in[1]) { // C2
		return nil, fmt.Errorf("the start is %v, not an integer scalar", in[1])
	}
	if isNegative(o.Len) || exceeds(o.Len, in[0].Dim(o.Axis)) { // C3
		return nil, fmt.Errorf("%v elements of axis %d of %v", o.Len, o.Axis, in[0])
	}
	return one(withDim(in[0], o.Axis, o.Len))
}
