package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Pad puts zeros before, after and (Interior of them) between the elements of an axis.
// (C1) Axis is one of the operand's. (C2) no count is negative.
type Pad struct {
	Axis          int
	Before, After ir.Dim
	Interior      int
}

// Name implements [ir.Op].
func (Pad) Name() string { return "pad" }

// Infer implements [ir.Op].
func (o Pad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	if isNegative(o.Before) || isNegative(o.After) || o.Interior < 0 { // C2
		return nil, fmt.Errorf("%v before, %v after, %d between", o.Before, o.After, o.Interior)
	}
	n := in[0].Dim(o.Axis)
	out := o.Before.Add(n).Add(o.After)
	if o.Interior > 0 && !n.Is(0) {
		out = out.Add(n.Sub(ir.Const(1)).Mul(ir.Const(int64(o.Interior))))
	}
	return one(withDim(in[0], o.Axis, out))
}

// Eval implements [ir.Evaler].
func (o Pad) Eval(in, out []tensor.Tensor) error {
	before, _ := o.Before.Int()
	clearAll(out[0])
	to := whole(out[0].Dims())
	to.off = int(before) * to.str[o.Axis]
	to.str[o.Axis] *= o.Interior + 1
	move(out[0], in[0], in[0].Dims(), to, whole(in[0].Dims()))
	return nil
}

// VJP implements [ir.VJPer].
func (o Pad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return b.Op(Slice{Axis: o.Axis, Start: o.Before, Len: n.In[0].Type().Dim(o.Axis), Step: o.Interior + 1}, dOut[0])
}

// Batch implements [ir.Batcher].
func (o Pad) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Pad) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Pad{Axis: 0, Before: con(1), After: con(2)}, In: types(f32(3))}, {Op: Pad{Axis: 1, Before: con(1), Interior: 2}, In: types(f32(2, 3))},
		{Op: Pad{Axis: 0, After: con(2), Interior: 1}, In: types(f32(0, 2))}, {Op: Pad{Axis: 0}, In: types(i32(1))},
	}
}
