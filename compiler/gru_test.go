package compiler

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write new expectations")

// gru is the sum of squares of the last state of a GRU over x [T, B, 4] with 5 units, from zeros: arguments are x, then
// U, W, b for the update gate, the reset gate, the candidate.
func gru(t testing.TB, trip int64) *ir.Func {
	batch := ir.Sym("B")
	x, h := ir.T(tensor.F64, ir.Const(trip), batch, ir.Const(4)), ir.T(tensor.F64, batch, ir.Const(5))
	weights := []ir.Type{f64(4, 5), f64(5, 5), f64(5), f64(4, 5), f64(5, 5), f64(5), f64(4, 5), f64(5, 5), f64(5)}
	bodyArgs := append([]ir.Type{ir.T(tensor.I32), h, ir.T(tensor.F64, batch, ir.Const(4))}, weights...)
	body := fn(t, "step", bodyArgs, func(b *ir.Builder, a []ir.Value) []ir.Value {
		h, x, w := a[1], a[2], a[3:]
		pre := func(h ir.Value, i int) ir.Value {
			s := b.Op1(ops.Add(), b.Op1(ops.MatMul{}, h, w[i+1]), b.Op1(ops.MatMul{}, x, w[i]))
			return b.Op1(ops.Add(), s, ops.Spread(b, w[i+2], s.Type().Dims()))
		}
		g, r := b.Op1(ops.Sigmoid(), pre(h, 0)), b.Op1(ops.Sigmoid(), pre(h, 3))
		n := b.Op1(ops.Tanh(), pre(b.Op1(ops.Mul(), h, r), 6))
		keep := b.Op1(ops.Mul(), b.Op1(ops.Sub(), ops.FullLike(b, 1, g), g), h)
		return []ir.Value{b.Op1(ops.Add(), b.Op1(ops.Mul(), g, n), keep)}
	})
	body.Public = false
	f := fn(t, "loss", append([]ir.Type{x}, weights...), func(b *ir.Builder, a []ir.Value) []ir.Value {
		in := append([]ir.Value{ops.Full(b, 0, h), a[0]}, a[1:]...)
		y := b.Region(ops.Scan{Trip: ir.Const(trip), Carried: 1, Scanned: 1}, []*ir.Func{body}, in...)[0]
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), y, y))}
	})
	f.Syms = []ir.Symbol{{Name: "B", Lo: ir.Const(1)}}
	return f
}

func gruGrad(t testing.TB, trip int64) *ir.Func {
	return gradOf(t, gru(t, trip), 1, 2, 3, 4, 5, 6, 7, 8, 9)
}

// A weight's gradient is one product behind the reverse scan, none inside; the inputs' products are one before the
// forward scan.
func TestGRUWeightGradients(t *testing.T) {
	f := gruGrad(t, 6)
	g, counts := optimized(t, f, Options{})
	same(t, withoutGrad(t, f), g, 1e-12)
	golden(t, "gru", ir.PrintFunc(g))
	var scans []*ir.Node
	products := 0
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case ops.Scan:
			scans = append(scans, n)
		case ops.MatMul:
			products++
		}
	}
	require.Len(t, scans, 2)
	require.Equal(t, 3+6, products, "x @ U for three gates, a gradient for each of six weights\n%s", ir.PrintFunc(g))
	require.Equal(t, 3, countOps(scans[0].Funcs[0], "matmul"), "h @ W for three gates\n%s", ir.PrintFunc(g))
	require.Equal(t, 3, countOps(scans[1].Funcs[0], "matmul"), "dh from three gates\n%s", ir.PrintFunc(g))
	require.Equal(t, 0, countOps(scans[1].Funcs[0], "reduce_sum"))
	require.Equal(t, 0, countOps(g, "again"), "both loops have bodies of their own")
	require.Equal(t, 6, counts["SinkSum"])

}

// golden compares with testdata/NAME.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	w, g := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		require.Equal(t, w[i], g[i], "%s, line %d", path, i+1)
	}
	require.Len(t, g, len(w), path)
}
