package grad_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

func dims(n ...int64) []ir.Dim {
	ds := make([]ir.Dim, len(n))
	for i, x := range n {
		ds[i] = ir.Const(x)
	}
	return ds
}

func f64(n ...int64) ir.Type { return ir.T(tensor.F64, dims(n...)...) }

// fn makes a function of f64 tensors.
func fn(t *testing.T, name string, args []ir.Type, body func(b *ir.Builder, x []ir.Value) []ir.Value) *ir.Func {
	t.Helper()
	b := ir.NewFunc(name)
	var x []ir.Value
	for i, a := range args {
		x = append(x, b.Arg(fmt.Sprintf("x%d", i), ir.Input, a))
	}
	for i, v := range body(b, x) {
		b.Out(fmt.Sprintf("y%d", i), v)
	}
	f, err := b.Done()
	require.NoError(t, err)
	return f
}

// gradOf is the function of f's arguments that gives f's results and the gradients of the first.
func gradOf(t *testing.T, f *ir.Func, wrt ...int) *ir.Func {
	t.Helper()
	return fn(t, f.Name+"_grad", f.ArgTypes(), func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Grad{Wrt: ir.MakeInts(wrt...)}, []*ir.Func{f}, x...)
	})
}

// run replaces the gradients in f and runs it.
func run(t *testing.T, f *ir.Func, in ...tensor.Tensor) []tensor.Tensor {
	t.Helper()
	g := lowered(t, f)
	out, err := interp.Run(context.Background(), g, in)
	require.NoError(t, err)
	return out
}

func lowered(t *testing.T, f *ir.Func) *ir.Func {
	t.Helper()
	m, err := grad.Module(&ir.Module{Name: "m", Funcs: []*ir.Func{f}}, grad.Options{})
	require.NoError(t, err)
	require.NoError(t, ir.Verify(m))
	return m.Funcs[0]
}

func random(r *rand.Rand, t ir.Type) tensor.Tensor {
	shape, err := t.Shape(func(string) (int64, bool) { return 0, false })
	if err != nil {
		panic(err)
	}
	x := tensor.New(t.DType, shape...)
	for i := range x.Len() {
		x.SetFloat(i, r.Float64()*1.6-0.8)
	}
	return x
}

// check compares the gradients of f with finite differences.
func check(t *testing.T, f *ir.Func, wrt ...int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	in := make([]tensor.Tensor, len(f.Args))
	for i, a := range f.Args {
		in[i] = random(r, a.Type)
	}
	checkAt(t, f, in, wrt...)
}

func checkAt(t *testing.T, f *ir.Func, in []tensor.Tensor, wrt ...int) {
	t.Helper()
	out := run(t, gradOf(t, f, wrt...), in...)
	plain := lowered(t, f)
	loss := func() float64 {
		y, err := interp.Run(context.Background(), plain, in)
		require.NoError(t, err)
		return y[0].Float(0)
	}
	require.InDelta(t, loss(), out[0].Float(0), 1e-12)
	for k, i := range wrt {
		g := out[len(f.Outs)+k]
		for e := range in[i].Len() {
			const h = 1e-5
			x := in[i].Float(e)
			in[i].SetFloat(e, x+h)
			up := loss()
			in[i].SetFloat(e, x-h)
			down := loss()
			in[i].SetFloat(e, x)
			want := (up - down) / (2 * h)
			require.InDelta(t, want, g.Float(e), 1e-6*(1+math.Abs(want)), "argument %d, element %d", i, e)
		}
	}
}

func sumAll(b *ir.Builder, v ir.Value) ir.Value {
	axes := make([]int, v.Type().Rank())
	for i := range axes {
		axes[i] = i
	}
	return b.Op1(ops.ReduceSum(axes...), v)
}
