package grad_test

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

// loop is a scan over x [T, n] that carries h [n] and takes w [n, n]; it stacks tanh of what it carries.
func loop(t *testing.T, trip int64, reverse bool) *ir.Func {
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(1, 3), f64(3), f64(3, 3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		i := ops.Spread(b, b.Op1(ops.Cast{To: tensor.F64}, x[0]), dims(1, 3))
		a := b.Op1(ops.Add(), b.Op1(ops.MatMul{}, x[1], x[3]), ops.ReshapeTo(b, x[2], dims(1, 3)...))
		h := b.Op1(ops.Tanh(), b.Op1(ops.Sub(), a, b.Op1(ops.Mul(), a, b.Op1(ops.Sin(), i))))
		return []ir.Value{h, b.Op1(ops.Sin(), b.Op1(ops.Mul(), h, a)), b.Op1(ops.MatMul{}, h, x[3])}
	})
	return fn(t, "f", []ir.Type{f64(trip, 3), f64(1, 3), f64(3, 3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		op := ops.Scan{Trip: ir.Const(trip), Carried: 1, Scanned: 1, Reverse: reverse}
		y := b.Region(op, []*ir.Func{body}, x[1], x[0], x[2])
		l := b.Op1(ops.Add(), sumAll(b, y[0]), sumAll(b, b.Op1(ops.Mul(), y[1], y[2])))
		return []ir.Value{b.Op1(ops.Exp(), ops.Scalar(b, 0, tensor.F64)), l}[1:]
	})
}

func TestScan(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		for _, trip := range []int64{0, 1, 4} {
			t.Run(fmt.Sprint(trip, reverse), func(t *testing.T) { check(t, loop(t, trip, reverse), 0, 1, 2) })
		}
	}
}

func TestScanSomeTargets(t *testing.T) {
	f := loop(t, 3, false)
	check(t, f, 0)
	check(t, f, 1)
	check(t, f, 2)
}

// penalty is the squared norm of f's gradient: its gradient is a gradient of a gradient.
func penalty(t *testing.T, f *ir.Func, wrt ...int) *ir.Func {
	return fn(t, f.Name+"_penalty", f.ArgTypes(), func(b *ir.Builder, x []ir.Value) []ir.Value {
		r := b.Region(ops.Grad{Wrt: ir.MakeInts(wrt...)}, []*ir.Func{f}, x...)
		l := r[0]
		for i := range wrt {
			l = b.Op1(ops.Add(), l, sumAll(b, b.Op1(ops.Mul(), r[1+i], r[1+i])))
		}
		return []ir.Value{l}
	})
}

func TestGradOfGradOfScan(t *testing.T) { check(t, penalty(t, loop(t, 3, false), 0, 2), 0, 1, 2) }

// A scan in a scan: the inner one's stacks are the outer one's residuals.
func TestNestedScan(t *testing.T) {
	inner := fn(t, "inner", []ir.Type{ir.T(tensor.I32), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Sin(), b.Op1(ops.Add(), b.Op1(ops.Mul(), x[1], x[2]), x[2]))}
	})
	outer := fn(t, "outer", []ir.Type{ir.T(tensor.I32), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Region(ops.Scan{Trip: ir.Const(3), Carried: 1}, []*ir.Func{inner}, x[1], x[2])
		return []ir.Value{b.Op1(ops.Mul(), y[0], x[2])}
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Region(ops.Scan{Trip: ir.Const(2), Carried: 1}, []*ir.Func{outer}, x...)
		return []ir.Value{sumAll(b, y[0])}
	})
	check(t, f, 0, 1)
}

// A gradient inside the body of a differentiated loop, as in an attack that trains.
func TestGradInsideScan(t *testing.T) {
	inner := fn(t, "e", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Op1(ops.Sin(), b.Op1(ops.Mul(), x[0], x[1])))}
	})
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		r := b.Region(ops.Grad{Wrt: ir.MakeInts(0)}, []*ir.Func{inner}, x[1], x[2])
		return []ir.Value{b.Op1(ops.Sub(), x[1], r[1])}
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Region(ops.Scan{Trip: ir.Const(3), Carried: 1}, []*ir.Func{body}, x...)
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), y[0], x[1]))}
	})
	check(t, f, 0, 1)
}

// whileLoop doubles and bends x while the sum of its squares is under 20.
func whileLoop(t *testing.T, bounded bool) *ir.Func {
	cond := fn(t, "cond", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Lt(), sumAll(b, b.Op1(ops.Mul(), x[0], x[0])), ops.Scalar(b, 20, tensor.F64))}
	})
	body := fn(t, "body", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Op1(ops.Add(), b.Op1(ops.Add(), x[0], x[0]), b.Op1(ops.Sin(), b.Op1(ops.Mul(), x[0], x[1])))
		return []ir.Value{y}
	})
	return fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		op := ops.While{Carried: 1, Bounded: bounded}
		if bounded {
			op.Max = ir.Const(9)
		}
		y := b.Region(op, []*ir.Func{cond, body}, x...)
		return []ir.Value{sumAll(b, b.Op1(ops.Sin(), y[0]))}
	})
}

func TestWhile(t *testing.T) {
	in := []tensor.Tensor{tensor.Of([]float64{0.3, 0.7}), tensor.Of([]float64{0.2, -0.4})}
	checkAt(t, whileLoop(t, true), in, 0, 1)
	_, err := grad.Module(&ir.Module{Funcs: []*ir.Func{gradOf(t, whileLoop(t, false), 0)}}, grad.Options{})
	var d *diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.Equal(t, diag.GradUnbounded, d.Code)
}

func TestWhileInterpreted(t *testing.T) { // an unbounded one runs
	run(t, whileLoop(t, false), tensor.Of([]float64{0.3, 0.7}), tensor.Of([]float64{0.2, -0.4}))
}

func branch(t *testing.T) *ir.Func {
	side := func(op ir.Op) *ir.Func {
		return fn(t, "side", []ir.Type{f64(3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
			return []ir.Value{b.Op1(op, b.Op1(ops.Mul(), x[0], x[1])), x[0]}
		})
	}
	return fn(t, "f", []ir.Type{f64(3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		c := b.Op1(ops.Gt(), sumAll(b, x[0]), ops.Scalar(b, 0, tensor.F64))
		y := b.Region(ops.If{}, []*ir.Func{side(ops.Sin()), side(ops.Exp())}, c, x[0], x[1])
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), y[0], y[1]))}
	})
}

func TestIf(t *testing.T) {
	for _, s := range []float64{1, -1} {
		in := []tensor.Tensor{tensor.Of([]float64{s, 0.5 * s, 0.1}), tensor.Of([]float64{0.2, -0.4, 0.3})}
		checkAt(t, branch(t), in, 0, 1)
		checkAt(t, penalty(t, branch(t), 0), in, 0, 1)
	}
}

// What a checkpoint inside a loop needs is computed again in the reverse loop.
func TestCheckpointInScan(t *testing.T) {
	step := fn(t, "step", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Tanh(), b.Op1(ops.Exp(), b.Op1(ops.Mul(), x[0], x[1])))}
	})
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Call{Checkpoint: true}, []*ir.Func{step}, x[1:]...)
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Region(ops.Scan{Trip: ir.Const(3), Carried: 1}, []*ir.Func{body}, x...)[0])}
	})
	check(t, f, 0, 1)
	g := lowered(t, gradOf(t, f, 0, 1))
	for _, n := range g.Nodes {
		if op, ok := n.Op.(ops.Scan); ok && !op.Reverse {
			require.Len(t, n.Types, 2, "the forward loop stacks its carried value alone:\n%s", ir.PrintFunc(g))
		}
	}
}

// A loop over a number of the run has no bound for what it would stack.
func TestScanOfUnknownLength(t *testing.T) {
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Sin(), x[1])}
	})
	f := func(bounded bool) *ir.Func {
		return fn(t, "f", []ir.Type{f64(2), ir.T(tensor.I32)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
			b.Op1(ops.AsDim{Sym: "n", Hi: ir.Const(9), Bounded: bounded}, x[1])
			return []ir.Value{sumAll(b, b.Region(ops.Scan{Trip: ir.Sym("n"), Carried: 1}, []*ir.Func{body}, x[0])[0])}
		})
	}
	_, err := grad.Module(&ir.Module{Funcs: []*ir.Func{gradOf(t, f(false), 0)}}, grad.Options{})
	var d *diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.Equal(t, diag.GradUnbounded, d.Code)
	checkAt(t, f(true), []tensor.Tensor{tensor.Of([]float64{0.3, 0.7}), tensor.Scalar(int32(3))}, 0)
}

// The last round's carried value comes from an invariant, and no round reads the one before.
func TestScanCarriesAnInvariant(t *testing.T) {
	body := fn(t, "body", []ir.Type{ir.T(tensor.I32), f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Sin(), x[2]), x[2]}
	})
	f := fn(t, "f", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		y := b.Region(ops.Scan{Trip: ir.Const(3), Carried: 1}, []*ir.Func{body}, x...)
		return []ir.Value{b.Op1(ops.Add(), sumAll(b, y[0]), sumAll(b, y[1]))}
	})
	check(t, f, 0, 1)
}
