package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ListNew is an empty list of tensors of type Elem; lengths that differ between elements are "?".
// (C1) Elem is a tensor type.
type ListNew struct{ Elem ir.Type }

// Name implements [ir.Op].
func (ListNew) Name() string { return "list_new" }

// Infer implements [ir.Op].
func (o ListNew) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 0); err != nil {
		return nil, err
	}
	if o.Elem.IsZero() || o.Elem.IsList() { // C1
		return nil, errors.New("elem is no tensor type")
	}
	return one(ir.ListOf(o.Elem))
}

// Eval implements [ir.Evaler].
func (ListNew) Eval(_, out []tensor.Tensor) error {
	out[0] = tensor.List()
	return nil
}

// ListAppend is the list with a tensor added at its end.
// (C1) the first operand is a list. (C2) the second has the type of its elements, but for lengths that are "?".
type ListAppend struct{}

// Name implements [ir.Op].
func (ListAppend) Name() string { return "list_append" }

// Infer implements [ir.Op].
func (ListAppend) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) != 2 || !in[0].IsList() { // C1
		return nil, errors.New("takes a list and a tensor")
	}
	if !fits(in[1], in[0].Elem()) { // C2
		return nil, fmt.Errorf("%v is no element of %v", in[1], in[0])
	}
	return one(in[0])
}

// fits reports whether t is an elem, whose dims may be "?".
func fits(t, elem ir.Type) bool {
	if t.IsList() || t.DType != elem.DType || t.Rank() != elem.Rank() {
		return false
	}
	for i := range t.Rank() {
		if elem.Dim(i) != ir.AnyDim() && t.Dim(i) != elem.Dim(i) {
			return false
		}
	}
	return true
}

// Eval implements [ir.Evaler]. The elements are shared: tensors are values that no one changes.
func (ListAppend) Eval(in, out []tensor.Tensor) error {
	elems := append(append([]tensor.Tensor(nil), in[0].Elems()...), in[1])
	out[0] = tensor.List(elems...)
	return nil
}

// ListAt is the element at a place counted from 0. Dims says what its lengths are where the list's type leaves one open;
// another length is an error of the call, and so is a place outside the list.
// (C1) the operands are a list and an integer scalar. (C2) Dims, if the list's type has a "?", gives all dims and agrees
// with those that are known; else it is empty.
type ListAt struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (ListAt) Name() string { return "list_at" }

// Infer implements [ir.Op].
func (o ListAt) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) != 2 || !in[0].IsList() || !isIntScalar(in[1]) { // C1
		return nil, errors.New("takes a list and an integer scalar")
	}
	t := in[0].Elem()
	if o.Dims.Len() == 0 {
		for _, d := range t.Dims() {
			if d == ir.AnyDim() { // C2
				return nil, fmt.Errorf("the lengths of an element of %v are not known", in[0])
			}
		}
		return one(t)
	}
	if o.Dims.Len() > ir.MaxRank || !fits(t.WithDims(o.Dims.Slice()...), t) { // C2
		return nil, fmt.Errorf("an element of %v does not have these lengths", in[0])
	}
	return one(t.WithDims(o.Dims.Slice()...))
}

// Eval implements [ir.Evaler].
func (ListAt) Eval(in, out []tensor.Tensor) error {
	i := in[1].Int(0)
	if i < 0 || i >= int64(in[0].Len()) {
		return fmt.Errorf("element %d of a list of %d", i, in[0].Len())
	}
	x := in[0].Elems()[i]
	if !x.SameDims(out[0]) {
		return fmt.Errorf("element %d has the dims %v, not %v", i, x.Dims(), out[0].Dims())
	}
	copy(out[0].Bytes(), x.Bytes())
	return nil
}

// ListLen is the number of elements of a list, an i64 scalar.
// (C1) the operand is a list.
type ListLen struct{}

// Name implements [ir.Op].
func (ListLen) Name() string { return "list_len" }

// Infer implements [ir.Op].
func (ListLen) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) != 1 || !in[0].IsList() { // C1
		return nil, errors.New("takes a list")
	}
	return one(ir.T(tensor.I64))
}

// Eval implements [ir.Evaler].
func (ListLen) Eval(in, out []tensor.Tensor) error {
	out[0].SetInt(0, int64(in[0].Len()))
	return nil
}

// ListStack stacks the N elements of a list along a new first axis; another number of elements is an error of the call.
// (C1) the operand is a list whose elements all have the same, known dims, and fewer than [ir.MaxRank] of them.
type ListStack struct{ N ir.Dim }

// Name implements [ir.Op].
func (ListStack) Name() string { return "list_stack" }

// Infer implements [ir.Op].
func (o ListStack) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) != 1 || !in[0].IsList() { // C1
		return nil, errors.New("takes a list")
	}
	t := in[0].Elem()
	for _, d := range t.Dims() {
		if d == ir.AnyDim() { // C1
			return nil, fmt.Errorf("the elements of %v may differ in length", in[0])
		}
	}
	return tensorType(t.DType, cat([]ir.Dim{o.N}, t.Dims())...)
}

// Eval implements [ir.Evaler].
func (ListStack) Eval(in, out []tensor.Tensor) error {
	elems := in[0].Elems()
	if len(elems) != out[0].Dim(0) {
		return fmt.Errorf("a list of %d elements can't be stacked to %d", len(elems), out[0].Dim(0))
	}
	for i, x := range elems {
		copy(out[0].Slice0(i, i+1).Bytes(), x.Bytes())
	}
	return nil
}
