package interp_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func build(t *testing.T, name string, body func(b *ir.Builder)) *ir.Func {
	t.Helper()
	b := ir.NewFunc(name)
	body(b)
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustRun(t *testing.T, f *ir.Func, in ...tensor.Tensor) []tensor.Tensor {
	t.Helper()
	out, err := interp.Run(context.Background(), f, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantError(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("error %v, want one with %q", err, part)
	}
}

func sym(name string, plus int64) ir.Dim { return ir.Sym(name).Add(ir.Const(plus)) }

// tail drops the first element of x [N + 1].
func tail(t *testing.T) *ir.Func {
	return build(t, "tail", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.F32, sym("N", 1)))
		b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1), Hi: ir.Const(3), Bounded: true})
		b.Guard(ir.Guard{A: ir.Sym("N"), Rel: "!=", B: ir.Const(2)})
		b.Out("y", b.Op1(ops.Slice{Start: ir.Const(1), Len: ir.Sym("N")}, x))
	})
}

func TestSymbolsComeFromShapes(t *testing.T) {
	y := mustRun(t, tail(t), tensor.Of([]float32{1, 2, 3, 4}))[0]
	if !y.Equal(tensor.Of([]float32{2, 3, 4})) {
		t.Errorf("got %v", y)
	}
}

func TestRangesAndGuards(t *testing.T) {
	for n, want := range map[int]string{1: "at least 1", 5: "at most 3", 3: "does not hold"} {
		_, err := interp.Run(context.Background(), tail(t), []tensor.Tensor{tensor.New(tensor.F32, n)})
		wantError(t, err, want)
	}
}

func TestWrongArguments(t *testing.T) {
	f := build(t, "f", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("N"), ir.Sym("N").Mul(ir.Const(2))))
		b.Out("y", x)
	})
	_, err := interp.Run(context.Background(), f, nil)
	wantError(t, err, "takes 1 arguments")
	_, err = interp.Run(context.Background(), f, []tensor.Tensor{tensor.New(tensor.F64, 2, 4)})
	wantError(t, err, "argument x: want f32[N, 2*N], got f64[2, 4]")
	_, err = interp.Run(context.Background(), f, []tensor.Tensor{tensor.New(tensor.F32, 2, 5)})
	wantError(t, err, "axis 1 has to be 2*N = 4")
}

// A whole number that sets a shape.
func TestSizeArgument(t *testing.T) {
	f := build(t, "f", func(b *ir.Builder) {
		b.Arg("n", ir.Size, ir.T(tensor.I64))
		b.Sym(ir.Symbol{Name: "n", Birth: ir.ByValue})
		b.Out("y", b.Op1(ops.Iota{N: ir.Sym("n"), DType: tensor.I32}))
	})
	y := mustRun(t, f, tensor.Scalar(int64(3)))[0]
	if !y.Equal(tensor.Of([]int32{0, 1, 2})) {
		t.Errorf("got %v", y)
	}
}

// A length known only during the call, and an op that reads it.
func TestRunSymbol(t *testing.T) {
	f := build(t, "f", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("N")))
		b.Sym(ir.Symbol{Name: "N"})
		at := b.Op1(ops.NonZero{Sym: "K"}, x)
		b.Out("at", at)
		b.Out("k", b.Op1(ops.DimOf{D: sym("K", 1), DType: tensor.I32}))
	})
	out := mustRun(t, f, tensor.Of([]float32{0, 5, 0, 6}))
	if !out[0].Equal(tensor.Of([]int64{1, 3}, 2, 1)) || out[1].Int(0) != 3 {
		t.Errorf("got %v, %v", out[0], out[1])
	}
}

// A node that fails is named, and so is its place.
func TestNodeError(t *testing.T) {
	f := build(t, "pick", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Const(3)))
		i := b.Arg("i", ir.Input, ir.T(tensor.I32))
		b.Out("y", b.Name(b.Op1(ops.Gather{}, x, i), "row"))
	})
	_, err := interp.Run(context.Background(), f, []tensor.Tensor{tensor.New(tensor.F32, 3), tensor.Scalar(int32(7))})
	wantError(t, err, "pick: row = gather:")
	var node *interp.NodeError
	if !errors.As(err, &node) || node.Node.Op.Name() != "gather" {
		t.Errorf("no NodeError in %v", err)
	}
}

func countdown(t *testing.T) *ir.Func {
	cond := build(t, "cond", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.I32))
		b.Out("c", b.Op1(ops.Gt(), x, ops.Scalar(b, 0, tensor.I32)))
	})
	body := build(t, "body", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.I32))
		b.Out("x", b.Op1(ops.Sub(), x, ops.Scalar(b, 1, tensor.I32)))
	})
	return build(t, "countdown", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.I32))
		b.Out("y", b.Region(ops.While{Carried: 1}, []*ir.Func{cond, body}, x)[0])
	})
}

func TestWhileAndCancel(t *testing.T) {
	if y := mustRun(t, countdown(t), tensor.Scalar(int32(5)))[0]; y.Int(0) != 0 {
		t.Errorf("got %v", y)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := interp.Run(ctx, countdown(t), []tensor.Tensor{tensor.Scalar(int32(5))})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A list that grows in a loop, stacked at its end.
func TestList(t *testing.T) {
	row := ir.T(tensor.F32, ir.Const(2))
	body := build(t, "body", func(b *ir.Builder) {
		i := b.Arg("i", ir.Input, ir.T(tensor.I32))
		l := b.Arg("l", ir.Input, ir.ListOf(row))
		x := ops.Spread(b, b.Op1(ops.Cast{To: tensor.F32}, i), row.Dims())
		b.Out("l", b.Op1(ops.ListAppend{}, l, x))
	})
	f := build(t, "f", func(b *ir.Builder) {
		l := b.Op1(ops.ListNew{Elem: row})
		l = b.Region(ops.Scan{Trip: ir.Const(3), Carried: 1}, []*ir.Func{body}, l)[0]
		b.Out("n", b.Op1(ops.ListLen{}, l))
		b.Out("last", b.Op1(ops.ListAt{}, l, ops.Scalar(b, 2, tensor.I32)))
		b.Out("all", b.Op1(ops.ListStack{N: ir.Const(3)}, l))
	})
	out := mustRun(t, f)
	if out[0].Int(0) != 3 || !out[1].Equal(tensor.Of([]float32{2, 2})) || !out[2].Equal(tensor.Of([]float32{0, 0, 1, 1, 2, 2}, 3, 2)) {
		t.Errorf("got %v", out)
	}
}

// drawing is a module with a param, a state that counts, and a function that draws.
func drawing(t *testing.T) *ir.Module {
	init := build(t, "init.w", func(b *ir.Builder) {
		k := b.Arg("key", ir.Key, ir.T(tensor.Key))
		b.Out("w", b.Op1(ops.Normal{Dims: ir.MakeDims(ir.Const(4))}, k))
	})
	step := build(t, "step", func(b *ir.Builder) {
		x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Const(4)))
		w := b.Arg("w", ir.Param, ir.T(tensor.F32, ir.Const(4)))
		n := b.Arg("n", ir.State, ir.T(tensor.I32))
		k := b.Arg("key", ir.Key, ir.T(tensor.Key))
		u := b.Op1(ops.Uniform{Dims: ir.MakeDims(ir.Const(4))}, k)
		b.Out("y", b.Op1(ops.Add(), b.Op1(ops.Mul(), x, w), u))
		b.Write("n", b.Op1(ops.Add(), n, ops.Scalar(b, 1, tensor.I32)))
	})
	return &ir.Module{
		Name:   "m",
		Params: []ir.ParamInfo{{Name: "w", Type: ir.T(tensor.F32, ir.Const(4)), Init: "init.w"}},
		States: []ir.ParamInfo{{Name: "n", Type: ir.T(tensor.I32)}},
		Funcs:  []*ir.Func{init, step},
	}
}

func TestMachine(t *testing.T) {
	ctx := context.Background()
	x := map[string]tensor.Tensor{"x": tensor.Of([]float32{1, 1, 1, 1})}
	two := make([]tensor.Tensor, 2)
	for run := range two {
		m := interp.NewMachine(drawing(t), 3)
		if err := m.Init(ctx); err != nil {
			t.Fatal(err)
		}
		first, err := m.Call(ctx, "step", x)
		if err != nil {
			t.Fatal(err)
		}
		second, err := m.Call(ctx, "step", x)
		if err != nil {
			t.Fatal(err)
		}
		if first["y"].Equal(second["y"]) {
			t.Error("two calls drew the same")
		}
		if n, _ := m.Get("n"); n.Int(0) != 2 {
			t.Errorf("the state is %v after two calls", n)
		}
		two[run] = second["y"]
		_, err = m.Call(ctx, "step", nil)
		wantError(t, err, "no value for x: f32[4]")
		wantError(t, m.Set("v", tensor.Tensor{}), "no param or state v")
	}
	if !two[0].Equal(two[1]) {
		t.Error("the same seed drew differently")
	}
}

// A wide run has every f32 as f64, and draws the same bits.
func TestWide(t *testing.T) {
	ctx := context.Background()
	wide, err := interp.Wide(drawing(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(wide); err != nil {
		t.Fatal(err)
	}
	narrow := interp.NewMachine(drawing(t), 3)
	m := interp.NewMachine(wide, 3)
	for _, x := range []*interp.Machine{narrow, m} {
		if err := x.Init(ctx); err != nil {
			t.Fatal(err)
		}
	}
	w64, _ := m.Get("w")
	w32, _ := narrow.Get("w")
	if w64.DType() != tensor.F64 || !w64.Equal(w32.To(tensor.F64)) {
		t.Errorf("%v, want %v", w64, w32)
	}
}
