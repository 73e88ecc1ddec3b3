package ops_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestErrorsOfTheCall: what types can't rule out is an error when it is evaluated.
func TestErrorsOfTheCall(t *testing.T) {
	con := ir.Const
	x := tensor.New(tensor.F32, 3)
	k := tensor.New(tensor.Key)
	idx := func(i int32) tensor.Tensor { return tensor.Scalar(i) }
	zeros := tensor.New(tensor.F32, 2, 2)
	tests := []struct {
		name string
		op   ir.Evaler
		in   []tensor.Tensor
		out  tensor.Tensor
		want string
	}{
		{"gather", ops.Gather{}, []tensor.Tensor{x, idx(3)}, tensor.New(tensor.F32), "index 3 is outside axis 0 of length 3"},
		{"gather before 0", ops.Gather{}, []tensor.Tensor{x, idx(-1)}, tensor.New(tensor.F32), "index -1 is outside"},
		{"scatter_add", ops.ScatterAdd{}, []tensor.Tensor{x, idx(5), tensor.New(tensor.F32)}, x.Clone(), "index 5"},
		{"scatter", ops.Scatter{}, []tensor.Tensor{x, idx(5), tensor.New(tensor.F32)}, x.Clone(), "index 5"},
		{"dyn_slice", ops.DynSlice{Len: con(2)}, []tensor.Tensor{x, idx(2)}, tensor.New(tensor.F32, 2), "index 2: 2 elements"},
		{"dyn_update", ops.DynUpdate{}, []tensor.Tensor{x, x, idx(1)}, x.Clone(), "index 1: 3 elements"},
		{"update", ops.Update{Start: con(1)}, []tensor.Tensor{x, x}, x.Clone(), "index 1: 3 elements"},
		{"slice", ops.Slice{Start: con(2), Len: con(2)}, []tensor.Tensor{x}, tensor.New(tensor.F32, 2), "elements 2 to 3"},
		{"randint", ops.RandInt{}, []tensor.Tensor{k, idx(2), idx(2)}, tensor.New(tensor.I32), "from 2 to below 2"},
		{"categorical", ops.Categorical{}, []tensor.Tensor{k, tensor.Of([]float32{float32(math.NaN()), 1})}, tensor.New(tensor.I32), "row 0"},
		{"solve", ops.Solve{}, []tensor.Tensor{zeros, zeros}, zeros.Clone(), "matrix 0 is singular"},
		{"triangular_solve", ops.TriangularSolve{}, []tensor.Tensor{zeros, zeros}, zeros.Clone(), "zero on its diagonal"},
		{"cholesky", ops.Cholesky{}, []tensor.Tensor{zeros}, zeros.Clone(), "not positive definite"},
		{"as_dim", ops.AsDim{Sym: "t", Hi: con(4), Bounded: true}, []tensor.Tensor{idx(5)}, tensor.New(tensor.I64), "t is 5, outside 0..4"},
		{"dim", ops.DimOf{D: ir.Sym("N"), DType: tensor.I32}, nil, tensor.New(tensor.I32), "size of N is not known"},
		{"top_k", ops.TopK{K: con(4)}, []tensor.Tensor{x}, tensor.New(tensor.F32, 4), "4 of 3 elements"},
		{"max_pool", ops.MaxPool{Kernel: ir.MakeInts(2), Pads: ir.MakeInts(1, 1)}, []tensor.Tensor{tensor.New(tensor.F32, 1, 1, 0)},
			tensor.New(tensor.F32, 1, 1, 1), "windows without an element"},
		{"argmax", ops.ArgMax{}, []tensor.Tensor{tensor.New(tensor.F32, 0)}, tensor.New(tensor.I32), "is empty"},
	}
	for _, tt := range tests {
		if err := tt.op.Eval(tt.in, []tensor.Tensor{tt.out}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestValues holds results to numbers worked out by hand, where f32 against f64 would not see a wrong meaning.
func TestValues(t *testing.T) {
	f := func(v ...float32) tensor.Tensor { return tensor.Of(v) }
	n := func(v ...int32) tensor.Tensor { return tensor.Of(v) }
	nan := float32(math.NaN())
	tests := []struct {
		name string
		op   ir.Op
		in   []tensor.Tensor
		want []tensor.Tensor
	}{
		{"round", ops.Round(), in1(f(0.5, 1.5, -2.5)), in1(f(0, 2, -2))},
		{"sign", ops.Sign(), in1(f(-3, 0, 2)), in1(f(-1, 0, 1))},
		{"mod", ops.Mod(), []tensor.Tensor{f(5, -5, 5, -5), f(3, 3, -3, -3)}, in1(f(2, 1, -1, -2))},
		{"floor_div", ops.FloorDiv(), []tensor.Tensor{n(5, -5, 5, 7), n(3, 3, -3, 0)}, in1(n(1, -2, -2, 0))},
		{"mod of ints", ops.Mod(), []tensor.Tensor{n(5, -5, 5, 7), n(3, 3, -3, 0)}, in1(n(2, 1, -1, 0))},
		{"pow of ints", ops.Pow(), []tensor.Tensor{n(3, -2, 0, 2, -1), n(4, 3, 0, -1, -3)}, in1(n(81, -8, 1, 0, -1))},
		{"max", ops.Max(), []tensor.Tensor{f(1, nan, 2), f(3, 1, nan)}, in1(f(3, nan, nan))},
		{"sub", ops.Sub(), []tensor.Tensor{f(1, 2), f(3, 5)}, in1(f(-2, -3))},
		{"softplus", ops.Softplus(), in1(f(100, -100)), in1(f(100, float32(math.Exp(-100))))},
		{"slice", ops.Slice{Start: ir.Const(3), Len: ir.Const(2), Step: -2}, in1(f(0, 1, 2, 3)), in1(f(3, 1))},
		{"pad", ops.PadAxis(1, 0, ir.Const(1), ir.Const(2), 1), in1(f(1, 2)), in1(f(0, 1, 0, 2, 0, 0))},
		{"top_k", ops.TopK{K: ir.Const(3)}, in1(f(1, 3, 3, 2)), []tensor.Tensor{f(3, 3, 2), n(1, 2, 3)}},
		{"sort", ops.Sort{}, in1(f(2, nan, 1, 2)), []tensor.Tensor{f(1, 2, 2, nan), n(2, 0, 3, 1)}},
		{"scatter_add", ops.ScatterAdd{}, []tensor.Tensor{f(1, 2, 3), n(2, 0, 2), f(5, 6, 7)}, in1(f(7, 2, 15))},
		{"scatter", ops.Scatter{}, []tensor.Tensor{f(1, 2, 3), n(2, 0, 2), f(5, 6, 7)}, in1(f(6, 2, 7))},
		{"compact", ops.Compact{}, []tensor.Tensor{f(1, 2, 3), tensor.Of([]bool{true, false, true})}, []tensor.Tensor{f(1, 3, 0), tensor.Scalar(int32(2))}},
		{"search", ops.Search{}, []tensor.Tensor{f(0.2, 0.5, 1), f(0, 0.2, 0.7, 2)}, in1(n(0, 1, 2, 2))},
		{"argmin", ops.ArgMin{}, in1(f(2, 1, 1)), in1(tensor.Scalar(int32(1)))},
		{"argmin of NaN", ops.ArgMin{}, in1(f(2, nan, 1, nan)), in1(tensor.Scalar(int32(1)))},
		{"argmax of NaN", ops.ArgMax{}, in1(f(2, nan, 3)), in1(tensor.Scalar(int32(1)))},
		{"cumsum", ops.CumSum{Reverse: true, Exclusive: true}, in1(f(1, 2, 3)), in1(f(5, 3, 0))},
		{"reduce_max of nothing", ops.ReduceMax(0), in1(f()), in1(tensor.Scalar(float32(math.Inf(-1))))},
		{"reduce_min of nothing", ops.ReduceMin(0), in1(tensor.Of([]int8{})), in1(tensor.Scalar(int8(127)))},
		{"matmul", ops.MatMul{TransA: true}, []tensor.Tensor{f(1, 2, 3, 4).Reshape(2, 2), f(5, 6).Reshape(2, 1)}, in1(f(23, 34).Reshape(2, 1))},
		{"qmatmul", ops.QMatMul{TransB: true}, []tensor.Tensor{tensor.Of([]uint8{1, 255}, 1, 2), tensor.Of([]int8{2, -128}, 1, 2), tensor.Scalar(int32(128))}, in1(n(-127*2-127*128).Reshape(1, 1))},
		{"dequantize", ops.Dequantize{Bits: 4, Block: 3, Zero: 8}, []tensor.Tensor{tensor.Of([]uint8{0x10, 0xFE}, 2, 1), f(2, 10).Reshape(2, 1)},
			in1(f(-16, -14, 12, 70).Reshape(4, 1))},
		{"dequantize along the last axis", ops.Dequantize{Bits: 8, Block: 2, Zero: -1, Axis: 1}, []tensor.Tensor{tensor.Of([]int8{-128, 0, 127}, 1, 3), f(2, 10).Reshape(1, 2)},
			in1(f(-254, 2, 1280).Reshape(1, 3))},
		{"block_matmul", ops.BlockMatMul{Bits: 4, Block: 2, Zero: 8, TransB: true}, []tensor.Tensor{f(1, 10).Reshape(1, 2), tensor.Of([]uint8{0x1F, 0x80}, 2, 1), f(2, 3).Reshape(2, 1)},
			in1(f(2*(7-70), 3*-8).Reshape(1, 2))},
		{"conv", ops.Conv{Pads: ir.MakeInts(1, 0)}, []tensor.Tensor{f(1, 2, 3).Reshape(1, 1, 3), f(10, 1).Reshape(1, 1, 2)}, in1(f(1, 12, 23).Reshape(1, 1, 3))},
		{"avg_pool", ops.AvgPool{Kernel: ir.MakeInts(2), Pads: ir.MakeInts(1, 0)}, in1(f(4, 2).Reshape(1, 1, 2)), in1(f(4, 3).Reshape(1, 1, 2))},
		{"solve", ops.Solve{}, []tensor.Tensor{f(0, 2, 1, 0).Reshape(2, 2), f(4, 3).Reshape(2, 1)}, in1(f(3, 2).Reshape(2, 1))},
		{"cholesky", ops.Cholesky{}, in1(f(4, 9, 2, 10).Reshape(2, 2)), in1(f(2, 0, 1, 3).Reshape(2, 2))},
		{"triangular_solve", ops.TriangularSolve{Lower: true}, []tensor.Tensor{f(2, 9, 1, 1).Reshape(2, 2), f(4, 5).Reshape(2, 1)}, in1(f(2, 3).Reshape(2, 1))},
		{"non_zero", ops.NonZero{Sym: "n"}, in1(f(0, 1, 2, 0).Reshape(2, 2)), in1(tensor.Of([]int64{0, 1, 1, 0}, 2, 2))},
		{"cast", ops.Cast{To: tensor.I32}, in1(f(-1.9, 2.9, nan, 3e9)), in1(n(-1, 2, 0, math.MaxInt32))},
	}
	for _, tt := range tests {
		got := irtest.Apply(t, tt.op, tt.in)
		for i, want := range tt.want {
			if !alike(got[i], want) {
				t.Errorf("%s: result %d is %v, want %v", tt.name, i, got[i], want)
			}
		}
	}
}

func in1(t tensor.Tensor) []tensor.Tensor { return []tensor.Tensor{t} }

// alike is equality with NaN equal to NaN.
func alike(a, b tensor.Tensor) bool {
	if a.DType() != b.DType() || !a.SameDims(b) {
		return false
	}
	for i := range a.Len() {
		x, y := a.Float(i), b.Float(i)
		if x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
			return false
		}
	}
	return true
}

// TestCholeskyGradient goes through A = X X' + 3, since differences of A itself would leave the symmetric matrices.
func TestCholeskyGradient(t *testing.T) {
	x := []float64{0.3, -1, 0.5, 1.2, 0.1, 0.7, -0.4, 0.9, 0.2}
	w := []float64{1, 0, 0, -2, 0.5, 0, 0.3, 1, -1}
	graph := func(b *ir.Builder, x ir.Value) (l, a ir.Value) {
		three := b.Op1(ops.Reshape{Dims: ir.MakeDims(dims(3, 3)...)}, b.Op1(ops.Tab{Table: &ir.Table{Name: "d",
			Data: tensor.Of([]float64{3, 0, 0, 0, 3, 0, 0, 0, 3})}, DType: tensor.F64}))
		a = b.Op1(ops.Add(), b.Op1(ops.MatMul{TransB: true}, x, x), three)
		return b.Op1(ops.Cholesky{}, a), a
	}
	arg := tensor.Of(x, 3, 3)
	loss := func() float64 {
		f := irtest.Build(t, in1(arg), func(b *ir.Builder, args []ir.Value) []ir.Value {
			l, _ := graph(b, args[0])
			return []ir.Value{l}
		})
		s := 0.0
		for i, v := range tensor.Data[float64](irtest.Run(t, f, in1(arg))[0]) {
			s += v * w[i]
		}
		return s
	}
	weights := tensor.Of(w, 3, 3)
	f := irtest.Build(t, []tensor.Tensor{arg, weights}, func(b *ir.Builder, args []ir.Value) []ir.Value {
		l, a := graph(b, args[0])
		da := ops.Cholesky{}.VJP(b, l.Node, []ir.Value{args[1]})
		d := ops.MatMul{TransB: true}.VJP(b, a.Node.In[0].Node, da)
		return []ir.Value{b.Op1(ops.Add(), d[0], d[1])}
	})
	got := tensor.Data[float64](irtest.Run(t, f, []tensor.Tensor{arg, weights})[0])
	for i, v := range x {
		x[i] = v + 1e-5
		up := loss()
		x[i] = v - 1e-5
		down := loss()
		x[i] = v
		if want := (up - down) / 2e-5; math.Abs(got[i]-want) > 1e-6 {
			t.Errorf("element %d: %v, differences say %v", i, got[i], want)
		}
	}
}

// TestConstantPowers: a constant exponent gets no gradient, and none of 0 makes the slope at 0 NaN.
func TestConstantPowers(t *testing.T) {
	x := tensor.Of([]float64{0, 2, -3})
	for n, want := range map[float64][]float64{0: nil, 1: {1, 1, 1}, 2: {0, 4, -6}, 3: {0, 12, 27}} {
		var flows bool
		f := irtest.Build(t, in1(x), func(b *ir.Builder, args []ir.Value) []ir.Value {
			y := b.Op1(ops.Pow(), args[0], ops.FullLike(b, n, args[0]))
			d := ops.Pow().VJP(b, y.Node, []ir.Value{ops.FullLike(b, 1, y)})
			if flows = !d[0].IsZero(); !d[1].IsZero() {
				t.Errorf("a gradient of the constant exponent %v", n)
			}
			return d[:oneIf(flows)]
		})
		if flows != (want != nil) {
			t.Errorf("exponent %v: a gradient flows: %v", n, flows)
		}
		if flows && !alike(irtest.Run(t, f, in1(x))[0], tensor.Of(want)) {
			t.Errorf("exponent %v: %v, want %v", n, irtest.Run(t, f, in1(x))[0], want)
		}
	}
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
