package compiler

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

// grower makes random graphs over 3 x 3 matrices, with loops, branches, calls and gradients in them. All it makes is
// smooth but for max and branches, whose kinks random numbers do not meet.
type grower struct {
	t *testing.T
	r *rand.Rand
}

// grow adds n values to pool and returns it; depth bounds the nesting of regions.
func (g *grower) grow(b *ir.Builder, pool []ir.Value, n, depth int) []ir.Value {
	for range n {
		pool = append(pool, g.value(b, pool, depth))
	}
	return pool
}

func (g *grower) pick(pool []ir.Value) ir.Value { return pool[g.r.IntN(len(pool))] }

func (g *grower) value(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	x, y := g.pick(pool), g.pick(pool)
	makers := []func() ir.Value{
		func() ir.Value { return b.Op1(ops.Sin(), b.Op1(ops.Add(), x, y)) },
		func() ir.Value { return b.Op1(ops.Tanh(), b.Op1(ops.Mul(), x, y)) },
		func() ir.Value { return b.Op1(ops.Sigmoid(), b.Op1(ops.Sub(), x, b.Op1(ops.Neg(), y))) },
		func() ir.Value { return b.Op1(ops.Max(), x, ops.FullLike(b, 0.1, x)) },
		func() ir.Value { return b.Op1(ops.Select{}, b.Op1(ops.Gt(), x, y), x, b.Op1(ops.Cos(), y)) },
		func() ir.Value { return b.Op1(ops.Transpose{Perm: ir.MakeInts(1, 0)}, x) },
		func() ir.Value {
			return ops.Expand(b, b.Op1(ops.ReduceSum(1), b.Op1(ops.Sin(), x)), dims(3, 3), []int{1})
		},
		func() ir.Value {
			top := b.Op1(ops.Slice{Len: ir.Const(2)}, x)
			return b.Op1(ops.Concat{}, b.Op1(ops.Slice{Start: ir.Const(1), Len: ir.Const(1)}, y), top)
		},
		func() ir.Value { return g.product(b, x, y) },
		func() ir.Value { return g.product(b, x, y) },
	}
	if depth > 0 {
		makers = append(makers,
			func() ir.Value { return g.scan(b, pool, depth-1) },
			func() ir.Value { return g.scan(b, pool, depth-1) },
			func() ir.Value { return g.branch(b, pool, depth-1) },
			func() ir.Value { return g.while(b, pool, depth-1) },
			func() ir.Value { return g.call(b, pool, depth-1) },
			func() ir.Value { return g.gradient(b, pool, depth-1) },
		)
	}
	return makers[g.r.IntN(len(makers))]()
}

func (g *grower) product(b *ir.Builder, x, y ir.Value) ir.Value {
	op := ops.MatMul{TransA: g.r.IntN(2) == 0, TransB: g.r.IntN(2) == 0}
	return b.Op1(ops.Sin(), b.Op1(op, x, y))
}

// region makes a function of the given types whose matrices feed random work; its results are of the last values.
func (g *grower) region(types []ir.Type, results, depth int) *ir.Func {
	return fn(g.t, "region", types, func(b *ir.Builder, x []ir.Value) []ir.Value {
		var pool []ir.Value
		for _, v := range x {
			if v.Type() == f64(3, 3) {
				pool = append(pool, v)
			}
		}
		pool = g.grow(b, pool, 2+g.r.IntN(4), depth)
		out := make([]ir.Value, results)
		for i := range out {
			out[i] = pool[len(pool)-1-g.r.IntN(min(3, len(pool)))]
		}
		return out
	})
}

func (g *grower) scan(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	op := ops.Scan{Trip: ir.Const(int64(g.r.IntN(4))), Carried: 1 + g.r.IntN(2), Scanned: g.r.IntN(2), Reverse: g.r.IntN(2) == 0}
	var in []ir.Value
	for range op.Carried {
		in = append(in, g.pick(pool))
	}
	for range op.Scanned {
		lead := ops.Lead(b, g.pick(pool), op.Trip)
		in = append(in, b.Op1(ops.Mul(), lead, lead))
	}
	for range g.r.IntN(3) {
		in = append(in, g.pick(pool))
	}
	types := make([]ir.Type, len(in))
	for i, v := range in {
		types[i] = v.Type()
	}
	args, err := op.BodyTypes(types)
	require.NoError(g.t, err)
	out := b.Region(op, []*ir.Func{g.region(args, op.Carried+1, depth)}, in...)
	stacked := b.Op1(ops.ReduceSum(0), out[op.Carried])
	return b.Op1(ops.Sin(), b.Op1(ops.Add(), out[g.r.IntN(op.Carried)], stacked))
}

func (g *grower) branch(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	c := b.Op1(ops.Gt(), sumAll(b, g.pick(pool)), ops.Scalar(b, 0.3, tensor.F64))
	types := []ir.Type{f64(3, 3), f64(3, 3)}
	return b.Region(ops.If{}, []*ir.Func{g.region(types, 1, depth), g.region(types, 1, depth)}, c, g.pick(pool), g.pick(pool))[0]
}

func (g *grower) while(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	types := []ir.Type{f64(3, 3), f64(3, 3)}
	cond := fn(g.t, "cond", types, func(b *ir.Builder, x []ir.Value) []ir.Value {
		return []ir.Value{b.Op1(ops.Lt(), sumAll(b, x[0]), ops.Scalar(b, 1.3, tensor.F64))}
	})
	op := ops.While{Carried: 1, Max: ir.Const(2), Bounded: true}
	return b.Region(op, []*ir.Func{cond, g.region(types, 1, depth)}, g.pick(pool), g.pick(pool))[0]
}

func (g *grower) call(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	f := g.named(g.region([]ir.Type{f64(3, 3), f64(3, 3)}, 1, depth))
	return b.Region(ops.Call{Checkpoint: g.r.IntN(2) == 0}, []*ir.Func{f}, g.pick(pool), g.pick(pool))[0]
}

// gradient is the gradient of a random function, as a value like others.
func (g *grower) gradient(b *ir.Builder, pool []ir.Value, depth int) ir.Value {
	f := g.named(fn(g.t, "", []ir.Type{f64(3, 3), f64(3, 3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		all := g.grow(b, x, 3, depth)
		y := b.Op1(ops.Add(), all[len(all)-1], b.Op1(ops.Mul(), x[0], x[1]))
		return []ir.Value{sumAll(b, y)}
	}))
	return b.Region(ops.Grad{Wrt: ir.MakeInts(0)}, []*ir.Func{f}, g.pick(pool), g.pick(pool))[1]
}

// named gives a function that is referred to a name of its own.
func (g *grower) named(f *ir.Func) *ir.Func {
	f.Public = false
	f.Name = "f" + string(rune('a'+g.r.IntN(26))) + string(rune('a'+g.r.IntN(26))) + string(rune('a'+g.r.IntN(26)))
	return f
}

func (g *grower) function() *ir.Func {
	return fn(g.t, "loss", []ir.Type{f64(3, 3), f64(3, 3)}, func(b *ir.Builder, x []ir.Value) []ir.Value {
		pool := g.grow(b, x, 3+g.r.IntN(5), 2)
		y := b.Op1(ops.Add(), pool[len(pool)-1], b.Op1(ops.Mul(), x[0], x[1]))
		return []ir.Value{sumAll(b, y)}
	})
}

// holdRandom grows a function from the seed and holds the whole pipeline to the graph whose gradients alone are worked
// out, and these to finite differences.
func holdRandom(t *testing.T, seed uint64, differences bool) {
	g := &grower{t, rand.New(rand.NewPCG(seed, 0))}
	loss := g.function()
	f := gradOf(t, loss, 0, 1)
	want := withoutGrad(t, f)
	m, err := Optimize(module(f), Options{Shuffle: seed, After: func(_ string, m *ir.Module) {
		text := ir.Print(m)
		require.Equal(t, text, ir.Print(parseGraph(t, text)), "what was printed reads back")
	}})
	require.NoError(t, err)
	got := m.Funcs[0]
	same(t, want, got, 1e-9)
	if !differences {
		return
	}
	in := random(t, f, 0)
	plain := withoutGrad(t, loss)
	value := func() float64 {
		out, err := interp.Run(context.Background(), plain, in)
		require.NoError(t, err)
		return out[0].Float(0)
	}
	out, err := interp.Run(context.Background(), got, in)
	require.NoError(t, err)
	for k, x := range in {
		for e := range x.Len() {
			const h = 1e-5
			v := x.Float(e)
			x.SetFloat(e, v+h)
			up := value()
			x.SetFloat(e, v-h)
			down := value()
			x.SetFloat(e, v)
			d := (up - down) / (2 * h)
			require.InDelta(t, d, out[1+k].Float(e), 1e-4*(1+math.Abs(d)), "seed %d, argument %d, element %d", seed, k, e)
		}
	}
}

func TestRandomGraphs(t *testing.T) {
	n := uint64(60)
	if testing.Short() {
		n = 10
	}
	for seed := range n {
		holdRandom(t, seed, true)
	}
}

func FuzzPipeline(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { holdRandom(t, seed, false) })
}
