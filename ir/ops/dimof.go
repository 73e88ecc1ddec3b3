package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// DimOf is the value of a dim as a scalar of DType.
// (C1) DType is a number.
type DimOf struct {
	D     ir.Dim
	DType ir.DType
}

// Name implements [ir.Op].
func (DimOf) Name() string { return "dim" }

// Infer implements [ir.Op].
func (o DimOf) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 0); err != nil {
		return nil, err
	}
	if !isNumber(o.DType) { // C1
		return nil, fmt.Errorf("%v is no number", o.DType)
	}
	return one(ir.T(o.DType))
}
