package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Reshape has the elements of its operand, in row-major order, under other dims.
// (C1) the number of elements is proved to stay.
type Reshape struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (Reshape) Name() string { return "reshape" }

// Infer implements [ir.Op].
func (o Reshape) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Dims); err != nil {
		return nil, err
	}
	out := in[0].WithDims(o.Dims.Slice()...)
	if in[0].Numel() != out.Numel() { // C1
		return nil, fmt.Errorf("%v has %v elements, %v has %v", in[0], in[0].Numel(), out, out.Numel())
	}
	return one(out)
}

// Eval implements [ir.Evaler].
func (Reshape) Eval(in, out []tensor.Tensor) error { copyAll(out[0], in[0]); return nil }

// VJP implements [ir.VJPer].
func (Reshape) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{ReshapeTo(b, dOut[0], n.In[0].Type().Dims()...)}
}

// Batch implements [ir.Batcher].
func (o Reshape) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, size ir.Dim) []ir.Value {
	return b.Op(Reshape{ir.MakeDims(cat([]ir.Dim{size}, o.Dims.Slice())...)}, in...)
}

// Samples implements [ir.Sampler].
func (Reshape) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Reshape{ir.MakeDims(dimsOf(3, 4)...)}, In: types(f32(2, 6))}, {Op: Reshape{}, In: types(f32(1, 1))},
		{Op: Reshape{ir.MakeDims(ir.Sym("B").Mul(con(2)))}, In: types(ir.T(tensor.F32, con(2), ir.Sym("B"))), Env: map[string]int64{"B": 3}},
		{Op: Reshape{ir.MakeDims(dimsOf(0, 5)...)}, In: types(f32(3, 0))},
	}
}
