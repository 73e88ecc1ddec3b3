package ops_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// BenchmarkEval times plain Go evaluation of common ops, a million elements or a product of 256^3.
func BenchmarkEval(b *testing.B) {
	const n = 1 << 20
	x, y := tensor.New(tensor.F32, 1024, 1024), tensor.New(tensor.F32, 1024, 1024)
	m, small := tensor.New(tensor.F32, 256, 256), tensor.New(tensor.F32, 1024)
	image, filters := tensor.New(tensor.F32, 1, 32, 28, 28), tensor.New(tensor.F32, 32, 32, 3, 3)
	key := tensor.New(tensor.Key)
	tests := []struct {
		name string
		op   ir.Evaler
		in   []tensor.Tensor
		out  tensor.Tensor
		work float64 // operations
	}{
		{"add", ops.Add(), []tensor.Tensor{x, y}, y.Clone(), n},
		{"tanh", ops.Tanh(), []tensor.Tensor{x}, y.Clone(), n},
		{"where", ops.Select{}, []tensor.Tensor{tensor.New(tensor.Bool, 1024, 1024), x, y}, y.Clone(), n},
		{"lt", ops.Lt(), []tensor.Tensor{x, y}, tensor.New(tensor.Bool, 1024, 1024), n},
		{"broadcast", ops.Broadcast{Dims: ir.MakeDims(dims(1024, 1024)...), Axes: ir.MakeInts(1)}, []tensor.Tensor{small}, y.Clone(), n},
		{"broadcast column", ops.Broadcast{Dims: ir.MakeDims(dims(1024, 1024)...), Axes: ir.MakeInts(0)}, []tensor.Tensor{small}, y.Clone(), n},
		{"transpose", ops.Transpose{Perm: ir.MakeInts(1, 0)}, []tensor.Tensor{x}, y.Clone(), n},
		{"reduce rows", ops.ReduceSum(1), []tensor.Tensor{x}, small.Clone(), n},
		{"reduce columns", ops.ReduceSum(0), []tensor.Tensor{x}, small.Clone(), n},
		{"argmax", ops.ArgMax{Axis: 1}, []tensor.Tensor{x}, tensor.New(tensor.I32, 1024), n},
		{"normal", ops.Normal{Dims: ir.MakeDims(dims(1024, 1024)...)}, []tensor.Tensor{key}, y.Clone(), n},
		{"matmul", ops.MatMul{}, []tensor.Tensor{m, m}, m.Clone(), 2 * 256 * 256 * 256},
		{"conv", ops.Conv{Pads: ir.MakeInts(1, 1, 1, 1)}, []tensor.Tensor{image, filters}, image.Clone(), 2 * 32 * 32 * 9 * 28 * 28},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				if err := tt.op.Eval(tt.in, []tensor.Tensor{tt.out}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(tt.work*float64(b.N)/1e9/b.Elapsed().Seconds(), "Gop/s")
		})
	}
}
