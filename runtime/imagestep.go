package runtime

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// place is where an operand of a job lies: an input or output of the step, so many bytes on in its work memory, or its packed
// weights.
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
	stepPacked
)

// link is one job of an image step.
type link struct {
	job      asm.Job
	a, b, c  place
	d        place // a fourth operand: the bias, or what takes its place
	work     place
	epilogue bool // the step's tape follows each strip
	args     asm.GemmOperands
}

// imageStep runs an op on images by jobs of asm, one after the other, and the tape of its epilogue over each strip while that
// is in cache.
type imageStep struct {
	plan  *plan.Step
	fr    *frame
	refs  []ref // inputs, then outputs
	links []link
	size  int // of the work memory
	work  int // where it begins in the frame's
	ns    int

	tape     *asm.Tape
	addrs    []unsafe.Pointer // of the epilogue's operands, in this run
	key      packKey
	isPacked bool
}

func newImageStep(fr *frame, s *plan.Step) *imageStep {
	i := &imageStep{plan: s, fr: fr, refs: make([]ref, len(s.In)+len(s.Out))}
	if s.Image.Epilogue >= 0 {
		i.tape = fr.f.m.tapes[s.Image.Epilogue]
		i.addrs = make([]unsafe.Pointer, len(i.tape.Program().Operands))
	}
	return i
}

func (s *imageStep) in() []ref  { return s.refs[:len(s.plan.In)] }
func (s *imageStep) out() []ref { return s.refs[len(s.plan.In):] }

// bind prepares the jobs for the sizes.
func (s *imageStep) bind(fr *frame) error {
	for i := range s.refs {
		if err := fr.bindRef(&s.refs[i], operandOf(s.plan, i)); err != nil {
			return err
		}
	}
	op, err := fr.boundOp(s.plan.Image.Op)
	if err != nil {
		return err
	}
	if err := s.check(op); err != nil {
		return err
	}
	build := builderOf(op)
	if build == nil {
		return fmt.Errorf("there is no kernel for %s", op.Name())
	}
	b := &imageBuilder{cpu: fr.f.m.cpu, step: s, in: s.in(), out: s.out()[0], last: s.plan.Image.Last, epilogue: s.tape != nil}
	s.isPacked = false
	if err := build(b, op); err != nil {
		return err
	}
	if b.epilogue {
		return errors.New("its epilogue has no place")
	}
	s.links, s.size, s.ns = b.links, b.size, b.flop/gemmRate
	for i := range s.in() {
		s.ns += s.refs[i].bytes / 8
	}
	return nil
}

// check holds the operands to what the op says of their shapes: kernels trust them.
func (s *imageStep) check(op ir.Op) error {
	img := s.plan.Image
	var in []ir.Type
	for i := range img.Takes {
		in = append(in, s.refs[i].constType())
	}
	out, err := op.Infer(in)
	y := &s.out()[0]
	if err != nil {
		return err
	}
	if len(out) != 1 || out[0].WithLayout(ir.RowMajor) != y.constType() {
		return fmt.Errorf("%s gives %v, not %v", op.Name(), out, y.constType())
	}
	if y.rank < 3 || y.rank > 5 {
		return fmt.Errorf("there are no kernels for %v", y.constType())
	}
	if !y.lies(img.Last) {
		return fmt.Errorf("%v does not lie as images do", s.plan.Out[0])
	}
	if img.Bias {
		if b := &s.refs[img.Takes]; b.rank != 1 || b.dims[0] != y.dims[1] || b.strides[0] != 4 {
			return fmt.Errorf("%v is no bias of %d channels", s.plan.In[img.Takes], y.dims[1])
		}
	}
	return s.checkEpilogue(y)
}

// checkEpilogue holds the epilogue's operands to its domain.
func (s *imageStep) checkEpilogue(y *ref) error {
	if s.tape == nil {
		return nil
	}
	m := imageOf(y)
	domain := [3]int{m.n, m.c, m.pixels()}
	if s.plan.Image.Last {
		domain[1], domain[2] = domain[2], domain[1]
	}
	for i, o := range s.tape.Program().Operands {
		r := s.operand(i)
		if r.rank != 3 || [3]int(r.dims[:3]) != domain {
			return fmt.Errorf("operand %d of its epilogue is of %v, not of %v", i, r.shape(), domain)
		}
		if o.Access == tile.Tensor && domain[2] > 1 && r.strides[2] != r.dt.Size() {
			return fmt.Errorf("operand %d of its epilogue has gaps", i)
		}
	}
	return nil
}

// operand is the i-th of the epilogue's.
func (s *imageStep) operand(i int) *ref {
	reads := s.plan.Image.Reads()
	if i += reads; i >= len(s.plan.In) {
		i++ // Out[0]
	}
	return &s.refs[i]
}

func (s *imageStep) workBytes() int { return s.size }
func (s *imageStep) setWork(at int) { s.work = at }
func (s *imageStep) cost() int      { return s.ns }

func (s *imageStep) stages() int {
	n := 0
	for i := range s.links {
		n += s.links[i].job.Stages()
	}
	return n
}

// link is the job of a stage, and the number of that stage in it.
func (s *imageStep) link(stage int) (*link, int) {
	i := 0
	for stage >= s.links[i].job.Stages() {
		stage -= s.links[i].job.Stages()
		i++
	}
	return &s.links[i], stage
}

func (s *imageStep) units(stage int) int {
	l, stage := s.link(stage)
	return l.job.Units(stage)
}

// start notes the addresses of this run.
func (s *imageStep) start(fr *frame) {
	for i := range s.links {
		l := &s.links[i]
		l.args.A, l.args.B, l.args.C = s.addr(fr, l.a), s.addr(fr, l.b), s.addr(fr, l.c)
		l.args.Bias, l.args.Work = s.addr(fr, l.d), s.addr(fr, l.work)
	}
	for i := range s.addrs {
		s.addrs[i] = s.operand(i).addr(fr)
	}
}

func (s *imageStep) addr(fr *frame, p place) unsafe.Pointer {
	switch p.kind {
	case stepInput:
		return s.refs[p.at].addr(fr)
	case stepOutput:
		return s.out()[p.at].addr(fr)
	case stepPacked:
		return fr.values.packed(fr.f.m.cpu, s.key, fr.main.gemm)
	case stepWork:
		if s.size > 0 {
			return unsafe.Add(unsafe.Pointer(unsafe.SliceData(fr.work)), s.work+p.at)
		}
	}
	return nil
}

func (s *imageStep) run(_ *frame, stage, unit int, w *worker) error {
	l, stage := s.link(stage)
	l.job.Run(stage, unit, &l.args, w.gemm)
	return nil
}

// epilogueElements is how much of a strip a tape gets at once.
const epilogueElements = 8192

// runEpilogue runs the tape over a strip of the result.
func (s *imageStep) runEpilogue(scratch *asm.Scratch, strip asm.Strip) {
	a := &scratch.Worker.(*worker).tape
	cols := strip.Col1 - strip.Col0
	per := max(1, epilogueElements/max(1, cols))
	for row := strip.Row0; row < strip.Row1; row += per {
		a.Rows, a.Cols = min(per, strip.Row1-row), cols
		a.Row0, a.Col0 = int32(row), int32(strip.Col0)
		for i, p := range s.addrs {
			st := &s.operand(i).strides
			slot := &a.Slots[i]
			slot.Row, slot.Col = st[1], st[2]
			slot.Ptr = unsafe.Add(p, strip.Batch*st[0]+row*st[1]+strip.Col0*st[2])
		}
		s.tape.RunUnchecked(a)
	}
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
