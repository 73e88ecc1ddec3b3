package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Select takes each element from a where cond holds, else from b: bool[S], T[S], T[S] -> T[S].
// (C1) cond is bool. (C2) a and b have one dtype. (C3) all three have one shape.
type Select struct{}

// Name implements [ir.Op].
func (Select) Name() string { return "where" }

// Infer implements [ir.Op].
func (Select) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	c, a, b := in[0], in[1], in[2]
	if c.DType != tensor.Bool { // C1
		return nil, fmt.Errorf("the condition is %v, not bool", c)
	}
	if a.DType != b.DType { // C2
		return nil, fmt.Errorf("dtypes differ: %v and %v", a, b)
	}
	if !c.SameShape(a) || !a.SameShape(b) { // C3
		return nil, fmt.Errorf("shapes differ: %v, %v and %v", c, a, b)
	}
	return one(a)
}

// Eval implements [ir.Evaler].
func (Select) Eval(in, out []tensor.Tensor) error {
	cond := words[uint8](in[0])
	switch out[0].DType().Size() {
	case 4:
		choose(words[uint32](out[0]), words[uint32](in[1]), words[uint32](in[2]), cond)
	default:
		size := out[0].DType().Size()
		y, a, b := out[0].Bytes(), in[1].Bytes(), in[2].Bytes()
		for i, c := range cond {
			from := b
			if c != 0 {
				from = a
			}
			copy(y[i*size:(i+1)*size], from[i*size:])
		}
	}
	return nil
}

func choose[T any](y, a, b []T, cond []uint8) {
	for i, c := range cond {
		if c != 0 {
			y[i] = a[i]
		} else {
			y[i] = b[i]
		}
	}
}

// VJP implements [ir.VJPer].
func (Select) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	zero := FullLike(b, 0, dOut[0])
	return []ir.Value{{}, b.Op1(Select{}, n.In[0], dOut[0], zero), b.Op1(Select{}, n.In[0], zero, dOut[0])}
}

// Batch implements [ir.Batcher].
func (o Select) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Select) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Select{}, In: types(mask(2, 3), f32(2, 3), f32(2, 3))}, {Op: Select{}, In: types(mask(), f32(), f32())},
		{Op: Select{}, In: types(mask(4), i64(4), i64(4))}, {Op: Select{}, In: types(mask(0), f32(0), f32(0))},
	}
}
