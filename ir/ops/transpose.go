package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Transpose permutes axes: axis i of the result is axis Perm[i] of the operand.
// (C1) Perm is a permutation of the operand's axes.
type Transpose struct{ Perm ir.Ints }

// Name implements [ir.Op].
func (Transpose) Name() string { return "transpose" }

// Infer implements [ir.Op].
func (o Transpose) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	perm := o.Perm.Slice()
	if !isPerm(perm, in[0].Rank()) { // C1
		return nil, fmt.Errorf("%v does not permute the axes of %v", perm, in[0])
	}
	dims := make([]ir.Dim, len(perm))
	for i, a := range perm {
		dims[i] = in[0].Dim(a)
	}
	return one(in[0].WithDims(dims...))
}

func isPerm(perm []int, rank int) bool {
	if len(perm) != rank {
		return false
	}
	var seen [ir.MaxRank]bool
	for _, a := range perm {
		if a < 0 || a >= rank || seen[a] {
			return false
		}
		seen[a] = true
	}
	return true
}

// Eval implements [ir.Evaler].
func (o Transpose) Eval(in, out []tensor.Tensor) error {
	dims, steps := out[0].Dims(), whole(in[0].Dims())
	from := place{str: make([]int, len(dims))}
	for i, a := range o.Perm.Slice() {
		from.str[i] = steps.str[a]
	}
	move(out[0], in[0], dims, whole(dims), from)
	return nil
}

// VJP implements [ir.VJPer].
func (o Transpose) VJP(b *ir.Builder, _ *ir.Node, dOut []ir.Value) []ir.Value {
	back := make([]int, o.Perm.Len())
	for i, a := range o.Perm.Slice() {
		back[a] = i
	}
	return b.Op(Transpose{ir.MakeInts(back...)}, dOut[0])
}

// Batch implements [ir.Batcher].
func (o Transpose) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(Transpose{ir.MakeInts(append([]int{0}, behind(o.Perm).Slice()...)...)}, in...)
}

// Samples implements [ir.Sampler].
func (Transpose) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Transpose{ir.MakeInts(1, 0)}, In: types(f32(2, 3))}, {Op: Transpose{ir.MakeInts(2, 0, 1)}, In: types(f32(2, 3, 4))},
		{Op: Transpose{}, In: types(f32())}, {Op: Transpose{ir.MakeInts(1, 0)}, In: types(mask(0, 3))},
		{Op: Transpose{ir.MakeInts(1, 0)}, In: types(i64(3, 2))},
	}
}
