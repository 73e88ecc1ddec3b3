package grad_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

func mlp(b *ir.Builder, x []ir.Value) []ir.Value {
	h := b.Op1(ops.Tanh(), b.Op1(ops.MatMul{}, x[0], x[1]))
	y := b.Op1(ops.MatMul{}, b.Op1(ops.Mul(), h, h), x[2])
	return []ir.Value{sumAll(b, b.Op1(ops.Mul(), y, y))}
}

func TestStraightLine(t *testing.T) {
	check(t, fn(t, "f", []ir.Type{f64(3, 4), f64(4, 5), f64(5, 2)}, mlp), 0, 1, 2)
}

func TestSameArgumentTwice(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), x[0], b.Op1(ops.Exp(), x[1])))}
	})
	g := fn(t, "g", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return b.Region(ops.Grad{Wrt: ir.MakeInts(0)}, []*ir.Func{f}, x[0], x[0])
	})
	out := run(t, g, tensor.Of([]float64{0, 0, 0}))
	require.Equal(t, []float64{1, 1, 1}, tensor.Data[float64](out[1])) // exp(0), not exp(0) + 0*exp(0)
}

func TestUnreachedTargetIsZero(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(2), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, x[0])}
	})
	out := run(t, gradOf(t, f, 0, 1), tensor.Of([]float64{1, 2}), tensor.Of([]float64{1, 2, 3}))
	require.Equal(t, []float64{1, 1}, tensor.Data[float64](out[1]))
	require.Equal(t, []float64{0, 0, 0}, tensor.Data[float64](out[2]))
}

func TestNothingReached(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(2), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Op1(ops.StopGradient{}, x[1]))}
	})
	_, err := grad.Module(&ir.Module{Funcs: []*ir.Func{gradOf(t, f, 0, 1)}}, grad.Options{})
	require.ErrorContains(t, err, "none of the targets can be reached")
}

func TestStopGradient(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), x[0], b.Op1(ops.StopGradient{}, x[0])))}
	})
	out := run(t, gradOf(t, f, 0), tensor.Of([]float64{3, 4}))
	require.Equal(t, []float64{3, 4}, tensor.Data[float64](out[1]))
}

// A write leaves the function once and is a constant to whoever differentiates again.
func TestWritesAreConstants(t *testing.T) {
	b := ir.NewFunc("f")
	x := b.Arg("x", ir.Input, f64(2))
	s := b.Arg("s", ir.State, f64(2))
	b.Out("loss", sumAll(b, b.Op1(ops.Mul(), x, s)))
	b.Write("s", b.Op1(ops.Add(), s, x))
	f, err := b.Done()
	require.NoError(t, err)
	outer := fn(t, "outer", []ir.Type{f64(2), f64(2)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		r := b.Region(ops.Grad{Wrt: ir.MakeInts(0)}, []*ir.Func{f}, x...)
		return []ir.Value{sumAll(b, b.Op1(ops.Add(), r[1], x[0])), r[1]}
	})
	out := run(t, gradOf(t, outer, 0), tensor.Of([]float64{1, 2}), tensor.Of([]float64{5, 6}))
	require.Equal(t, []float64{6, 8}, tensor.Data[float64](out[1]))
	require.Equal(t, []float64{1, 1}, tensor.Data[float64](out[2]))
}

func TestGradOfGrad(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(3, 4), f64(4, 5), f64(5, 2)}, mlp)
	g := fn(t, "g", f.ArgTypes(), func(b *ir.Builder, x []ir.Value) []ir.Value {
		r := b.Region(ops.Grad{Wrt: ir.MakeInts(0, 1)}, []*ir.Func{f}, x...)
		return []ir.Value{b.Op1(ops.Add(), sumAll(b, b.Op1(ops.Mul(), r[1], r[1])), sumAll(b, b.Op1(ops.Sin(), r[2])))}
	})
	check(t, g, 0, 1, 2)
}

func TestCallsAreOpened(t *testing.T) {
	sq := fn(t, "sq", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Mul(), x[0], x[0])}
	})
	for _, checkpoint := range []bool{false, true} {
		f := fn(t, "f", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
			y := b.Region(ops.Call{Checkpoint: checkpoint}, []*ir.Func{sq}, b.Op1(ops.Sin(), x[0]))
			return []ir.Value{sumAll(b, b.Op1(ops.Exp(), y[0]))}
		})
		check(t, f, 0)
	}
}

// The gradient composite is called where there is one: here a wrong one, to see it.
func TestGradientComposite(t *testing.T) {
	sq := fn(t, "sq", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Mul(), x[0], x[0])}
	})
	sqGrad := fn(t, "sq_grad", []ir.Type{f64(3), f64(3), f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Add(), x[1], x[2])}
	})
	f := fn(t, "f", []ir.Type{f64(3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{sumAll(b, b.Region(ops.Call{}, []*ir.Func{sq}, x[0])[0])}
	})
	o := grad.Options{Composite: func(f *ir.Func) *ir.Func {
		if f.Name == "sq" {
			return sqGrad
		}
		return nil
	}}
	m, err := grad.Module(&ir.Module{Funcs: []*ir.Func{gradOf(t, f, 0)}}, o)
	require.NoError(t, err)
	out := run(t, m.Funcs[0], tensor.Of([]float64{1, 2, 3}))
	require.Equal(t, []float64{2, 5, 10}, tensor.Data[float64](out[1])) // y + dy
}

func TestGather(t *testing.T) {
	f := fn(t, "f", []ir.Type{f64(5, 3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		idx := b.Op1(ops.Iota{N: ir.Const(3), DType: tensor.I32})
		y := b.Op1(ops.Gather{}, x[0], idx)
		return []ir.Value{sumAll(b, b.Op1(ops.Mul(), y, b.Op1(ops.Exp(), y)))}
	})
	check(t, f, 0)
}
