package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Lit is a scalar constant: V is a decimal such as 1e-05, an exact rational such as 1/3, inf, -inf, nan, true or false,
// and is rounded once to DType when it is evaluated.
// (C1) V is a number that DType can hold: a whole one in range for integers, true or false for bool; keys have none.
type Lit struct {
	V     string
	DType ir.DType
}

// Name implements [ir.Op].
func (Lit) Name() string { return "lit" }

// Infer implements [ir.Op].
func (o Lit) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 0); err != nil {
		return nil, err
	}
	if _, err := parseLit(o.V, o.DType); err != nil { // C1
		return nil, fmt.Errorf("%q is no %v: %w", o.V, o.DType, err)
	}
	return one(ir.T(o.DType))
}

// Eval implements [ir.Evaler].
func (o Lit) Eval(_, out []tensor.Tensor) error {
	v, err := parseLit(o.V, o.DType)
	if err != nil {
		return err
	}
	copyAll(out[0], v)
	return nil
}

// Samples implements [ir.Sampler].
func (Lit) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Lit{"1e-05", tensor.F32}}, {Op: Lit{"1/3", tensor.F32}}, {Op: Lit{"-inf", tensor.F32}}, {Op: Lit{"nan", tensor.F32}},
		{Op: Lit{"-7", tensor.I32}}, {Op: Lit{"true", tensor.Bool}}, {Op: Lit{"255", tensor.U8}},
	}
}
