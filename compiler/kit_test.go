package compiler

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

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

// fn makes a function.
func fn(t testing.TB, name string, args []ir.Type, body func(b *ir.Builder, x []ir.Value) []ir.Value) *ir.Func {
	t.Helper()
	b := ir.NewFunc(name)
	b.Func().Public = true
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

func gradOf(t testing.TB, f *ir.Func, wrt ...int) *ir.Func {
	t.Helper()
	g := fn(t, f.Name+"_grad", f.ArgTypes(), func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Grad{Wrt: ir.MakeInts(wrt...)}, []*ir.Func{f}, x...)
	})
	g.Syms = f.Syms
	return g
}

func module(fs ...*ir.Func) *ir.Module { return &ir.Module{Name: "m", Funcs: fs} }

// optimized runs the pipeline on f and returns what it became, with the counts of the rules.
func optimized(t testing.TB, f *ir.Func, o Options) (*ir.Func, map[string]int) {
	t.Helper()
	o.Count = map[string]int{}
	m, err := Optimize(module(f), o)
	require.NoError(t, err)
	return m.Funcs[0], o.Count
}

// random makes arguments for f, its symbols bound to n.
func random(t testing.TB, f *ir.Func, n int64) []tensor.Tensor {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 9))
	var in []tensor.Tensor
	for _, a := range f.Args {
		shape, err := a.Type.Shape(func(string) (int64, bool) { return n, true })
		require.NoError(t, err)
		x := tensor.New(a.Type.DType, shape...)
		for i := range x.Len() {
			if a.Type.DType.IsFloat() {
				x.SetFloat(i, r.Float64()*1.6-0.8)
			} else {
				x.SetInt(i, r.Int64N(2))
			}
		}
		in = append(in, x)
	}
	return in
}

// same holds g to f on random arguments: to the bit if tol is 0.
func same(t testing.TB, f, g *ir.Func, tol float64) {
	t.Helper()
	in := random(t, f, 3)
	want, err := interp.Run(context.Background(), f, in)
	require.NoError(t, err)
	got, err := interp.Run(context.Background(), g, in)
	require.NoError(t, err, ir.PrintFunc(g))
	for i := range want {
		if tol == 0 {
			require.True(t, want[i].Equal(got[i]), "result %d: %v, want %v", i, got[i], want[i])
			continue
		}
		require.Equal(t, want[i].Dims(), got[i].Dims())
		for e := range want[i].Len() {
			require.InDelta(t, want[i].Float(e), got[i].Float(e), tol, "result %d, element %d\n%s", i, e, ir.PrintFunc(g))
		}
	}
}

// withoutGrad is f with its gradients worked out and nothing else done.
func withoutGrad(t testing.TB, f *ir.Func) *ir.Func {
	t.Helper()
	var off []string
	for _, p := range Pipeline() {
		off = append(off, p.Name)
	}
	g, _ := optimized(t, f, Options{Off: off})
	return g
}

// holdsOp counts the nodes of f and of the functions it holds whose op has that name.
func countOps(f *ir.Func, name string) int {
	n := 0
	for _, x := range f.Nodes {
		if x.Op.Name() == name {
			n++
		}
		for _, g := range x.Funcs {
			n += countOps(g, name)
		}
	}
	return n
}

func sumAll(b *ir.Builder, v ir.Value) ir.Value {
	axes := make([]int, v.Type().Rank())
	for i := range axes {
		axes[i] = i
	}
	return b.Op1(ops.ReduceSum(axes...), v)
}

func TestOrder(t *testing.T) {
	var names []string
	for _, p := range Pipeline() {
		require.NotEmpty(t, p.Why, p.Name)
		names = append(names, p.Name)
	}
	for _, c := range order() {
		first, last := slices.Index(names, c.before), len(names)-1
		for last >= 0 && names[last] != c.after {
			last--
		}
		require.True(t, first >= 0 && last >= 0 && first < last, "%s before %s: %s", c.before, c.after, c.why)
	}
}
