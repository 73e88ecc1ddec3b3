package ops

import (
	"fmt"

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
