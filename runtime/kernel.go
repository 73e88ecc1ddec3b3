package runtime

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Kernel computes an op as its Eval says, only faster: a user's, or one that has a kernel of ours. Operands and results are dense and row-major, the dims in
// op's attributes are numbers. It may be called from several goroutines at once, keeps nothing of what it is given, and
// returns within some 100 us for each piece of work that it can't be stopped in.
type Kernel func(op ir.Op, in, out []tensor.Tensor) error

// compute runs the user's kernel for the op, or evaluates it.
func (e *evalStep) compute(fr *frame) error {
	if k := fr.f.m.opts.Kernels[e.op.Name()]; k != nil {
		return k(e.op, e.ins, e.outs)
	}
	return e.op.Eval(e.ins, e.outs)
}
