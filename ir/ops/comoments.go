package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Comoments are what the gradient of a norm needs of g, the gradient of its result, over all axes but the first Lead and one more: g and x
// [lead..., ..., C, ...], at [lead..., C] -> [lead..., 2, C], the sums of g, then those of g (x - at).
// (C1) Axis is one of the operand's, behind the first Lead. (C2) g is of floats. (C3) x is as g, and at has an element for each place along
// the leading axes and Axis.
type Comoments struct{ Axis, Lead int }

// Name implements [ir.Op].
func (Comoments) Name() string { return "comoments" }

// Infer implements [ir.Op].
func (o Comoments) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	t, err := pairOfRows(in[0], o.Axis, o.Lead) // C1, C2
	if err != nil {
		return nil, err
	}
	g, x, at := in[0].WithLayout(ir.RowMajor), in[1].WithLayout(ir.RowMajor), in[2].WithLayout(ir.RowMajor)
	if x != g || at != ir.T(g.DType, cat(g.Dims()[:o.Lead], []ir.Dim{g.Dim(o.Axis)})...) { // C3
		return nil, fmt.Errorf("%v and %v don't go with %v", x, at, g)
	}
	return t, nil
}

// Eval implements [ir.Evaler].
func (o Comoments) Eval(in, out []tensor.Tensor) error {
	g, x, at := floatsOf(in[0]), floatsOf(in[1]), floatsOf(in[2])
	p := placesOf(in[0], o.Axis, o.Lead)
	y := make([]float64, out[0].Len())
	p.each(func(first, c, i int) {
		y[first] += g[i]
		y[first+p.n] += g[i] * (x[i] - at[c])
	})
	storeFloats(out[0], y)
	return nil
}

// VJP implements [ir.VJPer]: dg = d0 + d1 (x - at), dx = d1 g, dat = -d1 sum(g).
func (o Comoments) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	g, x, at := n.In[0], n.In[1], n.In[2]
	along := func(v ir.Value) ir.Value { return BroadcastTo(b, v, g.Type().Dims(), keptAxes(o.Axis, o.Lead)) }
	d0, d1 := rowsOf(b, dOut[0])
	sum, _ := rowsOf(b, n.Value(0))
	wide := along(d1)
	dg := b.Op1(Add(), along(d0), b.Op1(Mul(), wide, b.Op1(Sub(), x, along(at))))
	return []ir.Value{dg, b.Op1(Mul(), wide, g), b.Op1(Neg(), b.Op1(Mul(), d1, sum))}
}

// Batch implements [ir.Batcher].
func (o Comoments) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(Comoments{o.Axis + 1, o.Lead + 1}, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Comoments) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Comoments{0, 0}, In: types(f32(3), f32(3), f32(3))}, {Op: Comoments{1, 0}, In: types(f32(4, 3), f32(4, 3), f32(3))},
		{Op: Comoments{1, 0}, In: types(f32(2, 3, 2, 2), f32(2, 3, 2, 2), f32(3))}, {Op: Comoments{1, 1}, In: types(f32(2, 3, 2), f32(2, 3, 2), f32(2, 3))},
		{Op: Comoments{2, 1}, In: types(f32(2, 3, 2, 2), f32(2, 3, 2, 2), f32(2, 2))}, {Op: Comoments{1, 0}, In: types(f32(0, 3), f32(0, 3), f32(3))},
	}
}
