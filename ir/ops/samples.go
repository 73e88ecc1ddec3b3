package ops

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Short forms for Samples.

// dimsOf are constant dims.
func dimsOf(n ...int) []ir.Dim {
	d := make([]ir.Dim, len(n))
	for i, v := range n {
		d[i] = ir.Const(int64(v))
	}
	return d
}

func f32(dims ...int) ir.Type  { return ir.T(tensor.F32, dimsOf(dims...)...) }
func i32(dims ...int) ir.Type  { return ir.T(tensor.I32, dimsOf(dims...)...) }
func i64(dims ...int) ir.Type  { return ir.T(tensor.I64, dimsOf(dims...)...) }
func mask(dims ...int) ir.Type { return ir.T(tensor.Bool, dimsOf(dims...)...) }
func key() ir.Type             { return ir.T(tensor.Key) }

// types lists the operands of a sample.
func types(t ...ir.Type) []ir.Type { return t }

// con is a constant dim.
func con(n int64) ir.Dim { return ir.Const(n) }

// edges are float32 values at which arithmetic is special, paired with each other.
func edges() (a, b tensor.Tensor) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	zero := float32(0)
	v := []float32{0, -zero, 1, -1, inf, -inf, nan, math.MaxFloat32, math.SmallestNonzeroFloat32}
	var x, y []float32
	for _, p := range v {
		for _, q := range v {
			x, y = append(x, p), append(y, q)
		}
	}
	return tensor.Of(x), tensor.Of(y)
}
