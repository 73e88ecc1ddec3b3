package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Broadcast repeats its operand along new axes and axes of length 1: axis i of the operand becomes axis Axes[i] of the
// result, whose dims are Dims. After broadcast_in_dim in the StableHLO specification.
// (C1) one entry of Axes for each axis of the operand, ascending, below the result's rank. (C2) each axis has the
// result's length there, or is 1.
type Broadcast struct {
	Dims ir.Dims
	Axes ir.Ints
}

// Name implements [ir.Op].
func (Broadcast) Name() string { return "broadcast" }

// Infer implements [ir.Op].
func (o Broadcast) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Dims); err != nil {
		return nil, err
	}
	out := in[0].WithDims(o.Dims.Slice()...)
	axes := o.Axes.Slice()
	if _, ok := axesOf(out, axes); !ok || len(axes) != in[0].Rank() { // C1
		return nil, fmt.Errorf("axes %v don't lay %v into %v", axes, in[0], out)
	}
	for i, a := range axes {
		if d := in[0].Dim(i); d != out.Dim(a) && !d.Is(1) { // C2
			return nil, fmt.Errorf("axis %d of %v can't become axis %d of %v", i, in[0], a, out)
		}
	}
	return one(out)
}

// Eval implements [ir.Evaler].
func (o Broadcast) Eval(in, out []tensor.Tensor) error {
	x, dims := in[0], out[0].Dims()
	from := place{str: make([]int, len(dims))}
	steps := whole(x.Dims())
	for i, a := range o.Axes.Slice() {
		if x.Dim(i) == dims[a] {
			from.str[a] = steps.str[i]
		}
	}
	move(out[0], x, dims, whole(dims), from)
	return nil
}

// VJP implements [ir.VJPer].
func (o Broadcast) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{SumTo(b, dOut[0], n.In[0].Type(), o.Axes.Slice())}
}

// Batch implements [ir.Batcher].
func (o Broadcast) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, size ir.Dim) []ir.Value {
	axes := append([]int{0}, behind(o.Axes).Slice()...)
	return b.Op(Broadcast{Dims: ir.MakeDims(cat([]ir.Dim{size}, o.Dims.Slice())...), Axes: ir.MakeInts(axes...)}, in...)
}

// Samples implements [ir.Sampler].
func (Broadcast) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Broadcast{ir.MakeDims(dimsOf(2, 3)...), ir.Ints{}}, In: types(f32())},
		{Op: Broadcast{ir.MakeDims(dimsOf(4, 2, 3)...), ir.MakeInts(1, 2)}, In: types(f32(1, 3))},
		{Op: Broadcast{ir.MakeDims(ir.Sym("B"), con(3)), ir.MakeInts(1)}, In: types(f32(3)), Env: map[string]int64{"B": 2}},
		{Op: Broadcast{ir.MakeDims(dimsOf(0, 3)...), ir.MakeInts(0)}, In: types(f32(1))},
		{Op: Broadcast{ir.MakeDims(dimsOf(3, 2)...), ir.MakeInts(0)}, In: types(f32(3))},
		{Op: Broadcast{ir.MakeDims(dimsOf(1, 1)...), ir.MakeInts(1)}, In: types(f32(1))},
	}
}
