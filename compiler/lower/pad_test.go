package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestPads: zeros around and between elements of every type run by a kernel, as one step, those of a transposed operand by a copy.
func TestPads(t *testing.T) {
	c := ir.Const
	op := ops.Pad{Before: ir.MakeDims(c(0), c(1), c(2)), After: ir.MakeDims(ir.Sym("N"), c(1), c(0)), Interior: ir.MakeInts(0, 0, 1)}
	for _, dt := range []tensor.DType{tensor.F32, tensor.BF16, tensor.I8, tensor.I64, tensor.F64} {
		for _, turned := range []bool{false, true} {
			b := ir.NewFunc("f")
			b.Sym(ir.Symbol{Name: "N", Lo: c(0)})
			x := b.Arg("x", ir.Input, ir.T(dt, dims("N", 5, 7)...))
			if turned {
				x = ops.Permute(b, x, 0, 2, 1)
			}
			b.Out("y", b.Op1(op, x))
			p := checkAll(t, module(t, b), 0, []tensor.Tensor{fill(dt, 1, 3, 5, 7)}, []tensor.Tensor{fill(dt, 2, 90, 5, 7)}, []tensor.Tensor{fill(dt, 2, 0, 5, 7)})
			if slow := runtime.EvalOps(p); len(slow) > 0 {
				t.Errorf("%v, turned %v: no kernel for %v", dt, turned, slow)
			}
			if n := kinds(p)["pad"]; turned != (n == 0) {
				t.Errorf("%v, turned %v: %d steps of padding", dt, turned, n)
			}
		}
	}
}
