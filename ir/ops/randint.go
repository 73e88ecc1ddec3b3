package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// RandInt draws whole numbers from lo to below hi: key, lo, hi (i32 scalars) -> i32[Dims]. An empty range is an error of
// the call. docs/random.md fixes it.
// (C1) the first operand is a key. (C2) lo and hi are i32 scalars.
type RandInt struct{ Dims ir.Dims }

// Name implements [ir.Op].
func (RandInt) Name() string { return "randint" }

// Infer implements [ir.Op].
func (o RandInt) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := draw(in, 3, o.Dims); err != nil { // C1
		return nil, err
	}
	for _, t := range in[1:] {
		if t != ir.T(tensor.I32) { // C2
			return nil, fmt.Errorf("a bound is %v, not i32", t)
		}
	}
	return one(ir.T(tensor.I32, o.Dims.Slice()...))
}

// Eval implements [ir.Evaler].
func (RandInt) Eval(in, out []tensor.Tensor) error {
	lo, hi := in[1].Int(0), in[2].Int(0)
	y := tensor.Data[int32](out[0])
	if hi <= lo && len(y) > 0 {
		return fmt.Errorf("no whole numbers from %d to below %d", lo, hi)
	}
	eachWord(in[0], len(y), func(i int, w uint32) { y[i] = int32(lo + below(w, uint64(hi-lo))) })
	return nil
}

// Samples implements [ir.Sampler].
func (RandInt) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: RandInt{ir.MakeDims(con(9))}, In: types(key(), i32(), i32()), Data: []tensor.Tensor{
			tensor.Of([]tensor.KeyElem{{1, 2}}).Reshape(), tensor.Scalar(int32(-3)), tensor.Scalar(int32(4))}},
	}
}
