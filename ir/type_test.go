package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func f32(n ...int64) ir.Type {
	d := make([]ir.Dim, len(n))
	for i, v := range n {
		d[i] = ir.Const(v)
	}
	return ir.T(tensor.F32, d...)
}

func TestTypeString(t *testing.T) {
	b := ir.Sym("B")
	tests := []struct {
		t    ir.Type
		want string
	}{
		{f32(), "f32"},
		{ir.T(tensor.I64, b, ir.Const(3)), "i64[B, 3]"},
		{f32(2, 8, 8, 3).WithLayout(ir.NHWC), "f32[2, 8, 8, 3]@nhwc"},
		{f32(2, 16).WithLayout(ir.Panels16), "f32[2, 16]@p16"},
		{ir.ListOf(ir.T(tensor.I32, ir.AnyDim(), ir.Const(3))), "list(i32[?, 3])"},
		{ir.Type{}, "?"},
	}
	for _, tt := range tests {
		if got := tt.t.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestTypesCompare(t *testing.T) {
	b := ir.Sym("B")
	if ir.T(tensor.F32, b.Add(b)) != ir.T(tensor.F32, b.Mul(ir.Const(2))) {
		t.Error("B + B and 2*B make two types")
	}
	x := f32(2, 3)
	for _, o := range []ir.Type{f32(3, 2), f32(2, 3, 1), x.WithDType(tensor.F64), x.WithLayout(ir.Panels16), ir.ListOf(x)} {
		if x == o {
			t.Errorf("%v == %v", x, o)
		}
	}
	if !x.SameShape(x.WithDType(tensor.I8).WithLayout(ir.Panels16)) || x.SameShape(f32(2, 3, 1)) || x.SameShape(ir.ListOf(x)) {
		t.Error("SameShape")
	}
	if ir.ListOf(x).Elem() != x || !ir.ListOf(x).IsList() || x.IsList() {
		t.Error("lists")
	}
}

func TestTypeParts(t *testing.T) {
	b := ir.Sym("B")
	x := ir.T(tensor.F32, b, ir.Const(4))
	if x.Rank() != 2 || x.Dim(-1) != ir.Const(4) || x.Dim(0) != b || x.Numel() != b.Mul(ir.Const(4)) || f32().Numel() != ir.Const(1) {
		t.Error("rank, dims and number of elements")
	}
	d := x.Dims()
	d[0] = ir.Const(9)
	if x.Dim(0) != b {
		t.Error("Dims is not a fresh slice")
	}
	y := x.MapDims(func(d ir.Dim) ir.Dim { return d.Add(ir.Const(1)) })
	if y.String() != "f32[B + 1, 5]" {
		t.Errorf("MapDims: %v", y)
	}
	if !ir.T(tensor.F32, make([]ir.Dim, ir.MaxRank+1)...).IsZero() {
		t.Error("a type with too many axes")
	}
}

func TestShape(t *testing.T) {
	env := func(name string) (int64, bool) {
		v, ok := map[string]int64{"B": 3, "huge": 1 << 30}[name]
		return v, ok
	}
	b, huge := ir.Sym("B"), ir.Sym("huge")
	if got, err := ir.T(tensor.F32, b, b.Mul(ir.Const(2))).Shape(env); err != nil || got[0] != 3 || got[1] != 6 {
		t.Errorf("Shape = %v, %v", got, err)
	}
	for _, tt := range []struct {
		d    ir.Dim
		want string
	}{
		{ir.Sym("N"), "size of N is not known"},
		{b.Sub(ir.Const(4)), "would have length -1"},
		{huge.Mul(huge), "more than"},
	} {
		if _, err := ir.T(tensor.F32, tt.d).Shape(env); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.d, err, tt.want)
		}
	}
}

func TestLayouts(t *testing.T) {
	for _, l := range []ir.Layout{ir.RowMajor, ir.NHWC, ir.Panels16} {
		if got, ok := ir.ParseLayout(l.String()); !ok || got != l {
			t.Errorf("%q does not read back", l)
		}
	}
	if _, ok := ir.ParseLayout("nchw"); ok {
		t.Error("a layout that is none")
	}
}
