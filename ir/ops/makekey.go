package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// MakeKey is the key of a seed: an integer scalar -> key. docs/random.md fixes it.
// (C1) the seed is an integer scalar.
type MakeKey struct{}

// Name implements [ir.Op].
func (MakeKey) Name() string { return "make_key" }

// Infer implements [ir.Op].
func (MakeKey) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !isIntScalar(in[0]) { // C1
		return nil, fmt.Errorf("the seed is %v, not an integer scalar", in[0])
	}
	return one(ir.T(tensor.Key))
}

// Fold is a key of its own for each number: key, an integer scalar -> key. docs/random.md fixes it.
// (C1) the first operand is a key. (C2) the second is an integer scalar.
type Fold struct{}

// Name implements [ir.Op].
func (Fold) Name() string { return "fold" }

// Infer implements [ir.Op].
func (Fold) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 2); err != nil { // C1
		return nil, err
	}
	if !isIntScalar(in[1]) { // C2
		return nil, fmt.Errorf("a key is folded with an integer scalar, not %v", in[1])
	}
	return one(ir.T(tensor.Key))
}

// draw checks that there are n operands, the first a key.
func draw(in []ir.Type, n int, attrs ...ir.Dims) error {
	if err := operands(in, n, attrs...); err != nil {
		return err
	}
	if !isKey(in[0]) {
		return fmt.Errorf("the key is %v", in[0])
	}
	return nil
}

// Eval implements [ir.Evaler].
func (MakeKey) Eval(in, out []tensor.Tensor) error {
	tensor.Data[tensor.KeyElem](out[0])[0] = seedKey(in[0].Int(0))
	return nil
}

// Eval implements [ir.Evaler].
func (Fold) Eval(in, out []tensor.Tensor) error {
	tensor.Data[tensor.KeyElem](out[0])[0] = foldKey(tensor.Data[tensor.KeyElem](in[0])[0], in[1].Int(0))
	return nil
}

// Samples implements [ir.Sampler].
func (MakeKey) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: MakeKey{}, In: types(i32())}, {Op: MakeKey{}, In: types(i64())},
	}
}

// Samples implements [ir.Sampler].
func (Fold) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Fold{}, In: types(key(), i32())}, {Op: Fold{}, In: types(key(), i64())},
	}
}
