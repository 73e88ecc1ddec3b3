package ops

import (
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Categorical draws k with probability softmax(logits)_k: key, logits [..., K] -> i32[...]. A row of logits without a
// finite one is an error of the call. docs/random.md fixes it.
// (C1) the first operand is a key. (C2) logits are floats with an axis that is not empty.
type Categorical struct{}

// Name implements [ir.Op].
func (Categorical) Name() string { return "categorical" }

// Infer implements [ir.Op].
func (Categorical) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 2); err != nil { // C1
		return nil, err
	}
	l := in[1]
	if !l.DType.IsFloat() || l.Rank() == 0 || l.Dim(-1).Is(0) { // C2
		return nil, fmt.Errorf("logits are %v", l)
	}
	return one(ir.T(tensor.I32, l.Dims()[:l.Rank()-1]...))
}

// Eval implements [ir.Evaler].
func (Categorical) Eval(in, out []tensor.Tensor) error {
	logits, k := in[1], in[1].Dim(-1)
	weights := make([]float32, k)
	var err error
	eachWord(in[0], out[0].Len(), func(row int, w uint32) {
		for j := range weights {
			weights[j] = float32(logits.Float(row*k + j))
		}
		pick, ok := pickOf(weights, uniformOf(w))
		if !ok && err == nil {
			err = fmt.Errorf("row %d of the logits has no finite greatest one", row)
		}
		out[0].SetInt(row, int64(pick))
	})
	return err
}

// pickOf is the first place where the running sum of exp(logit - greatest) passes u times the whole sum. It reports
// false where the greatest is not finite. It overwrites logits.
func pickOf(logits []float32, u float32) (int, bool) {
	top := float32(math.Inf(-1))
	for _, l := range logits {
		if l > top || l != l {
			top = l
		}
	}
	if math.IsNaN(float64(top)) || math.IsInf(float64(top), 0) {
		return 0, false
	}
	total := 0.0
	for j, l := range logits {
		logits[j] = expOf(l - top)
		total += float64(logits[j])
	}
	limit, sum, last := float64(u)*total, 0.0, 0
	for j, e := range logits {
		if e == 0 {
			continue
		}
		if sum += float64(e); sum > limit {
			return j, true
		}
		last = j
	}
	return last, true
}

// Samples implements [ir.Sampler].
func (Categorical) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Categorical{}, In: types(key(), f32(3, 4)), NoGrad: true}, {Op: Categorical{}, In: types(key(), f32(1)), NoGrad: true},
	}
}
