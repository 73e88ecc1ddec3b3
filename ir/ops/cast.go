package ops

import (
	"math"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Cast converts each element to another dtype: floats are rounded to nearest even; floats become integers towards zero,
// stopping at the ends of the range, NaN is 0; integers become narrower by their lower bits; to bool is != 0.
// (C1) To is a dtype that holds numbers or bools. (C2) a key can't be converted.
type Cast struct{ To ir.DType }

// Name implements [ir.Op].
func (Cast) Name() string { return "cast" }

// Infer implements [ir.Op].
func (o Cast) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !o.To.Valid() || o.To == tensor.Key { // C1
		return nil, fmt.Errorf("no conversion to %v", o.To)
	}
	if in[0].DType == tensor.Key { // C2
		return nil, fmt.Errorf("no conversion of a key")
	}
	return one(in[0].WithDType(o.To))
}

// Eval implements [ir.Evaler].
func (o Cast) Eval(in, out []tensor.Tensor) error {
	x, y := in[0], out[0]
	switch {
	case x.DType() == y.DType():
		copyAll(y, x)
	case x.DType() == tensor.F32 && y.DType() == tensor.F64:
		storeFloats(y, floatsOf(x))
	case x.DType() == tensor.F64 && y.DType() == tensor.F32:
		storeFloats(y, tensor.Data[float64](x))
	case x.DType().IsFloat():
		for i := range x.Len() {
			y.SetFloat(i, x.Float(i))
		}
	default:
		for i := range x.Len() {
			y.SetInt(i, x.Int(i))
		}
	}
	return nil
}

// VJP implements [ir.VJPer].
func (o Cast) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	from := n.In[0].Type().DType
	if !from.IsFloat() || !o.To.IsFloat() {
		return []ir.Value{{}}
	}
	return b.Op(Cast{To: from}, dOut[0])
}

// Batch implements [ir.Batcher].
func (o Cast) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Cast) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Cast{tensor.F64}, In: types(f32(3))}, {Op: Cast{tensor.I32}, In: types(f32(4, 2)), NoGrad: true},
		{Op: Cast{tensor.F32}, In: types(i32(5))}, {Op: Cast{tensor.Bool}, In: types(i32(5))}, {Op: Cast{tensor.F32}, In: types(mask(5))},
		{Op: Cast{tensor.I32}, In: types(f32(5)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{-1.9, 1.9, 3e9, -3e9, float32(math.NaN())})}},
		{Op: Cast{tensor.I8}, In: types(i32(3)), Data: []tensor.Tensor{tensor.Of([]int32{127, 128, -129})}},
	}
}
