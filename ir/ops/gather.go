package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Gather picks along an axis by an index tensor: x, idx -> x[:Axis] ++ idx[Batch:] ++ x[Axis+1:] in dims. The first
// Batch axes of idx pair with those of x. An index outside the axis is an error of the call.
// (C1) Axis is one of x's. (C2) idx is of integers. (C3) 0 <= Batch <= Axis, and idx's first Batch dims are x's.
type Gather struct{ Axis, Batch int }

// Name implements [ir.Op].
func (Gather) Name() string { return "gather" }

// Infer implements [ir.Op].
func (o Gather) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	dims, err := gatherDims(in[0], in[1], o.Axis, o.Batch)
	if err != nil {
		return nil, err
	}
	return tensorType(in[0].DType, dims...)
}

// gatherDims checks x, idx, axis and batch and gives the dims of the gather's result.
func gatherDims(x, idx ir.Type, axis, batch int) ([]ir.Dim, error) {
	if !hasAxis(x, axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, axis)
	}
	if !idx.DType.IsInt() { // C2
		return nil, fmt.Errorf("indices are %v, not integers", idx)
	}
	if batch < 0 || batch > axis || batch > idx.Rank() || !sameDims(x.Dims()[:batch], idx.Dims()[:batch]) { // C3
		return nil, fmt.Errorf("%d axes of indices %v don't pair with those of %v before axis %d", batch, idx, x, axis)
	}
	d := x.Dims()
	return cat(d[:axis], idx.Dims()[batch:], d[axis+1:]), nil
}

// Eval implements [ir.Evaler].
func (o Gather) Eval(in, out []tensor.Tensor) error {
	g, err := layGather(in[0], in[1], o.Axis, o.Batch)
	if err != nil {
		return err
	}
	x, y := in[0].Bytes(), out[0].Bytes()
	g.each(in[0].DType().Size(), func(at, update, n int) { copy(y[update:update+n], x[at:at+n]) })
	return nil
}

// gathering is a gather or scatter by sizes: x [batch, pairs, axis, chunk], idx [batch, per], the gather's result [batch,
// pairs, per, chunk].
type gathering struct {
	batch, pairs, axis, chunk, per int
	idx                            []int64
}

// layGather reads the sizes and indices and refuses an index outside the axis.
func layGather(x, idx tensor.Tensor, axis, batch int) (gathering, error) {
	d := x.Dims()
	g := gathering{batch: product(d[:batch]), pairs: product(d[batch:axis]), axis: d[axis], chunk: product(d[axis+1:]),
		per: product(idx.Dims()[batch:]), idx: intsOf(idx)}
	for _, i := range g.idx {
		if i < 0 || i >= int64(g.axis) {
			return g, fmt.Errorf("index %d is outside axis %d of length %d", i, axis, g.axis)
		}
	}
	return g, nil
}

// each calls f for every chunk with its place in x and in the gather's result, and its length, all times size.
func (g gathering) each(size int, f func(at, update, n int)) {
	n := g.chunk * size
	for b := range g.batch {
		for p := range g.pairs {
			row := (b*g.pairs + p)
			for j := range g.per {
				f((row*g.axis+int(g.idx[b*g.per+j]))*n, (row*g.per+j)*n, n)
			}
		}
	}
}

// VJP implements [ir.VJPer].
func (o Gather) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{b.Op1(ScatterAdd(o), FullLike(b, 0, n.In[0]), n.In[1], dOut[0]), {}}
}

// Batch implements [ir.Batcher].
func (o Gather) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	switch {
	case !batched[1] && o.Batch == 0:
		return b.Op(Gather{Axis: o.Axis + 1}, in...)
	case !batched[0] && o.Batch == 0:
		return []ir.Value{MoveAxis(b, b.Op1(o, in...), o.Axis, 0)}
	}
	return b.Op(Gather{o.Axis + 1, o.Batch + 1}, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Gather) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Gather{0, 0}, In: types(f32(5, 3), i32(2, 2)), IntHi: 5}, {Op: Gather{1, 0}, In: types(f32(2, 4), i64(3)), IntHi: 4},
		{Op: Gather{1, 1}, In: types(f32(3, 4), i32(3)), IntHi: 4}, {Op: Gather{2, 1}, In: types(f32(2, 2, 4, 2), i32(2, 3)), IntHi: 4},
		{Op: Gather{0, 0}, In: types(f32(5, 3), i32()), IntHi: 5}, {Op: Gather{0, 0}, In: types(f32(5, 3), i32(0)), IntHi: 5},
	}
}
