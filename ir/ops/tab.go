package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Tab is a constant tensor. The table's data are f64 for floats, i64 for integers or bool; DType is what the values
// have, rounded once from the table's.
// (C1) there is a table. (C2) DType is of the table's kind: float, integer or bool.
type Tab struct {
	Table *ir.Table
	DType ir.DType
}

// Name implements [ir.Op].
func (Tab) Name() string { return "tab" }

// Infer implements [ir.Op].
func (o Tab) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 0); err != nil {
		return nil, err
	}
	if o.Table == nil || o.Table.Data.IsZero() || o.Table.Data.IsList() { // C1
		return nil, errors.New("a table without data")
	}
	data := o.Table.Data
	if data.DType().IsFloat() != o.DType.IsFloat() || data.DType().IsInt() != o.DType.IsInt() || !o.DType.Valid() ||
		(data.DType() == tensor.Key) != (o.DType == tensor.Key) { // C2
		return nil, fmt.Errorf("a table of %v can't hold %v", data.DType(), o.DType)
	}
	dims := make([]ir.Dim, data.Rank())
	for i := range dims {
		dims[i] = ir.Const(int64(data.Dim(i)))
	}
	return one(ir.T(o.DType, dims...))
}

// Eval implements [ir.Evaler].
func (o Tab) Eval(_, out []tensor.Tensor) error {
	copyAll(out[0], o.Table.Data.To(o.DType))
	return nil
}

// Samples implements [ir.Sampler].
func (Tab) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Tab{&ir.Table{Name: "t", Data: tensor.Of([]float64{1, 2.5, 1e-3, -4}, 2, 2)}, tensor.F32}},
		{Op: Tab{&ir.Table{Name: "t", Data: tensor.Of([]int64{1, -2}, 2)}, tensor.I32}},
		{Op: Tab{&ir.Table{Name: "t", Data: tensor.Of([]float64{}, 0, 3)}, tensor.F32}},
	}
}
