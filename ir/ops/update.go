package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// Update is x with x[Start : Start+len(v)] along Axis replaced by v: x, v -> like x.
// (C1) Axis is one of x's. (C2) v has x's dtype and dims but for Axis. (C3) v lies within the axis, as far as constants
// tell.
type Update struct {
	Axis  int
	Start ir.Dim
}

// Name implements [ir.Op].
func (Update) Name() string { return "update" }

// Infer implements [ir.Op].
func (o Update) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	x, v := in[0], in[1]
	if !hasAxis(x, o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, o.Axis)
	}
	if x.DType != v.DType || !sameBut(x, v, o.Axis) { // C2
		return nil, fmt.Errorf("%v does not fit into axis %d of %v", v, o.Axis, x)
	}
	if isNegative(o.Start) || exceeds(o.Start.Add(v.Dim(o.Axis)), x.Dim(o.Axis)) { // C3
		return nil, fmt.Errorf("%v from %v on passes axis %d of %v", v, o.Start, o.Axis, x)
	}
	return one(x.WithDims(x.Dims()...))
}
