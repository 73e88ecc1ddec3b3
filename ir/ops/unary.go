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
	floats   kind = iota // f16, bf16, f32, f64
	numbers              // and integers
	bools                // bool
	bitwise              // bool and integers
	anything             // all but keys
)

func (k kind) takes(dt ir.DType) bool {
	switch k {
	case floats:
		return dt.IsFloat()
	case numbers:
		return isNumber(dt)
	case bools:
		return dt == tensor.Bool
	case bitwise:
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

// Eval implements [ir.Evaler].
func (o Unary) Eval(in, out []tensor.Tensor) error {
	r, x, y := o.row(), in[0], out[0]
	switch {
	case r.test != nil:
		is := tensor.Data[bool](y)
		for i, v := range floatsOf(x) {
			is[i] = r.test(v)
		}
	case x.DType().IsFloat():
		mapFloat(y, x, r.f)
	default:
		mapInt(y, x, r.int)
	}
	return nil
}

// VJP implements [ir.VJPer].
func (o Unary) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	r := o.row()
	if r.vjp == nil {
		return []ir.Value{{}}
	}
	return []ir.Value{r.vjp(b, n.In[0], n.Value(0), dOut[0])}
}

// Batch implements [ir.Batcher].
func (o Unary) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (o Unary) Samples() []ir.Sample {
	r := o.row()
	if r.on == bools {
		return []ir.Sample{{Op: o, In: types(mask(2, 3))}, {Op: o, In: types(mask(0))}}
	}
	flat := r.vjp == nil
	edge, _ := edges()
	s := []ir.Sample{
		{Op: o, In: types(f32(2, 5)), Lo: r.lo, Hi: r.hi, NoGrad: flat},
		{Op: o, In: types(f32()), Lo: r.lo, Hi: r.hi, NoGrad: flat},
		{Op: o, In: types(f32(0)), NoGrad: true},
		{Op: o, In: types(f32(edge.Len())), Data: []tensor.Tensor{edge}, NoGrad: true},
	}
	if r.on == numbers {
		s = append(s, ir.Sample{Op: o, In: types(i32(6))}, ir.Sample{Op: o, In: types(ir.T(tensor.I8, con(6)))})
	}
	return s
}
