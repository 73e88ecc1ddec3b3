package lower_test

import (
	"context"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestResizes: any axes are resized by kernels, floats by all filters and whole words by the nearest, and so are gradients.
func TestResizes(t *testing.T) {
	sizes := func(n ...any) ir.Dims { return ir.MakeDims(dims(n...)...) }
	ints := ir.MakeInts
	for _, c := range []struct {
		dt tensor.DType
		op ir.Op
	}{
		{tensor.F32, ops.Resize{Axes: ints(0), Sizes: sizes(9), Mode: "linear"}},
		{tensor.F32, ops.Resize{Axes: ints(0, 2), Sizes: sizes(9, 11), Mode: "cubic", A: -0.75}},
		{tensor.F32, ops.Resize{Axes: ints(0, 1, 2), Sizes: sizes(2, 7, 5), Mode: "linear", Antialias: true}},
		{tensor.F32, ops.ResizeGrad{Axes: ints(1, 2), Sizes: sizes(3, 4), Mode: "linear"}},
		{tensor.F32, ops.Resize{Axes: ints(1, 2), Sizes: sizes(10, 14), Mode: "nearest"}},
		{tensor.I32, ops.Resize{Axes: ints(2), Sizes: sizes(20), Mode: "nearest"}},
		{tensor.I64, ops.Resize{Axes: ints(2), Sizes: sizes(20), Mode: "nearest"}},
		{tensor.F64, ops.Resize{Axes: ints(0, 1), Sizes: sizes(20, 3), Mode: "nearest"}},
	} {
		b := ir.NewFunc("f")
		b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1)})
		b.Out("y", b.Op1(c.op, b.Arg("x", ir.Input, ir.T(c.dt, dims("N", 5, 7)...))))
		p := checkAll(t, module(t, b), 1e-5, []tensor.Tensor{fill(c.dt, 1, 3, 5, 7)}, []tensor.Tensor{fill(c.dt, 2, 90, 5, 7)})
		if slow := runtime.EvalOps(p); len(slow) > 0 {
			t.Errorf("%v of %v: no kernel for %v", c.op, c.dt, slow)
		}
	}
}

// TestResizeOfNothing: a length that turns out to be 0 is an error of the call.
func TestResizeOfNothing(t *testing.T) {
	b := ir.NewFunc("f")
	b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(0)})
	op := ops.Resize{Axes: ir.MakeInts(0), Sizes: ir.MakeDims(ir.Const(3)), Mode: "linear"}
	b.Out("y", b.Op1(op, b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("N")))))
	p, err := compiler.Compile(module(t, b), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := m.Func("f")
	if err := f.Run(context.Background(), make([]tensor.Tensor, 1), []tensor.Tensor{tensor.New(tensor.F32, 0)}); err == nil {
		t.Error("something came out of nothing")
	}
}

// TestRepeats: what is repeated is copied once, to where the result lies.
func TestRepeats(t *testing.T) {
	for _, axis := range []int{0, 1} {
		b := ir.NewFunc("f")
		x := b.Arg("x", ir.Input, f32(5, 7))
		d := dims(5, 7)
		wide := append(append(append([]ir.Dim{}, d[:axis+1]...), ir.Const(3)), d[axis+1:]...)
		axes := [][]int{{0, 2}, {0, 1}}[axis]
		d[axis] = d[axis].Mul(ir.Const(3))
		y := b.Op1(ops.Broadcast{Dims: ir.MakeDims(wide...), Axes: ir.MakeInts(axes...)}, x)
		b.Out("y", b.Op1(ops.Reshape{Dims: ir.MakeDims(d...)}, y))
		p := check(t, module(t, b), 0, fill(tensor.F32, 1, 5, 7))
		if got := kinds(p); !sameCounts(got, map[string]int{"copy": 1}) {
			t.Errorf("along axis %d: steps are %v, not one copy", axis, got)
		}
	}
}
