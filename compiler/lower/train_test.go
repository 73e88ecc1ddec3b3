package lower_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// lossFunc is the mean cross entropy of an MLP: (params..., x, y) -> loss.
func lossFunc(sizes []int) (*ir.Func, error) {
	b := ir.NewFunc("loss")
	var params []ir.Value
	for i := range sizes[1:] {
		params = append(params, b.Arg(fmt.Sprintf("w%d", i), ir.Input, f32(sizes[i], sizes[i+1])), b.Arg(fmt.Sprintf("b%d", i), ir.Input, f32(sizes[i+1])))
	}
	h, y := b.Arg("x", ir.Input, f32("B", sizes[0])), b.Arg("y", ir.Input, ir.T(tensor.I32, ir.Sym("B")))
	for i := 0; i < len(params); i += 2 {
		if i > 0 {
			h = b.Op1(ops.Max(), h, ops.FullLike(b, 0, h))
		}
		h = bias(b, b.Op1(ops.MatMul{}, h, params[i]), params[i+1])
	}
	rows := func(v ir.Value) ir.Value { return ops.BroadcastTo(b, v, h.Type().Dims(), []int{0}) }
	z := b.Op1(ops.Sub(), h, b.Op1(ops.StopGradient{}, rows(b.Op1(ops.ReduceMax(1), h))))
	lse := b.Op1(ops.Log(), b.Op1(ops.ReduceSum(1), b.Op1(ops.Exp(), z)))
	pick := b.Op1(ops.Gather{Axis: 1, Batch: 1}, z, y)
	sum := b.Op1(ops.ReduceSum(0), b.Op1(ops.Sub(), lse, pick))
	b.Out("loss", b.Op1(ops.Div(), sum, b.Op1(ops.DimOf{D: ir.Sym("B"), DType: tensor.F32})))
	return b.Done()
}

// trainModule is an MLP with a step of Adam.
func trainModule(t testing.TB, sizes ...int) *ir.Module {
	loss, err := lossFunc(sizes)
	if err != nil {
		t.Fatal(err)
	}
	m := &ir.Module{Name: "mlp"}
	b := ir.NewFunc("step")
	x, y := b.Arg("x", ir.Input, f32("B", sizes[0])), b.Arg("y", ir.Input, ir.T(tensor.I32, ir.Sym("B")))
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	var params, in []ir.Value
	var wrt []int
	for i, a := range loss.Args[:len(loss.Args)-2] {
		m.Params = append(m.Params, ir.ParamInfo{Name: a.Name, Type: a.Type})
		params = append(params, b.Arg(a.Name, ir.Param, a.Type))
		wrt = append(wrt, i)
	}
	m.States = append(m.States, ir.ParamInfo{Name: "t", Type: f32()})
	now := b.Arg("t", ir.State, f32())
	one := ops.Scalar(b, 1, tensor.F32)
	now = b.Op1(ops.Add(), now, one)
	b.Write("t", now)
	in = append(append(in, params...), x, y)
	out := b.Region(ops.Grad{Wrt: ir.MakeInts(wrt...)}, []*ir.Func{loss}, in...)
	b.Out("loss", out[0])
	lr := ops.Scalar(b, 0.001, tensor.F32)
	c := func(beta float64) ir.Value { // 1 - beta^t
		return b.Op1(ops.Sub(), one, b.Op1(ops.Pow(), ops.Scalar(b, beta, tensor.F32), now))
	}
	c1, c2 := c(0.9), c(0.999)
	for i, p := range params {
		name, ty := loss.Args[i].Name, p.Type()
		m.States = append(m.States, ir.ParamInfo{Name: "m." + name, Type: ty}, ir.ParamInfo{Name: "v." + name, Type: ty})
		mom, vel, g := b.Arg("m."+name, ir.State, ty), b.Arg("v."+name, ir.State, ty), out[1+i]
		full := func(x float64) ir.Value { return ops.FullLike(b, x, p) }
		spread := func(v ir.Value) ir.Value { return ops.Spread(b, v, ty.Dims()) }
		op := func(o ir.Op, in ...ir.Value) ir.Value { return b.Op1(o, in...) }
		mom = op(ops.Add(), op(ops.Mul(), full(0.9), mom), op(ops.Mul(), full(0.1), g))
		vel = op(ops.Add(), op(ops.Mul(), full(0.999), vel), op(ops.Mul(), full(0.001), op(ops.Mul(), g, g)))
		mh, vh := op(ops.Div(), mom, spread(c1)), op(ops.Div(), vel, spread(c2))
		step := op(ops.Div(), op(ops.Mul(), spread(lr), mh), op(ops.Add(), op(ops.Sqrt(), vh), full(1e-8)))
		b.Write(name, op(ops.Sub(), p, step))
		b.Write("m."+name, mom)
		b.Write("v."+name, vel)
	}
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	f.Public = true
	m.Funcs = []*ir.Func{f, loss}
	return m
}

// newSession compiles m and fills its params.
func newSession(t testing.TB, m *ir.Module, threads int) (*plan.Program, *runtime.Session, *runtime.Func) {
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := runtime.New(p, runtime.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	s, err := model.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range p.Params {
		v := fill(tensor.F32, i, shapeOf(t, d.Type)...)
		for k, x := range tensor.Data[float32](v) {
			tensor.Data[float32](v)[k] = x * 0.1
		}
		if err := s.Set(d.Name, v); err != nil {
			t.Fatal(err)
		}
	}
	f, _ := model.Func("step")
	return p, s, f
}

func shapeOf(t testing.TB, ty ir.Type) []int {
	shape, err := ty.Shape(func(string) (int64, bool) { return 0, false })
	if err != nil {
		t.Fatal(err)
	}
	return shape
}

// TestTrain: steps of Adam on an MLP are the interpreter's, and the same bits on one core and on two.
func TestTrain(t *testing.T) {
	m := trainModule(t, 30, 40, 20, 10)
	opt, err := compiler.Optimize(m, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, s, f := newSession(t, m, 1)
	_, s2, f2 := newSession(t, m, 2)
	x, y := fill(tensor.F32, 1, 8, 30), fill(tensor.I32, 2, 8)
	step := opt.Func("step")
	args := make([]tensor.Tensor, len(step.Args))
	for i, a := range step.Args {
		switch a.Name {
		case "x":
			args[i] = x
		case "y":
			args[i] = y
		default:
			if args[i], err = s.Get(a.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if os.Getenv("NNC_SHOW_PLAN") != "" {
		plan.Print(os.Stderr, p, p.Funcs[0])
		fmt.Fprintln(os.Stderr, ir.Print(p.Graph))
	}
	for range 3 {
		out, out2 := make([]tensor.Tensor, 1), make([]tensor.Tensor, 1)
		if err := s.Run(context.Background(), f, out, []tensor.Tensor{x, y}); err != nil {
			t.Fatal(err)
		}
		if err := s2.Run(context.Background(), f2, out2, []tensor.Tensor{x, y}); err != nil {
			t.Fatal(err)
		}
		want, err := interp.Run(context.Background(), step, args)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range step.Outs {
			if o.Kind == ir.Result {
				compare(t, o.Name, out[0], want[i], 1e-5)
				continue
			}
			got, _ := s.Get(o.Name)
			got2, _ := s2.Get(o.Name)
			if !got.Equal(got2) {
				t.Errorf("%s differs between one core and two", o.Name)
			}
			compare(t, o.Name, got, want[i], 2e-4)
			for k, a := range step.Args {
				if a.Name == o.Name {
					args[k] = want[i]
				}
			}
		}
	}
}

// TestThreads: steps whose waves are cut into many units give the same bits on one core and on two, call for call.
func TestThreads(t *testing.T) {
	m := trainModule(t, 300, 260, 130, 10)
	in := []tensor.Tensor{fill(tensor.F32, 1, 70, 300), fill(tensor.I32, 2, 70)}
	var want []tensor.Tensor
	for _, threads := range []int{1, 2, 2} {
		p, s, f := newSession(t, m, threads)
		for range 4 {
			if err := s.Run(context.Background(), f, []tensor.Tensor{tensor.New(tensor.F32)}, in); err != nil {
				t.Fatal(err)
			}
		}
		for i, d := range p.Params {
			got, err := s.Get(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			if threads == 1 {
				want = append(want, got)
			} else if !got.Equal(want[i]) {
				t.Errorf("%s differs between one core and two", d.Name)
			}
		}
	}
}

// BenchmarkTrain is the training step of the peers' train_mlp_b64_adam.
func BenchmarkTrain(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			_, s, f := newSession(b, trainModule(b, 784, 512, 256, 10), threads)
			in := []tensor.Tensor{fill(tensor.F32, 1, 64, 784), fill(tensor.I32, 2, 64)}
			out := []tensor.Tensor{tensor.New(tensor.F32)}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Run(context.Background(), f, out, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGemm is one product of 512 x 512 x 512.
func BenchmarkGemm(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			f := ir.NewFunc("gemm")
			f.Out("c", f.Op1(ops.MatMul{}, f.Arg("a", ir.Input, f32(512, 512)), f.Arg("b", ir.Input, f32(512, 512))))
			fn, err := f.Done()
			if err != nil {
				b.Fatal(err)
			}
			p, err := compiler.Compile(&ir.Module{Funcs: []*ir.Func{public(fn)}}, nil)
			if err != nil {
				b.Fatal(err)
			}
			m, err := runtime.New(p, runtime.Options{Threads: threads})
			if err != nil {
				b.Fatal(err)
			}
			run, _ := m.Func("gemm")
			in := []tensor.Tensor{fill(tensor.F32, 1, 512, 512), fill(tensor.F32, 2, 512, 512)}
			out := []tensor.Tensor{tensor.New(tensor.F32, 512, 512)}
			for b.Loop() {
				if err := run.Run(context.Background(), out, in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(2*512*512*512*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}

func public(f *ir.Func) *ir.Func {
	f.Public = true
	return f
}
