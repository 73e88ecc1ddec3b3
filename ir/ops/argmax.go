package ops

import (
	"math"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ArgMax is the place of the first greatest element along an axis, which disappears: T -> i32. NaN counts as greater
// than all numbers.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers. (C3) the axis is not empty.
type ArgMax struct{ Axis int }

// Name implements [ir.Op].
func (ArgMax) Name() string { return "argmax" }

// Infer implements [ir.Op].
func (o ArgMax) Infer(in []ir.Type) ([]ir.Type, error) { return argType(in, o.Axis) }

// ArgMin is the place of the first least element along an axis, which disappears: T -> i32. NaN counts as less than all
// numbers.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers. (C3) the axis is not empty.
type ArgMin struct{ Axis int }

// Name implements [ir.Op].
func (ArgMin) Name() string { return "argmin" }

// Infer implements [ir.Op].
func (o ArgMin) Infer(in []ir.Type) ([]ir.Type, error) { return argType(in, o.Axis) }

func argType(in []ir.Type, axis int) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	x := in[0]
	if !hasAxis(x, axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, axis)
	}
	if !isNumber(x.DType) { // C2
		return nil, fmt.Errorf("%v has no order", x)
	}
	if x.Dim(axis).Is(0) { // C3
		return nil, fmt.Errorf("axis %d of %v is empty", axis, x)
	}
	d := x.Dims()
	return one(ir.T(tensor.I32, cat(d[:axis], d[axis+1:])...))
}

// Eval implements [ir.Evaler].
func (o ArgMax) Eval(in, out []tensor.Tensor) error {
	less := comparer(in[0])
	return firstOf(in[0], out[0], o.Axis, func(i, best int) bool { return less(i, best) > 0 })
}

// Eval implements [ir.Evaler].
func (o ArgMin) Eval(in, out []tensor.Tensor) error {
	x := in[0]
	less := comparer(x)
	return firstOf(x, out[0], o.Axis, func(i, best int) bool {
		if x.DType().IsFloat() && (x.Float(best) != x.Float(best) || x.Float(i) != x.Float(i)) {
			return x.Float(best) == x.Float(best) // the first NaN stays
		}
		return less(i, best) < 0
	})
}

// firstOf stores the place along an axis of the element that no later one beats.
func firstOf(x, y tensor.Tensor, axis int, beats func(i, best int) bool) error {
	before, n, after := around(x, axis)
	if n == 0 && y.Len() > 0 {
		return fmt.Errorf("axis %d is empty", axis)
	}
	for p := range before {
		for q := range after {
			base := p*n*after + q
			best := base
			for i := 1; i < n; i++ {
				if at := base + i*after; beats(at, best) {
					best = at
				}
			}
			y.SetInt(p*after+q, int64((best-base)/after))
		}
	}
	return nil
}

// Batch implements [ir.Batcher].
func (o ArgMax) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(ArgMax{o.Axis + 1}, in...)
}

// Batch implements [ir.Batcher].
func (o ArgMin) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(ArgMin{o.Axis + 1}, in...)
}

// Samples implements [ir.Sampler].
func (ArgMax) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: ArgMax{0}, In: types(f32(4)), NoGrad: true}, {Op: ArgMax{1}, In: types(f32(2, 3, 2)), NoGrad: true}, {Op: ArgMax{0}, In: types(i32(5))},
		{Op: ArgMax{0}, In: types(f32(5)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{3, 1, float32(math.NaN()), 3, float32(math.NaN())})}},
		{Op: ArgMax{0}, In: types(f32(2, 0)), NoGrad: true},
	}
}

// Samples implements [ir.Sampler].
func (ArgMin) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: ArgMin{0}, In: types(f32(4)), NoGrad: true}, {Op: ArgMin{1}, In: types(f32(2, 3, 2)), NoGrad: true}, {Op: ArgMin{0}, In: types(i32(5))},
		{Op: ArgMin{0}, In: types(f32(5)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{3, 1, float32(math.NaN()), 3, float32(math.NaN())})}},
		{Op: ArgMin{0}, In: types(f32(2, 0)), NoGrad: true},
	}
}
