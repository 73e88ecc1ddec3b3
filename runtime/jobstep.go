package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// jobStep runs an op of one operand and one result by a job of asm.
type jobStep struct {
	plan    *plan.Step
	make    jobMaker
	in, out ref
	job     asm.Job
	args    asm.GemmOperands
	work    int // where its work memory begins in the frame's
}

// A jobMaker makes the job of an op whose attributes are bound and whose operands have the types that it says; both lie dense.
type jobMaker func(c asm.CPU, op ir.Op, x, y *ref) (asm.Job, error)

// newJobStep is nil for operands that lie nowhere when the step is bound.
func newJobStep(s *plan.Step, make jobMaker) kernel {
	if len(s.In) != 1 || len(s.Out) != 1 || s.In[0].Root.Kind == plan.Box || s.Out[0].Root.Kind == plan.Box {
		return nil
	}
	return &jobStep{plan: s, make: make}
}

func (j *jobStep) bind(fr *frame) error {
	if err := fr.bindRef(&j.in, &j.plan.In[0]); err != nil {
		return err
	}
	if err := fr.bindRef(&j.out, &j.plan.Out[0]); err != nil {
		return err
	}
	op, err := fr.boundOp(j.plan.Eval)
	if err != nil {
		return err
	}
	y, err := op.Infer([]ir.Type{j.in.constType()})
	if err != nil {
		return err
	}
	if y[0] != j.out.constType() { // a file may say anything
		return fmt.Errorf("%v becomes %v, not %v", j.plan.In[0], y[0], j.plan.Out[0])
	}
	if j.job, err = j.make(fr.f.m.cpu, op, &j.in, &j.out); err == nil {
		j.job.Trust(&j.args) // binding has checked the operands
	}
	return err
}

func (j *jobStep) workBytes() int      { return j.job.WorkBytes() }
func (j *jobStep) setWork(at int)      { j.work = at }
func (j *jobStep) stages() int         { return j.job.Stages() }
func (j *jobStep) units(stage int) int { return j.job.Units(stage) }
func (j *jobStep) cost() int           { return (j.in.bytes + j.out.bytes) / 15 }

// start notes the addresses of this run.
func (j *jobStep) start(fr *frame) {
	j.args.A, j.args.C = j.in.addr(fr), j.out.addr(fr)
	if j.workBytes() > 0 {
		j.args.Work = unsafe.Pointer(&fr.work[j.work])
	}
}

func (j *jobStep) run(_ *frame, stage, unit int, w *worker) error {
	j.job.Run(stage, unit, &j.args, w.gemm)
	return nil
}
