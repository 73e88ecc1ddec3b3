package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// cumsumKernel is the kernel of running sums of f32, i32 or i64; nil for others.
func cumsumKernel(s *plan.Step) kernel {
	if _, ok := s.Eval.(ops.CumSum); !ok || len(s.In) != 1 || !asm.CumSums(foldTypes[s.In[0].Type.DType]) {
		return nil
	}
	return newJobStep(s, makeCumSum)
}

func makeCumSum(c asm.CPU, op ir.Op, x, _ *ref) (asm.Job, error) {
	o, d := op.(ops.CumSum), x.shape()
	return asm.NewCumSum(c, asm.CumSumSpec{
		Type: foldTypes[x.dt], Rows: product(d[:o.Axis]), N: d[o.Axis], Cols: product(d[o.Axis+1:]), Reverse: o.Reverse, Exclusive: o.Exclusive,
	})
}
