package compiler

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

// Any optional passes and rules off, any order of the nodes: the answer is that of the graph that nothing was done to.
func TestAnyPassesOff(t *testing.T) {
	f := gruGrad(t, 4)
	want := withoutGrad(t, f)
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		var off []string
		for _, p := range Pipeline() {
			if r.IntN(3) == 0 {
				off = append(off, p.Name)
			}
		}
		for _, rule := range Rules() {
			if r.IntN(3) == 0 {
				off = append(off, rule.Name)
			}
		}
		g, _ := optimized(t, f, Options{Off: off, Shuffle: r.Uint64()})
		same(t, want, g, 1e-12)
	}
}

// Stopped after any number of rewrites, the module is whole.
func TestStopAfter(t *testing.T) {
	f := gruGrad(t, 3)
	want := withoutGrad(t, f)
	for n := 1; n < 200; n += 13 {
		g, counts := optimized(t, f, Options{StopAfter: n})
		same(t, want, g, 1e-12)
		total := 0
		for rule, k := range counts {
			if rule != "DropNode" && rule != "DropOperand" && rule != "DropResult" && rule != "OpenCall" {
				total += k
			}
		}
		require.LessOrEqual(t, total, n)
	}
}

func TestAfterAndOff(t *testing.T) {
	var seen []string
	o := Options{Off: []string{"cse", "grad"}, After: func(pass string, m *ir.Module) {
		require.NoError(t, ir.Verify(m))
		seen = append(seen, pass)
	}}
	_, counts := optimized(t, gruGrad(t, 2), o)
	require.Contains(t, seen, "grad", "needed by lowering")
	require.NotContains(t, seen, "cse")
	require.Zero(t, counts["MergeEqual"])
}

func runPass(t *testing.T, f *ir.Func, pass func(*run, *ir.Module) (*ir.Module, error)) (*ir.Func, map[string]int) {
	t.Helper()
	r := &run{o: Options{Count: map[string]int{}}}
	m, err := pass(r, module(f))
	require.NoError(t, err)
	require.NoError(t, ir.Verify(m))
	return m.Funcs[0], r.o.Count
}

func TestCSE(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		p, q := b.Op1(ops.Sin(), x[0]), b.Op1(ops.Sin(), x[0])
		again := b.Op1(ops.Sin(), b.Op1(ops.Again{}, x[0]))
		more := b.Op1(ops.Sin(), b.Op1(ops.Again{}, x[0]))
		return []ir.Value{b.Op1(ops.Add(), p, q), b.Op1(ops.Add(), again, more)}
	})
	g, counts := runPass(t, f, cse)
	require.Equal(t, 1, counts["MergeEqual"], "what is read again is not merged")
	same(t, f, g, 0)
}

// Recomputing what is elementwise survives the pipeline: the backward part has a copy of its own.
func TestRecomputingSurvives(t *testing.T) {
	loss := fn(t, "loss", []ir.Type{f64(3, 4), f64(4, 5)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		z := b.Op1(ops.MatMul{}, x[0], x[1])
		return []ir.Value{sumAll(b, b.Op1(ops.Sin(), b.Op1(ops.Mul(), z, z)))}
	})
	g, _ := optimized(t, gradOf(t, loss, 0, 1), Options{})
	require.Equal(t, 3, countOps(g, "mul"), "z*z, again for cos(z*z), and that times z\n%s", ir.PrintFunc(g))
	require.Equal(t, 1, countOps(g, "again"))
	same(t, withoutGrad(t, gradOf(t, loss, 0, 1)), g, 1e-12)
}

func TestFold(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		i := b.Op1(ops.Cast{To: tensor.F64}, b.Op1(ops.Iota{N: ir.Const(3), DType: tensor.I32}))
		c := b.Op1(ops.Sin(), b.Op1(ops.Mul(), i, i))
		third := b.Op1(ops.Lit{V: "1/3", DType: tensor.F64})
		s := b.Op1(ops.Add(), third, third)
		return []ir.Value{b.Op1(ops.Mul(), x[0], b.Op1(ops.Add(), c, ops.Spread(b, s, dims(3))))}
	})
	g, counts := runPass(t, f, fold)
	require.Positive(t, counts["FoldScalar"])
	require.Positive(t, counts["FoldTable"])
	g, _ = runPass(t, g, dce)
	require.Equal(t, 3, len(g.Nodes), "a table, a product\n%s", ir.PrintFunc(g))
	same(t, f, g, 0)
}

// An index out of range is an error of the call: folding leaves it.
func TestFoldLeavesErrors(t *testing.T) {
	f := fn(t, "f", nil, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Op(ops.Gather{}, b.Op1(ops.Iota{N: ir.Const(3), DType: tensor.I32}), ops.Scalar(b, 5, tensor.I32))
	})
	_, counts := runPass(t, f, fold)
	require.Empty(t, counts)
}

func TestDCETrimsLoops(t *testing.T) {
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2), f64(2), f64(2), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		used, unused, slice, inv := x[1], x[2], x[3], x[4]
		y := b.Op1(ops.Add(), used, inv)
		return []ir.Value{y, b.Op1(ops.Mul(), unused, slice), y, b.Op1(ops.Sin(), x[5])}
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(3, 2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Region(ops.Scan{Trip: ir.Const(3), Carried: 2, Scanned: 1}, []*ir.Func{body}, x[0], x[0], x[1], x[0], x[0])
		return []ir.Value{y[0], y[2]}
	})
	g, _ := runPass(t, f, dce)
	same(t, f, g, 0)
	n := g.Nodes[1]
	require.Equal(t, ops.Scan{Trip: ir.Const(3), Carried: 1}, n.Op)
	require.Len(t, n.In, 2)
	require.Len(t, n.Types, 2)
}

// A carried value that no one reads but another carried value stays.
func TestDCEKeepsChains(t *testing.T) {
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{x[2], b.Op1(ops.Sin(), x[3]), b.Op1(ops.Cos(), x[3])}
	})
	f := fn(t, "f", []ir.Type{f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Scan{Trip: ir.Const(3), Carried: 3}, []*ir.Func{body}, x[0], x[0], x[0])[:1]
	})
	g, _ := runPass(t, f, dce)
	same(t, f, g, 0)
	require.Equal(t, 3, g.Nodes[1].Op.(ops.Scan).Carried)
}

func TestDCETrimsBranchesAndWhiles(t *testing.T) {
	side := func(op ir.Op) *ir.Func {
		return fn(t, "side", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
			return []ir.Value{b.Op1(op, x[0]), b.Op1(op, x[1])}
		})
	}
	cond := fn(t, "cond", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Op(ops.Lt(), sumAll(b, x[0]), ops.Scalar(b, 1, tensor.F64))
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		c := b.Op1(ops.Gt(), sumAll(b, x[0]), ops.Scalar(b, 0, tensor.F64))
		y := b.Region(ops.If{}, []*ir.Func{side(ops.Sin()), side(ops.Cos())}, c, x[0], x[1])
		z := b.Region(ops.While{Carried: 2}, []*ir.Func{cond, side(ops.Exp())}, x[0], x[1])
		return []ir.Value{y[1], z[0]}
	})
	g, counts := runPass(t, f, dce)
	same(t, f, g, 0)
	require.Equal(t, 2, counts["DropOperand"])
	require.Equal(t, 2, counts["DropResult"])
}

func TestExpand(t *testing.T) {
	sq := fn(t, "sq", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value { return b.Op(ops.Mul(), x[0], x[0]) })
	sq.Public, sq.Composite = false, "sq"
	f := fn(t, "f", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Call{}, []*ir.Func{sq}, b.Region(ops.Call{}, []*ir.Func{sq}, x[0])[0])
	})
	g, counts := optimized(t, f, Options{})
	require.Equal(t, 2, counts["OpenCall"])
	require.Zero(t, countOps(g, "call"))
	same(t, f, g, 0)
	g, counts = optimized(t, f, Options{Keep: func(f *ir.Func) bool { return f.Composite == "sq" }})
	require.Zero(t, counts["OpenCall"])
	require.Equal(t, 2, countOps(g, "call"))
	same(t, f, g, 0)
}
