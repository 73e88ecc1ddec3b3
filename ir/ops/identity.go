package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// StopGradient is its operand; no gradient flows through it.
type StopGradient struct{}

// Name implements [ir.Op].
func (StopGradient) Name() string { return "stop_gradient" }

// Infer implements [ir.Op].
func (StopGradient) Infer(in []ir.Type) ([]ir.Type, error) { return identity(in) }

// Again is its operand, to be computed again: common subexpressions are never merged through it.
type Again struct{}

// Name implements [ir.Op].
func (Again) Name() string { return "again" }

// Infer implements [ir.Op].
func (Again) Infer(in []ir.Type) ([]ir.Type, error) { return identity(in) }

func identity(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	return one(in[0])
}

// Eval implements [ir.Evaler].
func (StopGradient) Eval(in, out []tensor.Tensor) error { copyAll(out[0], in[0]); return nil }

// Eval implements [ir.Evaler].
func (Again) Eval(in, out []tensor.Tensor) error { copyAll(out[0], in[0]); return nil }

// VJP implements [ir.VJPer]: no gradient flows.
func (StopGradient) VJP(*ir.Builder, *ir.Node, []ir.Value) []ir.Value { return []ir.Value{{}} }

// VJP implements [ir.VJPer].
func (Again) VJP(_ *ir.Builder, _ *ir.Node, dOut []ir.Value) []ir.Value { return dOut[:1] }

// Batch implements [ir.Batcher].
func (o StopGradient) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Batch implements [ir.Batcher].
func (o Again) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (StopGradient) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: StopGradient{}, In: types(f32(3)), NoGrad: true},
	}
}

// Samples implements [ir.Sampler].
func (Again) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Again{}, In: types(f32(3))}, {Op: Again{}, In: types(mask(2))},
	}
}
