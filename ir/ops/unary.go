package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Unary is an elementwise op of one operand: T[S] -> T[S], is_nan and is_inf to bool[S]. Which one it is, unaryrows.go
// says; each row has a constructor, such as [Neg].
// (C1) the operand's dtype is of the kind that the row takes: floats, numbers or bool.
type Unary struct{ k unaryKind }

type unaryKind uint8

// kind says which dtypes a row of elementwise ops takes.
type kind uint8

const (
	floats  kind = iota // f16, bf16, f32, f64
	numbers             // and integers
	bools
	bits     // bool and integers
	anything // all but keys
)

func (k kind) takes(dt ir.DType) bool {
	switch k {
	case floats:
		return dt.IsFloat()
	case numbers:
		return isNumber(dt)
	case bools:
		return dt == tensor.Bool
	case bits:
		return dt == tensor.Bool || dt.IsInt()
	}
	return dt.Valid() && dt != tensor.Key
}

func (k kind) String() string {
	return [...]string{"floats", "numbers", "bools", "integers or bools", "numbers or bools"}[k]
}

// Name implements [ir.Op].
func (o Unary) Name() string { return o.row().name }

// Infer implements [ir.Op].
func (o Unary) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	r := o.row()
	if !r.on.takes(in[0].DType) { // C1
		return nil, fmt.Errorf("takes %v, not %v", r.on, in[0])
	}
	if r.test != nil {
		return one(in[0].WithDType(tensor.Bool))
	}
	return one(in[0])
}
