package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
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

// Eval implements [ir.Evaler].
func (o DimOf) Eval(_, out []tensor.Tensor) error {
	n, ok := o.D.Int()
	if !ok {
		return fmt.Errorf("the size of %v is not known", o.D)
	}
	out[0].SetInt(0, n)
	return nil
}

// Samples implements [ir.Sampler].
func (DimOf) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: DimOf{ir.Sym("N").Mul(con(2)), tensor.I32}, Env: map[string]int64{"N": 3}}, {Op: DimOf{con(7), tensor.F32}},
	}
}
