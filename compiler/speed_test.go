package compiler

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

// deepMLP is a perceptron of that many layers with its gradients: about 17 nodes a layer before anything is simplified.
func deepMLP(t testing.TB, layers int) *ir.Func {
	x := ir.T(tensor.F32, ir.Sym("B"), ir.Const(64))
	args := []ir.Type{x}
	var wrt []int
	for i := range layers {
		args = append(args, ir.T(tensor.F32, dims(64, 64)...), ir.T(tensor.F32, dims(64)...))
		wrt = append(wrt, 1+2*i, 2+2*i)
	}
	f := fn(t, "loss", args, func(b *ir.Builder, a []ir.Value) []ir.Value {
		h := a[0]
		for i := range layers {
			z := b.Op1(ops.MatMul{}, h, a[1+2*i])
			z = b.Op1(ops.Add(), z, ops.Spread(b, a[2+2*i], z.Type().Dims()))
			h = b.Op1(ops.Max(), z, ops.FullLike(b, 0, z))
		}
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), h, h))}
	})
	f.Syms = []ir.Symbol{{Name: "B"}}
	return gradOf(t, f, wrt...)
}

func TestDeepMLPSize(t *testing.T) {
	g, _ := optimized(t, deepMLP(t, 220), Options{})
	require.Greater(t, len(g.Nodes), 1600)
	require.Less(t, len(g.Nodes), 2400)
}

// BenchmarkOptimize: an MLP of about 2,000 ops with its backward pass, through the whole pipeline.
func BenchmarkOptimize(b *testing.B) {
	f := deepMLP(b, 220)
	nodes := 0
	for b.Loop() {
		m, err := Optimize(module(f), Options{})
		require.NoError(b, err)
		nodes = len(m.Funcs[0].Nodes)
	}
	b.ReportMetric(float64(nodes), "nodes")
}
