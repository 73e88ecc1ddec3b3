package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestFolds: places and integers are folded by kernels along any axis, and so are the greatest and least of floats along those that
// others follow.
func TestFolds(t *testing.T) {
	axes := [][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}}
	list := map[tensor.DType][]ir.Op{}
	for _, dt := range []tensor.DType{tensor.F32, tensor.I32, tensor.I64} {
		for _, a := range axes {
			if len(a) == 1 && dt != tensor.I64 {
				list[dt] = append(list[dt], ops.ArgMax{Axis: a[0]}, ops.ArgMin{Axis: a[0]})
			}
			list[dt] = append(list[dt], ops.ReduceMax(a...), ops.ReduceMin(a...))
			if dt != tensor.F32 {
				list[dt] = append(list[dt], ops.ReduceSum(a...))
			}
		}
	}
	for dt, all := range list {
		for _, op := range all {
			b := ir.NewFunc("f")
			b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1)})
			x := b.Arg("x", ir.Input, ir.T(dt, dims("N", 5, 7)...))
			b.Out("y", b.Op1(op, x))
			p := checkAll(t, module(t, b), 0, []tensor.Tensor{fill(dt, 1, 3, 5, 7)}, []tensor.Tensor{fill(dt, 2, 90, 5, 7)})
			if slow := runtime.EvalOps(p); len(slow) > 0 {
				t.Errorf("%v of %v: no kernel for %v", op, dt, slow)
			}
		}
	}
}
