package ir_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func TestInts(t *testing.T) {
	for _, v := range [][]int{nil, {0}, {1, -2, 300}} {
		l := ir.MakeInts(v...)
		if !slices.Equal(l.Slice(), v) || l.Len() != len(v) || l != ir.MakeInts(v...) {
			t.Errorf("%v became %v", v, l.Slice())
		}
	}
}

func TestDims(t *testing.T) {
	b := ir.Sym("B")
	l := ir.MakeDims(b, ir.Const(2))
	if l.Len() != 2 || l.At(0) != b || len(l.Slice()) != 2 || l != ir.MakeDims(b.Add(ir.Const(0)), ir.Const(2)) {
		t.Error("a list of dims")
	}
	if n := ir.MakeDims(make([]ir.Dim, 20)...).Len(); n <= ir.MaxRank {
		t.Errorf("20 dims have length %d", n)
	}
}

func TestAttrs(t *testing.T) {
	var got []string
	for _, a := range ir.Attrs(ops.ConvTranspose{Strides: ir.MakeInts(2), Groups: 3, Out: ir.MakeDims(ir.Const(5))}) {
		got = append(got, fmt.Sprintf("%s %T", a.Name, a.Value))
	}
	if want := []string{"strides ir.Ints", "groups int", "out ir.Dims"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if a := ir.Attrs(ops.AvgPool{CountPad: true}); len(a) != 1 || a[0].Name != "count_pad" {
		t.Errorf("FooBar is printed as %v", a)
	}
	if a := ir.Attrs(ops.Neg()); len(a) != 0 {
		t.Errorf("an unexported field is printed: %v", a)
	}
}

// TestWithAttrs: what Attrs lists, and the forms that a parser makes, give the op back.
func TestWithAttrs(t *testing.T) {
	dims := func(n ...int64) []ir.Dim {
		d := make([]ir.Dim, len(n))
		for i, v := range n {
			d[i] = ir.Const(v)
		}
		return d
	}
	tests := []struct {
		proto ir.Op
		attrs []ir.Attr
		want  ir.Op
	}{
		{ops.Slice{}, []ir.Attr{{"axis", int64(1)}, {"start", ir.Sym("N")}, {"len", int64(3)}, {"step", ir.Const(-1)}},
			ops.Slice{Axis: 1, Start: ir.Sym("N"), Len: ir.Const(3), Step: -1}},
		{ops.Broadcast{}, []ir.Attr{{"dims", dims(2, 3)}, {"axes", dims(1)}},
			ops.Broadcast{Dims: ir.MakeDims(dims(2, 3)...), Axes: ir.MakeInts(1)}},
		{ops.Cast{}, []ir.Attr{{"to", "f64"}}, ops.Cast{To: tensor.F64}},
		{ops.Lit{}, []ir.Attr{{"v", "1/3"}, {"dtype", tensor.F32}}, ops.Lit{V: "1/3", DType: tensor.F32}},
		{ops.ReduceSum(), []ir.Attr{{"axes", dims(0, 2)}}, ops.ReduceSum(0, 2)},
		{ops.Relayout{}, []ir.Attr{{"to", "nhwc"}}, ops.Relayout{To: ir.NHWC}},
	}
	for _, tt := range tests {
		got, err := ir.WithAttrs(tt.proto, tt.attrs)
		if err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v, want %v", tt.proto.Name(), got, err, tt.want)
			continue
		}
		if again, err := ir.WithAttrs(tt.proto, ir.Attrs(got)); err != nil || again != got {
			t.Errorf("%s: its own attributes give %v, %v", tt.proto.Name(), again, err)
		}
	}
}

func TestWithAttrsErrors(t *testing.T) {
	tests := []struct {
		proto ir.Op
		attr  ir.Attr
		want  string
	}{
		{ops.Slice{}, ir.Attr{Name: "size", Value: int64(1)}, "slice: no attribute size"},
		{ops.Slice{}, ir.Attr{Name: "axis", Value: "x"}, "attribute axis: x is not of type int"},
		{ops.Slice{}, ir.Attr{Name: "axis", Value: ir.Sym("N")}, "attribute axis"},
		{ops.Transpose{}, ir.Attr{Name: "perm", Value: []ir.Dim{ir.Sym("N")}}, "N is not a number"},
		{ops.Cast{}, ir.Attr{Name: "to", Value: "f31"}, "f31 is not"},
		{ops.Relayout{}, ir.Attr{Name: "to", Value: "nchw"}, "nchw is not"},
		{ops.Reshape{}, ir.Attr{Name: "dims", Value: make([]ir.Dim, 9)}, "is not a list of dims"},
		{ops.Neg(), ir.Attr{Name: "k", Value: int64(1)}, "no attribute k"},
	}
	for _, tt := range tests {
		if _, err := ir.WithAttrs(tt.proto, []ir.Attr{tt.attr}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.attr, err, tt.want)
		}
	}
}

func TestMapAttrs(t *testing.T) {
	three := func(d ir.Dim) ir.Dim {
		return d.Subst(func(string) (ir.Dim, bool) { return ir.Const(3), true })
	}
	double := func(dt ir.DType) ir.DType {
		if dt == tensor.F32 {
			return tensor.F64
		}
		return dt
	}
	b := ir.Sym("B")
	tests := []struct{ op, want ir.Op }{
		{ops.Iota{N: b, DType: tensor.F32}, ops.Iota{N: ir.Const(3), DType: tensor.F64}},
		{ops.Reshape{Dims: ir.MakeDims(b, ir.Const(2))}, ops.Reshape{Dims: ir.MakeDims(ir.Const(3), ir.Const(2))}},
		{ops.ListNew{Elem: ir.T(tensor.F32, b)}, ops.ListNew{Elem: ir.T(tensor.F64, ir.Const(3))}},
		{ops.ReduceSum(1), ops.ReduceSum(1)},
		{ops.Neg(), ops.Neg()},
	}
	for _, tt := range tests {
		if got := ir.MapAttrs(tt.op, three, double); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.op.Name(), got, tt.want)
		}
		if got := ir.MapAttrs(tt.op, nil, nil); got != tt.op {
			t.Errorf("%s: nothing to replace gives %v", tt.op.Name(), got)
		}
	}
}
