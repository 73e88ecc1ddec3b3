package ops_test

import (
	"math"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestResizeValues holds results to those of ONNX's own cases of Resize: an image of the numbers from 1 on, its two axes resized.
func TestResizeValues(t *testing.T) {
	two, in4, in2 := ir.MakeInts(0, 1), [2]int{4, 4}, [2]int{2, 2}
	sizes := func(n ...int64) ir.Dims { return ir.MakeDims(dims(n...)...) }
	row := func(n int, v ...float64) []float64 { // one row n times
		var all []float64
		for range n {
			all = append(all, v...)
		}
		return all
	}
	tests := []struct {
		name string
		op   ops.Resize
		in   [2]int
		want []float64 // or its first elements
	}{
		{"downsample_scales_linear_antialias", ops.Resize{Sizes: sizes(2, 2), Ratios: ir.MakeInts(5033165, 8388608, 5033165, 8388608), Mode: "linear", Antialias: true}, in4,
			[]float64{2.875, 4.5, 9.375, 11}},
		{"downsample_sizes_cubic_antialias", ops.Resize{Sizes: sizes(3, 3), Mode: "cubic", A: -0.75, Antialias: true}, in4,
			[]float64{1.7750092, 3.1200073, 4.4650054, 7.1550016, 8.5, 9.8449984, 12.534994, 13.8799925, 15.2249908}},
		{"upsample_scales_linear_half_pixel_symmetric", ops.Resize{Sizes: sizes(4, 5), Ratios: ir.MakeInts(9646899, 4194304, 6165627, 2097152), Mode: "linear", Coords: "half_pixel_symmetric"}, in2,
			[]float64{1, 1.1598639, 1.5, 1.8401361, 2, 1.5652174, 1.7250813, 2.0652175, 2.4053535, 2.5652175, 2.4347825, 2.5946465}},
		{"upsample_scales_linear_align_corners", ops.Resize{Sizes: sizes(4, 4), Mode: "linear", Coords: "align_corners"}, in2,
			[]float64{1, 1.3333334, 1.6666666, 2, 1.6666666, 2, 2.3333333, 2.6666667, 2.3333333, 2.6666667, 3, 3.3333333, 3, 3.3333333, 3.6666667, 4}},
		{"upsample_scales_cubic_A_n0p5_exclude_outside", ops.Resize{Sizes: sizes(8, 8), Mode: "cubic", A: -0.5, Exclude: true}, in4,
			[]float64{0.5588235, 0.8149421, 1.3569825, 1.8970588, 2.3970587, 2.9371352, 3.4791756, 3.7352941, 1.5832976, 1.839416}},
		{"upsample_scales_cubic_align_corners", ops.Resize{Sizes: sizes(8, 8), Mode: "cubic", A: -0.75, Coords: "align_corners"}, in4,
			[]float64{1, 1.3411078, 1.8002915, 2.3294461, 2.6705539, 3.1997085, 3.6588922, 4, 2.3644314, 2.7055395, 3.1647229}},
		{"upsample_sizes_nearest_floor_align_corners", ops.Resize{Sizes: sizes(8, 8), Mode: "nearest", Round: "floor", Coords: "align_corners"}, in4,
			append(row(3, 1, 1, 1, 2, 2, 3, 3, 4), 5, 5, 5, 6, 6, 7, 7, 8, 5)},
		{"upsample_sizes_nearest_ceil_half_pixel", ops.Resize{Sizes: sizes(8, 8), Mode: "nearest", Round: "ceil"}, in4,
			append(row(1, 1, 2, 2, 3, 3, 4, 4, 4), row(2, 5, 6, 6, 7, 7, 8, 8, 8)...)},
		{"downsample_sizes_nearest_tf_half_pixel_for_nn", ops.Resize{Sizes: sizes(3, 2), Mode: "nearest", Coords: "tf_half_pixel_for_nn"}, in4,
			[]float64{6, 8, 10, 12, 14, 16}},
		// PyTorch: a single element of an axis lies at its first
		{"pytorch_half_pixel", ops.Resize{Sizes: sizes(1, 2), Mode: "linear", Coords: "pytorch_half_pixel"}, in4, []float64{1.5, 3.5}},
		{"nearest of halves", ops.Resize{Sizes: sizes(2, 2), Mode: "nearest"}, in4, []float64{1, 3, 9, 11}},
		{"nearest of halves, up", ops.Resize{Sizes: sizes(2, 2), Mode: "nearest", Round: "round_prefer_ceil"}, in4, []float64{6, 8, 14, 16}},
		{"asymmetric", ops.Resize{Sizes: sizes(2, 2), Mode: "linear", Coords: "asymmetric"}, in4, []float64{1, 3, 9, 11}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.op.Axes = two
			x := tensor.New(tensor.F32, tt.in[0], tt.in[1])
			for i := range x.Len() {
				tensor.Data[float32](x)[i] = float32(i + 1)
			}
			got := irtest.Apply(t, tt.op, in1(x))[0]
			for i, want := range tt.want {
				if math.Abs(got.Float(i)-want) > 1e-6*max(1, want) {
					t.Fatalf("element %d is %v, want %v", i, got.Float(i), want)
				}
			}
		})
	}
}

// TestResizePicks: what is picked is moved, whatever it holds, and nothing is read that has no weight.
func TestResizePicks(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	op := ops.Resize{Axes: ir.MakeInts(0), Sizes: ir.MakeDims(ir.Const(3)), Mode: "cubic", A: -0.75, Coords: "align_corners"}
	if got, want := irtest.Apply(t, op, in1(tensor.Of([]float32{1, nan, 3, inf, 5})))[0], tensor.Of([]float32{1, 3, 5}); !alike(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	op = ops.Resize{Axes: ir.MakeInts(1), Sizes: ir.MakeDims(ir.Const(4)), Mode: "nearest"}
	if got, want := irtest.Apply(t, op, in1(tensor.Of([]bool{true, false, false, true}, 2, 2)))[0], tensor.Of([]bool{true, true, false, false, false, false, true, true}, 2, 4); !alike(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := op.Eval(in1(tensor.New(tensor.F32, 2, 0)), in1(tensor.New(tensor.F32, 2, 4))); err == nil {
		t.Error("something came out of nothing")
	}
}
