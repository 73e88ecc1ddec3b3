package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Relayout is its operand, laid out otherwise: the elements and what they mean stay. Tensors of the interpreter are
// always row-major, so there it is an identity.
// (C1) the layout fits the rank: NHWC needs 3 axes or more, Panels16 exactly 2.
type Relayout struct{ To ir.Layout }

// Name implements [ir.Op].
func (Relayout) Name() string { return "relayout" }

// Infer implements [ir.Op].
func (o Relayout) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if o.To == ir.NHWC && in[0].Rank() < 3 || o.To == ir.Panels16 && in[0].Rank() != 2 { // C1
		return nil, fmt.Errorf("%v can't be laid out as %v", in[0], o.To)
	}
	return one(in[0].WithLayout(o.To))
}

// Eval implements [ir.Evaler].
func (Relayout) Eval(in, out []tensor.Tensor) error {
	copy(out[0].Bytes(), in[0].Bytes())
	return nil
}

// VJP implements [ir.VJPer].
func (Relayout) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{b.Op1(Relayout{n.In[0].Type().Layout}, dOut[0])}
}

// Samples implements [ir.Sampler].
func (Relayout) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Relayout{ir.NHWC}, In: types(f32(2, 3, 4))},
		{Op: Relayout{ir.Panels16}, In: types(f32(3, 17))},
		{Op: Relayout{ir.RowMajor}, In: types(f32(2, 3))},
	}
}
