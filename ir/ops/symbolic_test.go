package ops_test

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestSymbolic: gradients and batched forms have the right types where lengths are symbols, and the new axis is one.
func TestSymbolic(t *testing.T) {
	bb, n, c := ir.Sym("B"), ir.Sym("N"), ir.Const
	f := func(d ...ir.Dim) ir.Type { return ir.T(tensor.F32, d...) }
	ints := func(d ...ir.Dim) ir.Type { return ir.T(tensor.I32, d...) }
	twice := n.Mul(c(2))
	tests := []struct {
		op ir.Op
		in []ir.Type
	}{
		{ops.Tanh(), in(f(bb, n))},
		{ops.Pow(), in(f(bb), f(bb))},
		{ops.Select{}, in(ir.T(tensor.Bool, bb), f(bb), f(bb))},
		{ops.Broadcast{Dims: ir.MakeDims(bb, n, c(3)), Axes: ir.MakeInts(1, 2)}, in(f(n, c(1)))},
		{ops.Reshape{Dims: ir.MakeDims(bb.Mul(n), c(4))}, in(f(bb, n, c(4)))},
		{ops.Transpose{Perm: ir.MakeInts(1, 0)}, in(f(bb, n))},
		{ops.Slice{Axis: 1, Start: c(1), Len: n.Sub(c(1))}, in(f(bb, n))},
		{ops.Slice{Axis: 1, Start: n.Sub(c(1)), Len: n, Step: -1}, in(f(bb, n))},
		{ops.Slice{Axis: 0, Len: n, Step: 2}, in(f(twice))},
		{ops.DynSlice{Axis: 1, Len: c(1)}, in(f(bb, n), ints())},
		{ops.Update{Axis: 1, Start: n.Sub(c(1))}, in(f(bb, n), f(bb, c(1)))},
		{ops.DynUpdate{Axis: 0}, in(f(n, bb), f(c(1), bb), ints())},
		{ops.PadAxis(2, 0, n, c(1), 1), in(f(n, bb))},
		{ops.Concat{Axis: 1}, in(f(bb, n), f(bb, c(2)), f(bb, n))},
		{ops.Gather{Axis: 0}, in(f(c(50), c(8)), ints(bb, n))},
		{ops.Gather{Axis: 1, Batch: 1}, in(f(bb, c(50)), ints(bb))},
		{ops.ScatterAdd{Axis: 0}, in(f(c(50), c(8)), ints(bb, n), f(bb, n, c(8)))},
		{ops.Scatter{Axis: 0}, in(f(n, c(8)), ints(bb), f(bb, c(8)))},
		{ops.TopK{K: c(2)}, in(f(bb, n))},
		{ops.Sort{}, in(f(bb, n))},
		{ops.MatMul{}, in(f(bb, n), f(n, c(4)))},
		{ops.MatMul{TransA: true}, in(f(n, bb), f(n, c(4)))},
		{ops.MatMul{TransB: true}, in(f(bb, n, c(4)), f(bb, twice, c(4)))},
		{ops.Conv{Strides: ir.MakeInts(2), Pads: ir.MakeInts(1, 1)}, in(f(bb, c(2), n), f(c(4), c(2), c(3)))},
		{ops.MaxPool{Kernel: ir.MakeInts(2), Strides: ir.MakeInts(2)}, in(f(bb, c(2), n))},
		{ops.AvgPool{Kernel: ir.MakeInts(2), Pads: ir.MakeInts(1, 0)}, in(f(bb, c(2), n))},
		{ops.Resize{Axes: ir.MakeInts(2), Sizes: ir.MakeDims(twice), Mode: "linear"}, in(f(bb, c(2), n))},
		{ops.ResizeGrad{Axes: ir.MakeInts(2), Sizes: ir.MakeDims(n), Mode: "linear"}, in(f(bb, c(2), twice))},
		{ops.ReduceSum(0, 2), in(f(bb, n, c(3)))},
		{ops.ReduceMax(0, 2), in(f(bb, n, c(3)))},
		{ops.ReduceProd(1), in(f(bb, n))},
		{ops.CumSum{Axis: 1}, in(f(bb, n))},
		{ops.CumProd{Axis: 1, Exclusive: true}, in(f(bb, n))},
		{ops.TriangularSolve{Lower: true}, in(f(bb, n, n), f(bb, n, c(1)))},
		{ops.Solve{}, in(f(n, n), f(n, bb))},
		{ops.Cholesky{}, in(f(bb, n, n))},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, tt.op.Name()), func(t *testing.T) {
			symbolicVJP(t, tt.op, tt.in)
			symbolicBatch(t, tt.op, tt.in)
		})
	}
}

func argsOf(b *ir.Builder, types []ir.Type) []ir.Value {
	args := make([]ir.Value, len(types))
	for i, typ := range types {
		args[i] = b.Arg(fmt.Sprintf("a%d", i), ir.Input, typ)
	}
	return args
}

func symbolicVJP(t *testing.T, op ir.Op, types []ir.Type) {
	t.Helper()
	b := ir.NewFunc("f")
	args := argsOf(b, types)
	y := b.Op1(op, args...)
	dy := b.Arg("dy", ir.Input, y.Type())
	dOut := make([]ir.Value, len(y.Node.Types))
	dOut[0] = dy
	for i, v := range op.(ir.VJPer).VJP(b, y.Node, dOut) {
		if types[i].DType.IsFloat() && v.Type() != types[i] {
			t.Errorf("the gradient of operand %d is %v, should be %v (%v)", i, v.Type(), types[i], b.Err())
		}
	}
	if b.Err() != nil {
		t.Error(b.Err())
	}
}

// symbolicBatch tries every choice of batched operands. Convolutions with filters of their own for each entry take a
// known number of entries, so nil is an answer.
func symbolicBatch(t *testing.T, op ir.Op, types []ir.Type) {
	t.Helper()
	size := ir.Sym("T")
	plain := ir.NewFunc("plain")
	node := plain.Op1(op, argsOf(plain, types)...).Node
	for choice := 1; choice < 1<<len(types); choice++ {
		b := ir.NewFunc("f")
		batched, ins := make([]bool, len(types)), make([]ir.Type, len(types))
		for i, typ := range types {
			if ins[i] = typ; choice>>i&1 == 1 {
				batched[i] = true
				ins[i] = ir.T(typ.DType, append([]ir.Dim{size}, typ.Dims()...)...)
			}
		}
		outs := op.(ir.Batcher).Batched(b, node, argsOf(b, ins), batched, size)
		for i, want := range node.Types {
			want = ir.T(want.DType, append([]ir.Dim{size}, want.Dims()...)...)
			if outs != nil && outs[i].Type() != want {
				t.Errorf("batched %v: result %d is %v, should be %v (%v)", batched, i, outs[i].Type(), want, b.Err())
			}
		}
	}
}
