package compiler

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

// scanOf is a function that runs one scan over its arguments, in the order of the operands, and returns its results.
func scanOf(t *testing.T, op ops.Scan, args []ir.Type, body func(b *ir.Builder, x []ir.Value) []ir.Value) *ir.Func {
	t.Helper()
	types, err := op.BodyTypes(args)
	require.NoError(t, err)
	g := fn(t, "body", types, body)
	g.Public = false
	return fn(t, "f", args, func(b *ir.Builder, x []ir.Value) []ir.Value { return b.Region(op, []*ir.Func{g}, x...) })
}

// scanIn is the only scan of f.
func scanIn(t *testing.T, f *ir.Func) *ir.Node {
	t.Helper()
	var found *ir.Node
	for _, n := range f.Nodes {
		if _, ok := n.Op.(ops.Scan); ok {
			require.Nil(t, found)
			found = n
		}
	}
	require.NotNil(t, found)
	return found
}

func TestHoistBatch(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		op := ops.Scan{Trip: ir.Const(4), Carried: 1, Scanned: 1, Reverse: reverse}
		f := scanOf(t, op, []ir.Type{f64(2, 3), f64(4, 2, 5), f64(5, 3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
			i := ops.Spread(b, b.Op1(ops.Cast{To: tensor.F64}, x[0]), dims(2, 5))
			z := b.Op1(ops.MatMul{}, b.Op1(ops.Mul(), b.Op1(ops.Sin(), x[2]), i), x[3])
			z = b.Op1(ops.Add(), z, ops.Spread(b, x[4], dims(2, 3)))
			return []ir.Value{b.Op1(ops.Sin(), b.Op1(ops.Add(), x[1], z)), z}
		})
		g, counts := runPass(t, f, hoist)
		same(t, f, g, 1e-12)
		require.Equal(t, 2, counts["HoistBatch"], "the product and the bias behind it: %v", counts)
		g, _ = runPass(t, g, dce)
		n := scanIn(t, g)
		require.Zero(t, countOps(n.Funcs[0], "matmul"))
		require.Len(t, n.Types, 1, "what was stacked is what was hoisted")
		require.Len(t, n.In, 2, "the state and the product")
	}
}

func TestHoistInvariant(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 2}, []ir.Type{f64(3), f64(3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		handedOn, inv := x[2], x[3]
		e := b.Op1(ops.Exp(), b.Op1(ops.Mul(), inv, handedOn))
		return []ir.Value{b.Op1(ops.Add(), x[1], e), handedOn}
	})
	g, counts := runPass(t, f, hoist)
	same(t, f, g, 0)
	require.Equal(t, 2, counts["HoistInvariant"])
	require.Zero(t, countOps(scanIn(t, g).Funcs[0], "exp"))
}

// What depends on a carried value stays, and so does cheap work that nothing dear needs.
func TestHoistLeaves(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 1, Scanned: 1}, []ir.Type{f64(2, 2), f64(4, 2, 2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		h := b.Op1(ops.MatMul{}, x[1], b.Op1(ops.Sin(), x[2]))
		return []ir.Value{h}
	})
	_, counts := runPass(t, f, hoist)
	require.Empty(t, counts)
}

// Draws have no batched form: they and what needs them stay.
func TestHoistLeavesDraws(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 1}, []ir.Type{f64(2, 2), ir.T(tensor.Key), f64(2, 2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		k := b.Op1(ops.Fold{}, x[2], x[0])
		u := b.Op1(ops.Cast{To: tensor.F64}, b.Op1(ops.Uniform{Dims: ir.MakeDims(dims(2, 2)...)}, k))
		return []ir.Value{b.Op1(ops.Add(), x[1], b.Op1(ops.MatMul{}, u, x[3]))}
	})
	g, counts := runPass(t, f, hoist)
	require.Zero(t, counts["HoistBatch"])
	same(t, f, g, 0)
}

func TestSinkStack(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 1, Scanned: 1}, []ir.Type{f64(2, 3), f64(4, 2, 3), f64(3, 5)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		h := b.Op1(ops.Sin(), b.Op1(ops.Add(), x[1], x[2]))
		y := b.Op1(ops.Tanh(), b.Op1(ops.MatMul{}, b.Op1(ops.Mul(), h, x[2]), x[3]))
		return []ir.Value{h, y, b.Op1(ops.Cos(), h)}
	})
	g, counts := runPass(t, f, sink)
	same(t, f, g, 1e-12)
	require.Equal(t, 1, counts["SinkStack"], "cos(h) is not dear")
	g, _ = runPass(t, g, dce)
	require.Zero(t, countOps(scanIn(t, g).Funcs[0], "matmul"))
	require.Equal(t, 1, countOps(g, "matmul"))
}

func TestSinkSum(t *testing.T) {
	args := []ir.Type{f64(2, 3), f64(3, 3), f64(3, 3), f64(2), f64(4, 2, 3)}
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 4, Scanned: 1}, args, func(b *ir.Builder, x []ir.Value) []ir.Value {
		h, s, both, keep, slice := x[1], x[2], x[3], x[4], x[5]
		h2 := b.Op1(ops.Sin(), b.Op1(ops.Add(), h, slice))
		p := b.Op1(ops.MatMul{TransA: true}, h2, slice)
		q := b.Op1(ops.Transpose{Perm: ir.MakeInts(1, 0)}, b.Op1(ops.MatMul{TransA: true}, h, h2))
		return []ir.Value{
			h2,
			b.Op1(ops.Add(), p, s),
			b.Op1(ops.Add(), both, b.Op1(ops.Add(), p, q)),
			b.Op1(ops.Add(), keep, b.Op1(ops.Slice{Len: ir.Const(2)}, ops.ReshapeTo(b, h2, dims(6)...))),
		}
	})
	g, counts := runPass(t, f, sink)
	same(t, f, g, 1e-12)
	require.Equal(t, 2, counts["SinkSum"], "a sum of what is cheap stays")
	g, _ = runPass(t, g, dce)
	require.Equal(t, 2, scanIn(t, g).Op.(ops.Scan).Carried)
	g, counts = runPass(t, g, simplify)
	require.Equal(t, 3, counts["SumOfProducts"])
	same(t, f, g, 1e-12)
}

// A sum that the loop reads is no sum.
func TestSinkLeaves(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 1, Scanned: 1}, []ir.Type{f64(2, 2), f64(4, 2, 2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Add(), x[1], b.Op1(ops.MatMul{}, x[1], x[2]))}
	})
	_, counts := runPass(t, f, sink)
	require.Empty(t, counts)
}

// A length that the body alone knows keeps what has it in the body.
func TestHoistLeavesRunLengths(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 1}, []ir.Type{f64(2, 2), f64(2, 4), f64(4, 2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		b.Op1(ops.AsDim{Sym: "n", Hi: ir.Const(3), Bounded: true}, x[0])
		p := b.Op1(ops.MatMul{}, b.Op1(ops.Slice{Axis: 1, Len: ir.Sym("n")}, x[2]), b.Op1(ops.Slice{Len: ir.Sym("n")}, x[3]))
		return []ir.Value{b.Op1(ops.Add(), x[1], p)}
	})
	for _, pass := range []func(*run, *ir.Module) (*ir.Module, error){hoist, sink, dce} {
		g, _ := runPass(t, f, pass)
		same(t, f, g, 0)
	}
}

func TestHandedOnAndStackOfArg(t *testing.T) {
	f := scanOf(t, ops.Scan{Trip: ir.Const(4), Carried: 2, Scanned: 1, Reverse: true}, []ir.Type{f64(2), f64(2), f64(4, 2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{x[1], b.Op1(ops.Sin(), b.Op1(ops.Add(), x[1], x[2])), x[0], x[3], x[4], x[1], x[2]}
	})
	g, counts := runPass(t, f, hoist)
	same(t, f, g, 0)
	require.Equal(t, 1, counts["HandedOn"])
	require.Equal(t, 4, counts["StackOfArg"], "but not of what is carried")
	g, _ = runPass(t, g, dce)
	require.Equal(t, ops.Scan{Trip: ir.Const(4), Carried: 1, Reverse: true}, scanIn(t, g).Op)
}
