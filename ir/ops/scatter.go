package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// ScatterAdd adds updates into x at indices: x, idx, updates -> like x, where updates has the shape of what [Gather]
// with the same attributes takes from x. Repeated indices add up in ascending order of the updates. An index outside
// the axis is an error of the call.
// (C1) x is of numbers. (C2) x, idx and the attributes make a Gather. (C3) updates has x's dtype and the Gather's shape.
type ScatterAdd struct{ Axis, Batch int }

// Name implements [ir.Op].
func (ScatterAdd) Name() string { return "scatter_add" }

// Infer implements [ir.Op].
func (o ScatterAdd) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) > 0 && !isNumber(in[0].DType) { // C1
		return nil, fmt.Errorf("%v can't be added to", in[0])
	}
	return scatterType(in, o.Axis, o.Batch)
}

// Scatter replaces elements of x at indices, as [ScatterAdd] adds to them. Of repeated indices the last update stays.
// (C1) x, idx and the attributes make a Gather. (C2) updates has x's dtype and the Gather's shape.
type Scatter struct{ Axis, Batch int }

// Name implements [ir.Op].
func (Scatter) Name() string { return "scatter" }

// Infer implements [ir.Op].
func (o Scatter) Infer(in []ir.Type) ([]ir.Type, error) { return scatterType(in, o.Axis, o.Batch) }

func scatterType(in []ir.Type, axis, batch int) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	dims, err := gatherDims(in[0], in[1], axis, batch)
	if err != nil {
		return nil, err
	}
	if in[2].DType != in[0].DType || !sameDims(in[2].Dims(), dims) {
		return nil, fmt.Errorf("updates are %v, should be %v of %v", in[2], dims, in[0].DType)
	}
	return one(in[0].WithDims(in[0].Dims()...))
}
