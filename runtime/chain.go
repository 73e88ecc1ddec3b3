package runtime

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// place is where an operand of a job lies: an input or output of the step, or its work memory, so many bytes on.
type place struct {
	kind placeKind
	at   int
}

type placeKind uint8

const (
	nowhereAtAll placeKind = iota
	stepInput
	stepOutput
	stepWork
)

// link is one job of a chain.
type link struct {
	job     asm.Job
	a, b, c place
	d       place // a fourth operand, in the place of the bias
	work    place
	args    asm.GemmOperands
}

// chainStep runs an op by jobs of asm, one after the other, in place of its Eval.
type chainStep struct {
	plan    *plan.Step
	build   builder
	in, out []ref
	links   []link
	size    int // of the work memory
	work    int // where it begins in the frame's
	ns      int
}

// builder makes the jobs of an op, whose attributes are bound.
type builder func(b *chainBuilder, op ir.Op) error

// chainBuilder gathers links and work memory.
type chainBuilder struct {
	cpu     asm.CPU
	in, out []ref
	links   []link
	size    int
	flop    int
}

// room is work memory of n bytes.
func (b *chainBuilder) room(n int) place {
	at := b.size
	b.size += roundUp(n)
	return place{stepWork, at}
}

// add adds a job; err is that of its making.
func (b *chainBuilder) add(j asm.Job, err error, a, w, c place) error {
	if err != nil {
		return err
	}
	b.links = append(b.links, link{job: j, a: a, b: w, c: c, work: b.room(j.WorkBytes())})
	return nil
}

// bind prepares the jobs once: sizes of such steps never change.
func (s *chainStep) bind(fr *frame) error {
	s.in, s.out = make([]ref, len(s.plan.In)), make([]ref, len(s.plan.Out))
	for i := range s.in {
		if err := fr.bindRef(&s.in[i], &s.plan.In[i]); err != nil {
			return err
		}
	}
	for i := range s.out {
		if err := fr.bindRef(&s.out[i], &s.plan.Out[i]); err != nil {
			return err
		}
	}
	op, err := fr.boundOp(s.plan.Eval)
	if err != nil {
		return err
	}
	b := &chainBuilder{cpu: fr.f.m.cpu, in: s.in, out: s.out}
	if err := s.build(b, op); err != nil {
		return err
	}
	s.links, s.size, s.ns = b.links, b.size, b.flop/gemmRate
	for i := range s.in {
		s.ns += s.in[i].bytes / 8
	}
	return nil
}

func (s *chainStep) workBytes() int { return s.size }
func (s *chainStep) setWork(at int) { s.work = at }
func (s *chainStep) cost() int      { return s.ns }

func (s *chainStep) stages() int {
	n := 0
	for i := range s.links {
		n += s.links[i].job.Stages()
	}
	return n
}

// link is the job of a stage, and the number of that stage in it.
func (s *chainStep) link(stage int) (*link, int) {
	i := 0
	for stage >= s.links[i].job.Stages() {
		stage -= s.links[i].job.Stages()
		i++
	}
	return &s.links[i], stage
}

func (s *chainStep) units(stage int) int {
	l, stage := s.link(stage)
	return l.job.Units(stage)
}

// start notes the addresses of this run.
func (s *chainStep) start(fr *frame) {
	for i := range s.links {
		l := &s.links[i]
		l.args.A, l.args.B, l.args.C = s.addr(fr, l.a), s.addr(fr, l.b), s.addr(fr, l.c)
		l.args.Bias, l.args.Work = s.addr(fr, l.d), s.addr(fr, l.work)
	}
}

func (s *chainStep) addr(fr *frame, p place) unsafe.Pointer {
	switch p.kind {
	case stepInput:
		return s.in[p.at].addr(fr)
	case stepOutput:
		return s.out[p.at].addr(fr)
	case stepWork:
		if s.size > 0 {
			return unsafe.Add(unsafe.Pointer(unsafe.SliceData(fr.work)), s.work+p.at)
		}
	}
	return nil
}

func (s *chainStep) run(_ *frame, stage, unit int, w *worker) error {
	l, stage := s.link(stage)
	l.job.Run(stage, unit, &l.args, w.gemm)
	return nil
}

// boundOp is op with the values of symbols in its attributes.
func (fr *frame) boundOp(op ir.Op) (ir.Op, error) {
	var err error
	bound := ir.MapAttrs(op, func(d ir.Dim) ir.Dim {
		n, dimErr := fr.sizes.dim(d)
		if dimErr != nil {
			if !isAny(d) {
				err = dimErr
			}
			return d
		}
		return ir.Const(int64(n))
	}, nil)
	return bound, err
}
