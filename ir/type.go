package ir

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// DType is an element type; see [tensor.DType].
type DType = tensor.DType

// MaxRank is the greatest number of axes of a tensor.
const MaxRank = tensor.MaxRank

// MaxElems bounds the number of elements of a tensor whose dims are constants: larger ones are refused when made.
const MaxElems = 1 << 40

// Layout says where the elements of a tensor lie, never what they mean: Infer and Eval ignore it, only the op
// relayout changes it.
type Layout uint8

// The layouts. NHWC lays a tensor [N, C, H, W] (any number of spatial axes) channels last; Panels16 lays a matrix
// [K, N] as [N/16][K][16], zero-filled (KERNELS: P16).
const (
	RowMajor Layout = iota
	NHWC
	Panels16
)

var layoutNames = [...]string{"", "nhwc", "p16"}

// String is the layout's name in printed types; "" for RowMajor.
func (l Layout) String() string { return layoutNames[l] }

// ParseLayout finds a layout by its name.
func ParseLayout(s string) (Layout, bool) {
	for i, name := range layoutNames {
		if name == s {
			return Layout(i), true
		}
	}
	return RowMajor, false
}

// Type is the type of a value: a tensor of a dtype, dims and layout, or a list of such tensors. Types are comparable:
// == means the same dtype, dims that are proved equal, and the same layout. The zero Type is no type.
type Type struct {
	DType  DType
	Layout Layout
	list   bool
	rank   int8
	dims   [MaxRank]Dim
}

// T is the tensor type with these dims. More than [MaxRank] dims are a fault of the caller's and give the zero Type,
// which every Infer refuses.
func T(dt DType, dims ...Dim) Type {
	if len(dims) > MaxRank {
		return Type{}
	}
	t := Type{DType: dt, rank: int8(len(dims))}
	copy(t.dims[:], dims)
	return t
}

// ListOf is the type of a list whose elements have type t; dims that differ between elements are "?".
func ListOf(t Type) Type { t.list = true; return t }

// IsList reports whether t is a list of tensors.
func (t Type) IsList() bool { return t.list }

// Elem is the type of a list's elements.
func (t Type) Elem() Type { t.list = false; return t }

// IsZero reports whether t is no type.
func (t Type) IsZero() bool { return t.DType == tensor.Invalid }

// Rank is the number of axes.
func (t Type) Rank() int { return int(t.rank) }

// Dim is the length of axis i; negative i counts from the end.
func (t Type) Dim(i int) Dim {
	if i < 0 {
		i += int(t.rank)
	}
	return t.dims[i]
}

// Dims is a fresh slice of all lengths.
func (t Type) Dims() []Dim { return append([]Dim(nil), t.dims[:t.rank]...) }

// WithDims is a type of the same dtype with other dims, laid out row-major.
func (t Type) WithDims(dims ...Dim) Type { return T(t.DType, dims...) }

// WithDType is the same type with another dtype.
func (t Type) WithDType(dt DType) Type { t.DType = dt; return t }

// WithLayout is the same type laid out otherwise.
func (t Type) WithLayout(l Layout) Type { t.Layout = l; return t }

// Numel is the number of elements.
func (t Type) Numel() Dim {
	n := Const(1)
	for _, d := range t.dims[:t.rank] {
		n = n.Mul(d)
	}
	return n
}

// SameShape reports whether both have the same rank and dims; dtype and layout may differ.
func (t Type) SameShape(o Type) bool { return t.rank == o.rank && t.dims == o.dims && t.list == o.list }

// MapDims replaces every dim.
func (t Type) MapDims(f func(Dim) Dim) Type {
	for i := range t.dims[:t.rank] {
		t.dims[i] = f(t.dims[i])
	}
	return t
}

// Shape evaluates the dims. A negative length is an error.
func (t Type) Shape(env func(string) (int64, bool)) ([]int, error) {
	shape, n := make([]int, t.rank), int64(1)
	for i, d := range t.dims[:t.rank] {
		v, err := d.Eval(env)
		if err != nil {
			return nil, err
		}
		if v < 0 {
			return nil, fmt.Errorf("axis %d of %v would have length %d", i, t, v)
		}
		if n = satMul(n, v); n > MaxElems {
			return nil, fmt.Errorf("%v would have more than %d elements", t, int64(MaxElems))
		}
		shape[i] = int(v)
	}
	return shape, nil
}

// String is the type as the language writes it: f32[B, 64], f32[2, 8, 8, 3]@nhwc, list(i32[?]); a scalar is f32.
func (t Type) String() string {
	if t.IsZero() {
		return "?"
	}
	var sb strings.Builder
	sb.WriteString(t.DType.String())
	if t.rank > 0 {
		sb.WriteByte('[')
		for i, d := range t.dims[:t.rank] {
			if i > 0 {
				sb.WriteString(", ")
			}
			sb.WriteString(d.String())
		}
		sb.WriteByte(']')
	}
	if t.Layout != RowMajor {
		sb.WriteString("@" + t.Layout.String())
	}
	if t.list {
		return "list(" + sb.String() + ")"
	}
	return sb.String()
}

// check refuses types that no tensor can have.
func (t Type) check() error {
	if t.IsZero() {
		return fmt.Errorf("a value without a type")
	}
	n := int64(1)
	for i, d := range t.dims[:t.rank] {
		v, ok := d.Int()
		if ok && v < 0 {
			return fmt.Errorf("axis %d of %v is negative", i, t)
		}
		if ok {
			if n = satMul(n, v); n > MaxElems {
				return fmt.Errorf("%v has more than %d elements", t, int64(MaxElems))
			}
		}
	}
	return nil
}
