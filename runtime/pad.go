package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// padKernel is the kernel of zeros around a tensor; nil for other ops.
func padKernel(s *plan.Step) kernel {
	if _, ok := s.Eval.(ops.Pad); !ok {
		return nil
	}
	return newJobStep(s, makePad)
}

func makePad(c asm.CPU, op ir.Op, x, _ *ref) (asm.Job, error) {
	o, axes := op.(ops.Pad), make([]asm.PadAxis, len(x.shape()))
	for i, n := range x.shape() {
		before, _ := o.Before.At(i).Int() // bound
		after, _ := o.After.At(i).Int()
		axes[i] = asm.PadAxis{N: n, Before: int(before), After: int(after), Between: o.Between(i)}
	}
	return asm.NewPad(c, asm.PadSpec{Axes: axes, Size: x.dt.Size()})
}
