package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Iota is 0, 1, ..., N-1: DType[N].
// (C1) DType is a number.
type Iota struct {
	N     ir.Dim
	DType ir.DType
}

// Name implements [ir.Op].
func (Iota) Name() string { return "iota" }

// Infer implements [ir.Op].
func (o Iota) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 0); err != nil {
		return nil, err
	}
	if !isNumber(o.DType) { // C1
		return nil, fmt.Errorf("%v is no number", o.DType)
	}
	return one(ir.T(o.DType, o.N))
}

// Eval implements [ir.Evaler].
func (o Iota) Eval(_, out []tensor.Tensor) error {
	for i := range out[0].Len() {
		out[0].SetInt(i, int64(i))
	}
	return nil
}

// Samples implements [ir.Sampler].
func (Iota) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Iota{con(5), tensor.I32}}, {Op: Iota{ir.Sym("N").Add(con(1)), tensor.F32}, Env: map[string]int64{"N": 2}},
		{Op: Iota{con(0), tensor.I64}},
	}
}
