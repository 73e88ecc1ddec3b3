package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ScatterAdd adds updates into x at indices: x, idx, updates -> like x, where updates has the shape of what [Gather]
// with the same attributes takes from x. Repeated indices add up in ascending order of the updates. An index outside
// the axis is an error of the call.
// (C1) x is of numbers. (C2) x, idx and the attributes make a Gather. (C3) updates has x's dtype and the Gather's shape.
type ScatterAdd struct{ Axis, Batch int }

// Name implements [ir.Op].
func (ScatterAdd) Name() string { return "scatter_add" }

// Infer implements [ir.Op].
func (o ScatterAdd) Infer(in []ir.Type) ([]ir.Type, error) {
	if len(in) > 0 && !isNumber(in[0].DType) { // C1
		return nil, fmt.Errorf("%v can't be added to", in[0])
	}
	return scatterType(in, o.Axis, o.Batch)
}

// Scatter replaces elements of x at indices, as [ScatterAdd] adds to them. Of repeated indices the last update stays.
// (C1) x, idx and the attributes make a Gather. (C2) updates has x's dtype and the Gather's shape.
type Scatter struct{ Axis, Batch int }

// Name implements [ir.Op].
func (Scatter) Name() string { return "scatter" }

// Infer implements [ir.Op].
func (o Scatter) Infer(in []ir.Type) ([]ir.Type, error) { return scatterType(in, o.Axis, o.Batch) }

func scatterType(in []ir.Type, axis, batch int) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	dims, err := gatherDims(in[0], in[1], axis, batch)
	if err != nil {
		return nil, err
	}
	if in[2].DType != in[0].DType || !sameDims(in[2].Dims(), dims) {
		return nil, fmt.Errorf("updates are %v, should be %v of %v", in[2], dims, in[0].DType)
	}
	return one(in[0].WithDims(in[0].Dims()...))
}

// Eval implements [ir.Evaler].
func (o ScatterAdd) Eval(in, out []tensor.Tensor) error {
	g, err := layGather(in[0], in[1], o.Axis, o.Batch)
	if err != nil {
		return err
	}
	if !in[0].DType().IsFloat() {
		sum, v := intsOf(in[0]), intsOf(in[2])
		scatterAdd(g, sum, v)
		storeInts(out[0], sum)
		return nil
	}
	sum := floatsOf(in[0])
	scatterAdd(g, sum, floatsOf(in[2]))
	storeFloats(out[0], sum)
	return nil
}

func scatterAdd[T float64 | int64](g gathering, sum, v []T) {
	g.each(1, func(at, update, n int) {
		for i := range n {
			sum[at+i] += v[update+i]
		}
	})
}

// VJP implements [ir.VJPer].
func (o ScatterAdd) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{dOut[0], {}, b.Op1(Gather(o), dOut[0], n.In[1])}
}

// Batch implements [ir.Batcher].
func (o ScatterAdd) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(ScatterAdd{o.Axis + 1, o.Batch + 1}, lead(b, in, batched, size)...)
}

// Eval implements [ir.Evaler].
func (o Scatter) Eval(in, out []tensor.Tensor) error {
	g, err := layGather(in[0], in[1], o.Axis, o.Batch)
	if err != nil {
		return err
	}
	copyAll(out[0], in[0])
	y, v := out[0].Bytes(), in[2].Bytes()
	g.each(in[0].DType().Size(), func(at, update, n int) { copy(y[at:at+n], v[update:update+n]) })
	return nil
}

// VJP implements [ir.VJPer]. Of repeated indices only the update that stayed has a gradient: its number is scattered,
// and found again where it stayed.
func (o Scatter) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	idx, v := n.In[1], n.In[2].Type()
	dx := b.Op1(o, dOut[0], idx, Full(b, 0, v))
	number := ReshapeTo(b, b.Op1(Iota{N: v.Numel(), DType: tensor.I64}), v.Dims()...)
	stayed := b.Op1(o, Full(b, -1, n.In[0].Type().WithDType(tensor.I64)), idx, number)
	won := b.Op1(Eq(), b.Op1(Gather(o), stayed, idx), number)
	return []ir.Value{dx, {}, gated(b, won, b.Op1(Gather(o), dOut[0], idx))}
}

// Batch implements [ir.Batcher].
func (o Scatter) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(Scatter{o.Axis + 1, o.Batch + 1}, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (ScatterAdd) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: ScatterAdd{0, 0}, In: types(f32(4, 2), i32(3), f32(3, 2)), IntHi: 4},
		{Op: ScatterAdd{0, 0}, In: types(f32(4), i32(3), f32(3)), Data: []tensor.Tensor{tensor.Of([]float32{1, 2, 3, 4}),
			tensor.Of([]int32{1, 1, 3}), tensor.Of([]float32{5, 6, 7})}},
		{Op: ScatterAdd{1, 1}, In: types(f32(3, 4), i32(3, 2), f32(3, 2)), IntHi: 4}, {Op: ScatterAdd{1, 0}, In: types(i32(2, 3), i32(), i32(2)), IntHi: 3},
	}
}

// Samples implements [ir.Sampler].
func (Scatter) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Scatter{0, 0}, In: types(f32(4, 2), i32(3), f32(3, 2)), IntHi: 4},
		{Op: Scatter{0, 0}, In: types(f32(4), i32(3), f32(3)), Data: []tensor.Tensor{tensor.Of([]float32{1, 2, 3, 4}),
			tensor.Of([]int32{1, 1, 3}), tensor.Of([]float32{5, 6, 7})}},
		{Op: Scatter{1, 1}, In: types(f32(3, 4), i32(3, 2), f32(3, 2)), IntHi: 4},
	}
}
