package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestCumSums: running sums along any axis, from either end, with and without the element, are those of the interpreter to the bit and run by
// kernels.
func TestCumSums(t *testing.T) {
	for _, dt := range []tensor.DType{tensor.F32, tensor.I32, tensor.I64} {
		for axis := range 3 {
			for flags := range 4 {
				op := ops.CumSum{Axis: axis, Reverse: flags&1 != 0, Exclusive: flags&2 != 0}
				b := ir.NewFunc("f")
				b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(0)})
				b.Out("y", b.Op1(op, b.Arg("x", ir.Input, ir.T(dt, dims("N", 5, 7)...))))
				p := checkAll(t, module(t, b), 0, []tensor.Tensor{fill(dt, 1, 3, 5, 7)}, []tensor.Tensor{fill(dt, 2, 90, 5, 7)}, []tensor.Tensor{fill(dt, 2, 0, 5, 7)})
				if slow := runtime.EvalOps(p); len(slow) > 0 {
					t.Errorf("%v of %v: no kernel for %v", op, dt, slow)
				}
			}
		}
	}
}
