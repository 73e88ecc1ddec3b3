package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestMoments: statistics of channels are kernels, and what a kernel of images left channels last is read as it lies.
func TestMoments(t *testing.T) {
	for _, last := range []bool{false, true} {
		for _, shape := range [][]any{{"N", 6}, {"N", 6, 5}, {"N", 6, 5, 4}} {
			if last && len(shape) < 3 {
				continue
			}
			b := ir.NewFunc("f")
			b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1)})
			x := b.Arg("x", ir.Input, f32(shape...))
			g := b.Arg("g", ir.Input, f32(shape...))
			at := b.Arg("at", ir.Input, f32(6))
			each := b.Arg("each", ir.Input, f32("N", 6))
			read := x
			if last {
				read = b.Op1(ops.MaxPool{Kernel: ir.MakeInts([]int{1, 1}[:len(shape)-2]...)}, x)
			}
			b.Out("m", b.Op1(ops.Moments{Axis: 1}, read))
			b.Out("c", b.Op1(ops.Comoments{Axis: 1}, g, read, at))
			b.Out("gc", b.Op1(ops.GatedComoments{Axis: 1}, g, read, at, at, b.Op1(ops.Neg(), at)))
			b.Out("gi", b.Op1(ops.GatedComoments{Axis: 1, Lead: 1}, g, read, each, each, b.Op1(ops.Neg(), each)))
			b.Out("mi", b.Op1(ops.Moments{Axis: 1, Lead: 1}, read)) // of each item
			b.Out("ci", b.Op1(ops.Comoments{Axis: 1, Lead: 1}, g, read, each))
			m := module(t, b)
			var calls [][]tensor.Tensor
			for _, n := range []int{3, 40} {
				dims := append([]int{n}, []int{6, 5, 4}[:len(shape)-1]...)
				calls = append(calls, []tensor.Tensor{fill(tensor.F32, 1, dims...), fill(tensor.F32, 2, dims...), fill(tensor.F32, 3, 6), fill(tensor.F32, 4, n, 6)})
			}
			p := checkAll(t, m, 1e-5, calls...)
			if slow := runtime.EvalOps(p); len(slow) > 0 {
				t.Errorf("%v: no kernel for %v", shape, slow)
			}
			// The gradient alone is laid over: it comes channels first.
			if n := kinds(p)["relayout"]; last && n > 2 || !last && n > 0 {
				t.Errorf("%v, last %v: %d relayouts", shape, last, n)
			}
		}
	}
}
