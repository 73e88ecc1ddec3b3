package ir

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Ints is a list of whole numbers that can be compared, for attributes such as axes and paddings.
type Ints struct{ s string }

// MakeInts makes a list.
func MakeInts(v ...int) Ints {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = strconv.Itoa(x)
	}
	return Ints{strings.Join(parts, ",")}
}

// Slice is a fresh slice of the numbers.
func (l Ints) Slice() []int {
	if l.s == "" {
		return nil
	}
	parts := strings.Split(l.s, ",")
	v := make([]int, len(parts))
	for i, p := range parts {
		v[i], _ = strconv.Atoi(p) // made by MakeInts
	}
	return v
}

// Len is how many there are.
func (l Ints) Len() int {
	if l.s == "" {
		return 0
	}
	return strings.Count(l.s, ",") + 1
}

// Dims is a list of up to MaxRank dims that can be compared.
type Dims struct {
	n int8
	d [MaxRank]Dim
}

// MakeDims makes a list; more than MaxRank dims give a list whose Len says so and which every Infer refuses.
func MakeDims(d ...Dim) Dims {
	l := Dims{n: int8(min(len(d), MaxRank+1))}
	copy(l.d[:], d)
	return l
}

// Len is how many there are.
func (l Dims) Len() int { return int(l.n) }

// At is the i-th dim.
func (l Dims) At(i int) Dim { return l.d[i] }

// Slice is a fresh slice of the dims.
func (l Dims) Slice() []Dim { return append([]Dim(nil), l.d[:min(int(l.n), MaxRank)]...) }

// Table is a constant tensor: its bytes stand in the module once. Two tables of the same content are one (see
// [Module.Table]), so that the pointer identifies it.
type Table struct {
	Name string // in printed graphs
	Hash string // of dtype, dims and bytes: hexadecimal SHA-256
	Data tensor.Tensor
}

// Attr is an attribute of an op as the printer and the parser see it.
type Attr struct {
	Name  string
	Value any // int, bool, string, float64, Dim, Dims, Ints, DType, Layout, Type or *Table
}

// Attrs lists the exported fields of an op in the order of their declaration, those with their zero value left out.
// A field FooBar is the attribute foo_bar, DType is dtype.
func Attrs(op Op) []Attr {
	v := reflect.ValueOf(op)
	if v.Kind() != reflect.Struct {
		return nil
	}
	var attrs []Attr
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
			attrs = append(attrs, Attr{snake(f.Name), v.Field(i).Interface()})
		}
	}
	return attrs
}

// WithAttrs is the prototype with attributes set. Values may be of the field's type, or int64 and untyped forms that the
// parser makes: int64 for int, Dim, float64; []Dim for Dims and Ints; string for Layout and DType.
func WithAttrs(proto Op, attrs []Attr) (Op, error) {
	v := reflect.New(reflect.TypeOf(proto)).Elem()
	v.Set(reflect.ValueOf(proto))
	for _, a := range attrs {
		if err := setAttr(v, a); err != nil {
			return nil, fmt.Errorf("%s: %w", proto.Name(), err)
		}
	}
	return v.Interface().(Op), nil
}

func setAttr(v reflect.Value, a Attr) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || snake(f.Name) != a.Name {
			continue
		}
		x, err := convertAttr(f.Type, a.Value)
		if err != nil {
			return fmt.Errorf("attribute %s: %w", a.Name, err)
		}
		v.Field(i).Set(reflect.ValueOf(x))
		return nil
	}
	return fmt.Errorf("no attribute %s", a.Name)
}

func convertAttr(to reflect.Type, x any) (any, error) {
	if reflect.TypeOf(x) == to {
		return x, nil
	}
	switch reflect.Zero(to).Interface().(type) {
	case int:
		if n, ok := attrInt(x); ok {
			return int(n), nil
		}
	case float64:
		if n, ok := attrInt(x); ok {
			return float64(n), nil
		}
	case Dim:
		if n, ok := attrInt(x); ok {
			return Const(n), nil
		}
	case Dims:
		if d, ok := x.([]Dim); ok && len(d) <= MaxRank {
			return MakeDims(d...), nil
		}
	case Ints:
		if d, ok := x.([]Dim); ok {
			return attrInts(d)
		}
	case DType:
		if s, ok := x.(string); ok {
			if dt, ok := tensor.ParseDType(s); ok {
				return dt, nil
			}
		}
	case Layout:
		if s, ok := x.(string); ok {
			if l, ok := ParseLayout(s); ok {
				return l, nil
			}
		}
	}
	return nil, fmt.Errorf("%v is not %s", x, attrWord(to))
}

// attrWord says what an attribute takes.
func attrWord(t reflect.Type) string {
	switch reflect.Zero(t).Interface().(type) {
	case Ints:
		return "a list of whole numbers"
	case Dims:
		return "a list of dims"
	case Dim:
		return "a dim"
	case DType:
		return "a dtype"
	case Type:
		return "a type"
	case Layout:
		return "a layout"
	case *Table:
		return "a table"
	}
	return "of type " + t.String()
}

func attrInt(x any) (int64, bool) {
	switch n := x.(type) {
	case int64:
		return n, true
	case Dim:
		return n.Int()
	}
	return 0, false
}

func attrInts(d []Dim) (any, error) {
	v := make([]int, len(d))
	for i, x := range d {
		n, ok := x.Int()
		if !ok {
			return nil, fmt.Errorf("%v is not a number", x)
		}
		v[i] = int(n)
	}
	return MakeInts(v...), nil
}

// MapAttrs is op with every dim of its attributes, and every dtype, replaced; nil functions leave them.
func MapAttrs(op Op, dim func(Dim) Dim, dtype func(DType) DType) Op {
	src := reflect.ValueOf(op)
	if src.Kind() != reflect.Struct {
		return op
	}
	v := reflect.New(src.Type()).Elem()
	v.Set(src)
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if x := mapAttr(v.Field(i).Interface(), dim, dtype); x != nil {
			v.Field(i).Set(reflect.ValueOf(x))
		}
	}
	return v.Interface().(Op)
}

func mapAttr(x any, dim func(Dim) Dim, dtype func(DType) DType) any {
	switch x := x.(type) {
	case Dim:
		if dim != nil {
			return dim(x)
		}
	case Dims:
		if dim != nil {
			for i := range x.d[:min(int(x.n), MaxRank)] {
				x.d[i] = dim(x.d[i])
			}
			return x
		}
	case DType:
		if dtype != nil && x != tensor.Invalid {
			return dtype(x)
		}
	case Type:
		if dim != nil {
			x = x.MapDims(dim)
		}
		if dtype != nil && x.DType != tensor.Invalid {
			x.DType = dtype(x.DType)
		}
		return x
	}
	return nil
}

func snake(s string) string {
	var sb strings.Builder
	lower := false // the letter before
	for _, c := range s {
		if unicode.IsUpper(c) && lower {
			sb.WriteByte('_')
		}
		lower = !unicode.IsUpper(c)
		sb.WriteRune(unicode.ToLower(c))
	}
	return sb.String()
}
