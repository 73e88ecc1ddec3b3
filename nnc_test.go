package nnc_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

func f32(dims ...ir.Dim) ir.Type { return ir.T(nnc.F32, dims...) }

func num(n int64) ir.Dim { return ir.Const(n) }

// testModule has predict (a layer of params w and b), step (adds its input to w, and counts), noise (draws), fail (whose
// index may be out of range after it has written).
func testModule(t testing.TB) *ir.Module {
	t.Helper()
	m := &ir.Module{Name: "test"}
	w, bias := f32(num(64), num(32)), f32(num(32))
	m.Params = []ir.ParamInfo{{Name: "w", Type: w}, {Name: "b", Type: bias}}
	m.States = []ir.ParamInfo{{Name: "count", Type: f32()}}
	add := func(b *ir.Builder) {
		f, err := b.Done()
		if err != nil {
			t.Fatal(err)
		}
		f.Public = true
		m.Funcs = append(m.Funcs, f)
	}
	sym := ir.Symbol{Name: "B", Lo: num(1), Hi: num(1 << 20), Bounded: true}

	b := ir.NewFunc("predict")
	b.Sym(sym)
	x := b.Arg("x", ir.Input, f32(ir.Sym("B"), num(64)))
	y := b.Op1(ops.MatMul{}, x, b.Arg("w", ir.Param, w))
	row := ops.BroadcastTo(b, b.Arg("b", ir.Param, bias), y.Type().Dims(), []int{1})
	b.Out("probs", b.Op1(ops.Sigmoid(), b.Op1(ops.Add(), y, row)))
	add(b)

	b = ir.NewFunc("step")
	d := b.Arg("d", ir.Input, w)
	b.Write("w", b.Op1(ops.Add(), b.Arg("w", ir.Param, w), d))
	n := b.Op1(ops.Add(), b.Arg("count", ir.State, f32()), ops.Scalar(b, 1, nnc.F32))
	b.Write("count", n)
	b.Out("count", n)
	add(b)

	b = ir.NewFunc("noise")
	b.Out("x", b.Op1(ops.Normal{Dims: ir.MakeDims(num(4))}, b.Arg("k", ir.Key, ir.T(nnc.Key))))
	add(b)

	b = ir.NewFunc("fail")
	n = b.Op1(ops.Add(), b.Arg("count", ir.State, f32()), ops.Scalar(b, 1, nnc.F32))
	b.Write("count", n)
	v := b.Arg("v", ir.Input, f32(num(3)))
	b.Out("pick", b.Op1(ops.Gather{}, v, b.Arg("i", ir.Input, ir.T(nnc.I32))))
	add(b)
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	return m
}

func testModel(t testing.TB, o *nnc.Options) *nnc.Model {
	t.Helper()
	p, err := compiler.Compile(testModule(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nnc.New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func fn(t testing.TB, m *nnc.Model, name string) *nnc.Func {
	t.Helper()
	f, err := m.Func(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ramp(n int, dims ...int) nnc.Tensor {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(math.Sin(float64(i)))
	}
	return nnc.Of(data, dims...)
}

var ctx = context.Background()

// TestCall: named arguments in, named results out; what does not fit is named.
func TestCall(t *testing.T) {
	m := testModel(t, nil)
	f := fn(t, m, "")
	if got := f.Sig().String(); got != "fn predict(x: f32[B, 64]) -> (probs: f32[B, 32])" {
		t.Error(got)
	}
	out, err := f.Call(ctx, nnc.Named{"x": ramp(128, 2, 64)})
	if err != nil {
		t.Fatal(err)
	}
	probs := nnc.Data[float32](out["probs"])
	if len(probs) != 64 || probs[0] != 0.5 { // params are zero
		t.Errorf("probs: %v", probs)
	}
	for _, bad := range []nnc.Named{nil, {"y": ramp(64, 1, 64)}, {"x": ramp(64, 64)}, {"x": ramp(63, 1, 63)}, {"x": nnc.Of(make([]int32, 64), 1, 64)},
		{"x": ramp(64, 1, 64), "z": ramp(1)}, {"x": ramp(0, 0, 64)}} {
		if _, err := f.Call(ctx, bad); err == nil {
			t.Errorf("%v is taken", bad)
		} else if e := (*nnc.ArgError)(nil); len(bad) == 1 && bad["x"].Rank() == 1 && !errors.As(err, &e) {
			t.Errorf("%v: %v is no ArgError", bad, err)
		}
	}
	if _, err := m.Func("nothing"); err == nil {
		t.Error("a function that is not there")
	}
}

// TestRunInto: results fill what they are given as far as it goes, and never what is read.
func TestRunInto(t *testing.T) {
	f := fn(t, testModel(t, nil), "predict")
	x := ramp(3*64, 3, 64)
	room := make([]float32, 200)
	out := []nnc.Tensor{nnc.Of(room, 200)}
	if err := f.Run(ctx, out, []nnc.Tensor{x}); err != nil {
		t.Fatal(err)
	}
	if !out[0].HasDims(3, 32) || &nnc.Data[float32](out[0])[0] != &room[0] {
		t.Errorf("result %v is not where it shall be", out[0].Dims())
	}
	out[0] = x
	if err := f.Run(ctx, out, []nnc.Tensor{x}); !errors.As(err, new(*nnc.ArgError)) {
		t.Errorf("a result over an input: %v", err)
	}
	out[0] = nnc.Of(make([]float32, 5))
	if err := f.Run(ctx, out, []nnc.Tensor{x}); err != nil || !out[0].HasDims(3, 32) {
		t.Errorf("too small a result is not replaced: %v", err)
	}
}

// TestNoAllocation: a warm call allocates nothing, on one core and on two.
func TestNoAllocation(t *testing.T) {
	for _, threads := range []int{1, 2} {
		f := fn(t, testModel(t, &nnc.Options{Threads: threads}), "predict")
		if n, err := f.Warm(map[string]int{"B": 512}); err != nil || n < 0 {
			t.Fatal(n, err)
		}
		in, out := []nnc.Tensor{ramp(512*64, 512, 64)}, []nnc.Tensor{nnc.Of(make([]float32, 512*32), 512, 32)}
		run := func() {
			if err := f.Run(ctx, out, in); err != nil {
				t.Fatal(err)
			}
		}
		run()
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%d threads: %v allocations a call", threads, n)
		}
	}
}

// TestShared: a model serves many goroutines and shapes at a time, with the same bits.
func TestShared(t *testing.T) {
	m := testModel(t, &nnc.Options{Shapes: 2})
	f := fn(t, m, "predict")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 30 {
				n := 1 + (i+g)%5*40
				out, err := f.Call(ctx, nnc.Named{"x": ramp(n*64, n, 64)})
				if err != nil || out["probs"].Dim(0) != n {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if s := m.Stats(); s.Calls != 240 || s.Running != 0 || s.Bindings > 2 {
		t.Errorf("stats: %+v", s)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Error(err)
	}
	if _, err := f.Call(ctx, nnc.Named{"x": ramp(64, 1, 64)}); !errors.Is(err, nnc.ErrClosed) {
		t.Errorf("a closed model: %v", err)
	}
}

// TestSession: writes are kept, failed and cancelled calls leave no trace, and Freeze serves what there is.
func TestSession(t *testing.T) {
	m := testModel(t, nil)
	step, fail := fn(t, m, "step"), fn(t, m, "fail")
	if _, err := step.Call(ctx, nnc.Named{"d": ramp(64*32, 64, 32)}); err == nil {
		t.Error("a function that writes runs without a session")
	}
	s, err := m.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	d := ramp(64*32, 64, 32)
	for i := range 3 {
		out, err := s.Call(ctx, step, nnc.Named{"d": d})
		if err != nil {
			t.Fatal(err)
		}
		if got := nnc.Data[float32](out["count"])[0]; got != float32(i+1) {
			t.Errorf("count is %v after %d calls", got, i+1)
		}
	}
	w, err := s.Param("w")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := nnc.Data[float32](w)[5], nnc.Data[float32](d)[5]*3; math.Abs(float64(got-want)) > 1e-6 {
		t.Errorf("w[5] is %v, want %v", got, want)
	}
	_, err = s.Call(ctx, fail, nnc.Named{"v": ramp(3), "i": nnc.Scalar(int32(7))})
	if e := (*nnc.StepError)(nil); !errors.As(err, &e) || e.Func != "fail" {
		t.Errorf("an index out of range: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Run(cancelled, step, make([]nnc.Tensor, 1), []nnc.Tensor{d}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call: %v", err)
	}
	count, err := s.Param("count")
	if err != nil || nnc.Data[float32](count)[0] != 3 {
		t.Errorf("count is %v after failed calls", count)
	}
	served, err := s.Freeze()
	if err != nil {
		t.Fatal(err)
	}
	x := nnc.Named{"x": ramp(64, 1, 64)}
	a, err := s.Call(ctx, fn(t, m, "predict"), x)
	if err != nil {
		t.Fatal(err)
	}
	b, err := fn(t, served, "predict").Call(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	if !a["probs"].Equal(b["probs"]) || nnc.Data[float32](a["probs"])[0] == 0.5 {
		t.Error("the frozen model gives other results")
	}
}

// TestProfile: each step is listed with its runs.
func TestProfile(t *testing.T) {
	f := fn(t, testModel(t, nil), "predict")
	var p nnc.Profile
	for range 3 {
		if err := f.Run(nnc.WithProfile(ctx, &p), make([]nnc.Tensor, 1), []nnc.Tensor{ramp(64, 1, 64)}); err != nil {
			t.Fatal(err)
		}
	}
	var table strings.Builder
	if err := p.WriteTable(&table); err != nil || !strings.Contains(table.String(), "gemm") {
		t.Error(table.String(), err)
	}
	if steps := p.Steps(); len(steps) != 1 || steps[0].Runs != 3 || steps[0].Func != "predict" || steps[0].Time <= 0 {
		t.Errorf("%+v", steps)
	}
}

// TestNoise: draws follow seed and number of the call.
func TestNoise(t *testing.T) {
	m := testModel(t, nil)
	f := fn(t, m, "noise")
	draw := func(seed uint64, calls int) (last nnc.Tensor) {
		s, err := m.NewSession(seed)
		if err != nil {
			t.Fatal(err)
		}
		for range calls {
			out, err := s.Call(ctx, f, nil)
			if err != nil {
				t.Fatal(err)
			}
			last = out["x"]
		}
		return last
	}
	if !draw(1, 2).Equal(draw(1, 2)) || draw(1, 1).Equal(draw(1, 2)) || draw(1, 1).Equal(draw(2, 1)) {
		t.Error("draws do not follow seed and call")
	}
}

// TestLimit: arenas stay under the limit, or the call says so.
func TestLimit(t *testing.T) {
	p, err := compiler.Compile(bigModule(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nnc.New(p, &nnc.Options{MemoryLimit: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	f := fn(t, m, "")
	if _, err := f.Call(ctx, nnc.Named{"x": ramp(1 << 16)}); !errors.Is(err, nnc.ErrLimit) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := f.Call(ctx, nnc.Named{"x": ramp(1 << 8)}); err != nil {
		t.Error(err)
	}
}

// bigModule needs an arena of its input's size.
func bigModule(t *testing.T) *ir.Module {
	b := ir.NewFunc("big")
	b.Sym(ir.Symbol{Name: "N"})
	x := b.Arg("x", ir.Input, f32(ir.Sym("N")))
	sorted := b.Op(ops.Sort{}, b.Op1(ops.Exp(), x))
	b.Out("y", b.Op1(ops.Neg(), sorted[0]))
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	f.Public = true
	return &ir.Module{Name: "big", Funcs: []*ir.Func{f}}
}

func Example() {
	b := ir.NewFunc("double")
	x := b.Arg("x", ir.Input, ir.T(nnc.F32, ir.Sym("N")))
	b.Sym(ir.Symbol{Name: "N"})
	b.Out("y", b.Op1(ops.Add(), x, x))
	f, _ := b.Done()
	f.Public = true
	p, err := compiler.Compile(&ir.Module{Funcs: []*ir.Func{f}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := nnc.New(p, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	double, _ := m.Func("")
	out, err := double.Call(context.Background(), nnc.Named{"x": nnc.Of([]float32{1, 2, 3})})
	fmt.Println(nnc.Data[float32](out["y"]), err)
	// Output: [2 4 6] <nil>
}
