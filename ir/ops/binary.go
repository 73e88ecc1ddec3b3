package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Binary is an elementwise op of two operands: T[S], T[S] -> T[S], comparisons to bool[S]. Which one it is, binaryrows.go
// says; each row has a constructor, such as [Add].
// (C1) the dtype is of the kind that the row takes. (C2) the operands have one dtype. (C3) they have one shape.
type Binary struct{ k binaryKind }

type binaryKind uint8

// Name implements [ir.Op].
func (o Binary) Name() string { return o.row().name }

// Infer implements [ir.Op].
func (o Binary) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	r, a, b := o.row(), in[0], in[1]
	if !r.on.takes(a.DType) { // C1
		return nil, fmt.Errorf("takes %v, not %v", r.on, a)
	}
	if a.DType != b.DType { // C2
		return nil, fmt.Errorf("dtypes differ: %v and %v", a, b)
	}
	if !a.SameShape(b) { // C3
		return nil, fmt.Errorf("shapes differ: %v and %v", a, b)
	}
	if r.test != nil {
		return one(a.WithDType(tensor.Bool))
	}
	return one(a)
}

// Eval implements [ir.Evaler].
func (o Binary) Eval(in, out []tensor.Tensor) error {
	r, a, b, y := o.row(), in[0], in[1], out[0]
	isFloat := a.DType().IsFloat()
	switch {
	case r.test != nil && isFloat:
		compare(tensor.Data[bool](y), floatsOf(a), floatsOf(b), r.test)
	case r.test != nil:
		compare(tensor.Data[bool](y), intsOf(a), intsOf(b), r.testInt)
	case isFloat:
		zipFloat(y, a, b, r.f)
	default:
		zipInt(y, a, b, r.int)
	}
	return nil
}

func compare[T any](y []bool, a, b []T, test func(a, b T) bool) {
	for i, x := range a {
		y[i] = test(x, b[i])
	}
}

// VJP implements [ir.VJPer].
func (o Binary) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	r := o.row()
	if r.vjp == nil {
		return []ir.Value{{}, {}}
	}
	da, dc := r.vjp(b, n.In[0], n.In[1], n.Value(0), dOut[0])
	return []ir.Value{da, dc}
}

// Batch implements [ir.Batcher].
func (o Binary) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (o Binary) Samples() []ir.Sample {
	r := o.row()
	var s []ir.Sample
	if r.on.takes(tensor.Bool) {
		s = append(s, ir.Sample{Op: o, In: types(mask(9), mask(9))})
	}
	if r.on.takes(tensor.I32) {
		s = append(s, ir.Sample{Op: o, In: types(i32(20), i32(20))}, ir.Sample{Op: o, In: types(i64(), i64())})
	}
	if r.on.takes(tensor.F32) {
		a, b := edges()
		s = append(s,
			ir.Sample{Op: o, In: types(f32(2, 5), f32(2, 5)), Lo: r.lo, Hi: r.hi, NoGrad: r.vjp == nil},
			ir.Sample{Op: o, In: types(f32(), f32()), Lo: r.lo, Hi: r.hi, NoGrad: r.vjp == nil},
			ir.Sample{Op: o, In: types(f32(0), f32(0)), NoGrad: true},
			ir.Sample{Op: o, In: types(f32(a.Len()), f32(a.Len())), Data: []tensor.Tensor{a, b}, NoGrad: true},
		)
	}
	return s
}
