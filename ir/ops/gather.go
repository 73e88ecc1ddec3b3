package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// Gather picks along an axis by an index tensor: x, idx -> x[:Axis] ++ idx[Batch:] ++ x[Axis+1:] in dims. The first
// Batch axes of idx pair with those of x. An index outside the axis is an error of the call.
// (C1) Axis is one of x's. (C2) idx is of integers. (C3) 0 <= Batch <= Axis, and idx's first Batch dims are x's.
type Gather struct{ Axis, Batch int }

// Name implements [ir.Op].
func (Gather) Name() string { return "gather" }

// Infer implements [ir.Op].
func (o Gather) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	dims, err := gatherDims(in[0], in[1], o.Axis, o.Batch)
	if err != nil {
		return nil, err
	}
	return tensorType(in[0].DType, dims...)
}

// gatherDims checks x, idx, axis and batch and gives the dims of the gather's result.
func gatherDims(x, idx ir.Type, axis, batch int) ([]ir.Dim, error) {
	if !hasAxis(x, axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, axis)
	}
	if !idx.DType.IsInt() { // C2
		return nil, fmt.Errorf("indices are %v, not integers", idx)
	}
	if batch < 0 || batch > axis || batch > idx.Rank() || !sameDims(x.Dims()[:batch], idx.Dims()[:batch]) { // C3
		return nil, fmt.Errorf("%d axes of indices %v don't pair with those of %v before axis %d", batch, idx, x, axis)
	}
	d := x.Dims()
	return cat(d[:axis], idx.Dims()[batch:], d[axis+1:]), nil
}
