package runtime

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
)

// gemmStep runs a product, and the tape of its epilogue over each strip of C while that is in cache.
type gemmStep struct {
	plan *plan.Step
	fr   *frame
	refs []ref // A, B, what the epilogue reads; C, what it writes
	spec asm.GemmSpec
	gemm asm.Job
	args asm.GemmOperands
	tape *asm.Tape
	work int // bytes before this step's in the frame's work memory
	size int
	flop int
	addr []unsafe.Pointer // of the epilogue's operands, in this run

	key      packKey // of B, if it is packed when it is first needed
	isPacked bool
}

func newGemmStep(fr *frame, s *plan.Step) *gemmStep {
	g := &gemmStep{plan: s, fr: fr, refs: make([]ref, len(s.In)+len(s.Out))}
	if s.Gemm.Epilogue >= 0 {
		g.tape = fr.f.m.tapes[s.Gemm.Epilogue]
		g.addr = make([]unsafe.Pointer, len(g.tape.Program().Operands))
		g.args.Epilogue = g.epilogue
	}
	return g
}

func (g *gemmStep) bind(fr *frame) error {
	for i := range g.refs {
		if err := fr.bindRef(&g.refs[i], operandOf(g.plan, i)); err != nil {
			return err
		}
	}
	a, b, c := &g.refs[0], &g.refs[1], &g.refs[len(g.plan.In)]
	r := c.rank
	spec := asm.GemmSpec{Batch: 1, M: c.dims[r-2], N: c.dims[r-1], K: a.dims[r-1]}
	for _, d := range c.dims[:r-2] {
		spec.Batch *= d
	}
	var ok bool
	if spec.A, ok = matrixStrides(a); !ok {
		return errBatch
	}
	if spec.B, ok = matrixStrides(b); !ok {
		return errBatch
	}
	spec.C, _ = matrixStrides(c)
	g.flop = 2 * spec.Batch * spec.M * spec.N * spec.K
	if g.gemm != nil && spec == g.spec {
		return nil
	}
	g.spec = spec
	g.key, g.isPacked = g.packable(fr)
	spec.Packed = g.isPacked
	job, err := g.job(fr, spec)
	if err != nil {
		return err
	}
	g.gemm, g.size = job, job.WorkBytes()
	job.Trust(&g.args) // binding has checked the operands
	return nil
}

// job prepares the product.
func (g *gemmStep) job(fr *frame, s asm.GemmSpec) (asm.Job, error) {
	if g.plan.Gemm.Bytes {
		return asm.NewQGemm(fr.f.m.cpu, asm.QGemmSpec{M: s.M, N: s.N, K: s.K, ARow: s.A.Row, CRow: s.C.Row, Packed: s.Packed, B: s.B, Zero: true})
	}
	return asm.NewGemm(fr.f.m.cpu, s)
}

// matrixStrides are the strides of the last two axes, and the one that all axes before them are walked with, if there is
// one.
func matrixStrides(r *ref) (asm.Strides, bool) {
	n := r.rank
	s := asm.Strides{Row: r.strides[n-2], Col: r.strides[n-1]}
	if r.dims[n-2] == 1 {
		s.Row = r.dims[n-1] * r.dt.Size()
	}
	if n == 2 {
		return s, true
	}
	s.Batch = r.strides[n-3]
	step := s.Batch
	for i := n - 3; i >= 0; i-- {
		if r.dims[i] > 1 && r.strides[i] != step && !empty(r) {
			return s, false
		}
		step *= r.dims[i]
	}
	return s, true
}

func empty(r *ref) bool {
	for _, d := range r.shape() {
		if d == 0 {
			return true
		}
	}
	return false
}

func (g *gemmStep) workBytes() int { return g.size }
func (g *gemmStep) setWork(at int) { g.work = at }

func (g *gemmStep) stages() int { return g.gemm.Stages() }

func (g *gemmStep) units(stage int) int { return g.gemm.Units(stage) }

// gemmRate is a guess of floating point operations a ns.
const gemmRate = 60

func (g *gemmStep) cost() int {
	if g.plan.Gemm.Bytes {
		return g.flop / (4 * gemmRate)
	}
	return g.flop / gemmRate
}

// start notes the addresses of this run.
func (g *gemmStep) start(fr *frame) {
	in := len(g.plan.In)
	g.args.A, g.args.B, g.args.C = g.refs[0].addr(fr), g.refs[1].addr(fr), g.refs[in].addr(fr)
	if g.isPacked {
		g.args.B = fr.values.packed(fr.f.m.cpu, g.key, fr.main.gemm)
	}
	if g.plan.Gemm.Bytes {
		g.args.Zero = g.refs[2].addr(fr)
	}
	if g.size > 0 {
		g.args.Work = unsafe.Pointer(&fr.work[g.work])
	}
	for i := range g.addr {
		g.addr[i] = g.operand(i).addr(fr)
	}
}

// operand is the i-th of the epilogue's.
func (g *gemmStep) operand(i int) *ref {
	if i += g.plan.Gemm.Factors(); i >= len(g.plan.In) {
		i++ // C itself
	}
	return &g.refs[i]
}

func (g *gemmStep) run(_ *frame, stage, unit int, w *worker) error {
	g.gemm.Run(stage, unit, &g.args, w.gemm)
	return nil
}

// epilogue runs the tape over a strip of C.
func (g *gemmStep) epilogue(s *asm.Scratch, strip asm.Strip) {
	a := &s.Worker.(*worker).tape
	a.Rows, a.Cols = strip.Row1-strip.Row0, strip.Col1-strip.Col0
	a.Row0, a.Col0 = int32(strip.Row0), int32(strip.Col0)
	for i, p := range g.addr {
		r := g.operand(i)
		n := r.rank
		slot := &a.Slots[i]
		slot.Row, slot.Col = r.strides[n-2], r.strides[n-1]
		slot.Ptr = unsafe.Add(p, strip.Row0*slot.Row+strip.Col0*slot.Col)
	}
	g.tape.RunUnchecked(a)
}
