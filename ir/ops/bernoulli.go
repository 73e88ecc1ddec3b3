package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Bernoulli draws 1 with probability p, else 0: key, p [...] -> like p. docs/random.md fixes it.
// (C1) the first operand is a key. (C2) p is of floats.
type Bernoulli struct{}

// Name implements [ir.Op].
func (Bernoulli) Name() string { return "bernoulli" }

// Infer implements [ir.Op].
func (Bernoulli) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 2); err != nil { // C1
		return nil, err
	}
	if !in[1].DType.IsFloat() { // C2
		return nil, fmt.Errorf("probabilities are %v", in[1])
	}
	return one(in[1])
}

// Eval implements [ir.Evaler].
func (Bernoulli) Eval(in, out []tensor.Tensor) error {
	p, y := in[1], out[0]
	eachWord(in[0], p.Len(), func(i int, w uint32) {
		v := 0.0
		if float64(uniformOf(w)) < p.Float(i) {
			v = 1
		}
		y.SetFloat(i, v)
	})
	return nil
}

// Samples implements [ir.Sampler].
func (Bernoulli) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Bernoulli{}, In: types(key(), f32(4, 3)), Lo: 0.1, Hi: 0.9, NoGrad: true},
		{Op: Bernoulli{}, In: types(key(), f32(2)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]tensor.KeyElem{{1, 2}}).Reshape(), tensor.Of([]float32{0, 1})}},
	}
}
