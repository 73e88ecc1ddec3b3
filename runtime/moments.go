package runtime

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// momentsStep runs the statistics of batch norm, or the sums that its gradient needs, in one pass over memory.
type momentsStep struct {
	plan    *plan.Step
	axis    int
	lead    int
	in      []ref
	out     ref
	moments *asm.Moments
	args    asm.GemmOperands
	work    int // where its work memory begins in the frame's
}

// momentsKernel is the kernel of moments or comoments of f32; nil for others.
func momentsKernel(s *plan.Step) kernel {
	m := &momentsStep{plan: s}
	want := 1
	switch op := s.Eval.(type) {
	case ops.Moments:
		m.axis, m.lead = op.Axis, op.Lead
	case ops.Comoments:
		m.axis, m.lead, want = op.Axis, op.Lead, 3
	case ops.GatedComoments:
		m.axis, m.lead, want = op.Axis, op.Lead, 5
	default:
		return nil
	}
	if len(s.In) != want || len(s.Out) != 1 {
		return nil
	}
	for _, list := range [][]plan.Operand{s.In, s.Out} {
		for _, o := range list {
			if o.Root.Kind == plan.Box || o.Type.DType != tensor.F32 {
				return nil
			}
		}
	}
	return m
}

func (m *momentsStep) bind(fr *frame) error {
	m.in = make([]ref, len(m.plan.In))
	for i := range m.in {
		if err := fr.bindRef(&m.in[i], &m.plan.In[i]); err != nil {
			return err
		}
	}
	if err := fr.bindRef(&m.out, &m.plan.Out[0]); err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	d := m.x().shape()
	var err error
	m.moments, err = asm.NewMoments(fr.f.m.cpu, asm.MomentsSpec{
		Batch: product(d[:m.lead]), Outer: product(d[m.lead:m.axis]), C: d[m.axis], Inner: product(d[m.axis+1:]),
		Dots: m.dots(), Gate: m.gated()})
	if err == nil {
		m.moments.Trust(&m.args) // binding has checked the operands
	}
	return err
}

// x is the operand that has a mean: of comoments the second.
func (m *momentsStep) x() *ref { return &m.in[min(1, len(m.in)-1)] }

func (m *momentsStep) dots() bool  { return len(m.in) > 1 }
func (m *momentsStep) gated() bool { return len(m.in) == 5 }

// check holds the shapes to the op: a file may say anything.
func (m *momentsStep) check() error {
	x, y := shapeOf(m.x()), shapeOf(&m.out)
	ok := m.lead >= 0 && m.axis >= m.lead && m.axis < x.rank && shapeOf(&m.in[0]) == x && y.rank == m.lead+2 && y.dims[m.lead] == 2
	ok = ok && y.dims[m.lead+1] == x.dims[m.axis] && slices.Equal(y.dims[:m.lead], x.dims[:m.lead])
	for i := 2; ok && i < len(m.in); i++ {
		at := shapeOf(&m.in[i])
		ok = at.rank == m.lead+1 && slices.Equal(at.dims[:m.lead], x.dims[:m.lead]) && at.dims[m.lead] == x.dims[m.axis]
	}
	if !ok {
		return fmt.Errorf("%v along axis %d of %v", m.plan.Out[0], m.axis, m.plan.In)
	}
	return nil
}

// workBytes is the job's, and room for the rows of a gate, which it wants beside each other.
func (m *momentsStep) workBytes() int { return m.moments.WorkBytes() + m.rowBytes() }
func (m *momentsStep) rowBytes() int {
	if !m.gated() {
		return 0
	}
	return 3 * m.in[2].bytes
}
func (m *momentsStep) setWork(at int)      { m.work = at }
func (m *momentsStep) stages() int         { return m.moments.Stages() }
func (m *momentsStep) units(stage int) int { return m.moments.Units(stage) }
func (m *momentsStep) cost() int           { return min(2, len(m.in)) * m.x().bytes / 20 }

// start notes the addresses of this run.
func (m *momentsStep) start(fr *frame) {
	m.args.A, m.args.C = m.x().addr(fr), m.out.addr(fr)
	if m.dots() {
		m.args.B, m.args.Bias = m.in[0].addr(fr), m.in[2].addr(fr)
	}
	if m.workBytes() > 0 {
		m.args.Work = unsafe.Pointer(&fr.work[m.work])
	}
	if n := m.rowBytes(); n > 0 {
		m.args.Bias = unsafe.Pointer(&fr.work[m.work+m.moments.WorkBytes()])
		rows := unsafe.Slice((*byte)(m.args.Bias), n)
		for i := range m.in[2:] {
			r := &m.in[2+i]
			copy(rows[i*r.bytes:], unsafe.Slice((*byte)(r.addr(fr)), r.bytes))
		}
	}
}

func (m *momentsStep) run(_ *frame, stage, unit int, w *worker) error {
	m.moments.Run(stage, unit, &m.args, w.gemm)
	return nil
}
