package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// kernel is a bound step that is cut into units. Units depend on sizes alone, never on the number of workers, and may run
// beside each other.
type kernel interface {
	// bind evaluates sizes; what was bound before is used again.
	bind(fr *frame) error
	// stages follow each other; the units of one stage run in any order.
	stages() int
	units(stage int) int
	run(fr *frame, stage, unit int, w *worker) error
	// cost estimates the nanoseconds on one core: it decides whether others are called in, never what is computed.
	cost() int
}

// boundStep is a step of a frame.
type boundStep struct {
	plan    *plan.Step
	kernel  kernel // nil for loops and branches
	loop    *boundLoop
	branch  *boundBranch
	dynamic bool // its sizes are known in the call only
}

// boundWave is a wave: its kernels run beside each other, then its loops and branches, one after the other.
type boundWave struct {
	kernels []*boundStep
	control []*boundStep
	dynamic bool
	stages  [][]int // for each stage: units of kernels 0 to i together
	cost    int
}

type boundBody struct {
	waves []*boundWave
	cost  int
}

type boundLoop struct {
	plan  *plan.Loop
	trip  int
	index ref
	test  ref
	limit int
	cond  *boundBody
	body  *boundBody
}

type boundBranch struct {
	cond  ref
	then_ *boundBody
	else_ *boundBody
}

func (fr *frame) bindBody(b *plan.Body) (*boundBody, error) {
	body := &boundBody{}
	for _, steps := range b.Waves {
		w := &boundWave{}
		for _, s := range steps {
			bs, err := fr.bindStep(s)
			if err != nil {
				return nil, &StepError{Func: fr.f.fn.Name, Step: s.Name, Err: err}
			}
			w.dynamic = w.dynamic || bs.dynamic
			if bs.kernel != nil {
				w.kernels = append(w.kernels, bs)
			} else {
				w.control = append(w.control, bs)
			}
		}
		if !w.dynamic {
			w.sum()
			fr.share(w)
		}
		body.cost += w.cost
		body.waves = append(body.waves, w)
	}
	return body, nil
}

// sum counts the units of each stage and the cost of the wave's kernels.
func (w *boundWave) sum() {
	most := 0
	for _, s := range w.kernels {
		most = max(most, s.kernel.stages())
	}
	for len(w.stages) < most {
		w.stages = append(w.stages, make([]int, len(w.kernels)))
	}
	w.cost = 0
	for stage, upto := range w.stages {
		n := 0
		for i, s := range w.kernels {
			if stage < s.kernel.stages() {
				n += s.kernel.units(stage)
			}
			upto[i] = n
		}
	}
	for _, s := range w.kernels {
		w.cost += s.kernel.cost()
	}
}

func (fr *frame) bindStep(s *plan.Step) (*boundStep, error) {
	bs := &boundStep{plan: s, dynamic: fr.f.dynamic[s]}
	var ours kernel                                                                // of an op
	if s.Eval != nil && !bs.dynamic && fr.f.m.opts.Kernels[s.Eval.Name()] == nil { // a user's goes before it
		ours = evalKernel(s)
	}
	switch {
	case s.Loop != nil:
		return bs, fr.bindLoop(bs, s)
	case s.If != nil:
		return bs, fr.bindBranch(bs, s)
	case s.Tile != nil && !bs.dynamic && fr.f.m.tapes[s.Tile.Prog].Program().IsCopy():
		bs.kernel = &moveStep{tileStep: *newTileStep(fr, s)}
	case s.Tile != nil:
		bs.kernel = newTileStep(fr, s)
	case s.Gemm != nil:
		bs.kernel = newGemmStep(fr, s)
	case s.Image != nil:
		bs.kernel = newImageStep(fr, s)
	case s.Copy:
		bs.kernel = &copyStep{plan: s}
	case ours != nil:
		bs.kernel = ours
	case s.Eval != nil:
		bs.kernel = &evalStep{plan: s}
	default:
		return nil, fmt.Errorf("a step of no kind")
	}
	if bs.dynamic {
		return bs, nil // bound in each call, when its sizes are known
	}
	return bs, bs.kernel.bind(fr)
}

// EvalOps lists the ops of a program that run by their Eval, for the want of a kernel: each name once, in order.
func EvalOps(p *plan.Program) []string {
	seen := map[string]bool{}
	var names []string
	for _, f := range p.Funcs {
		dynamic := findDynamic(f)
		f.Body.Each(func(s *plan.Step) {
			if s.Eval != nil && !seen[s.Name] && !hasKernel(s, dynamic[s]) {
				seen[s.Name] = true
				names = append(names, s.Name)
			}
		})
	}
	return names
}

// hasKernel reports whether a step that evaluates an op is run by a kernel instead, or is none of note.
func hasKernel(s *plan.Step, dynamic bool) bool {
	return hostScalar(s) || !dynamic && evalKernel(s) != nil
}

// evalKernel is the kernel of an op that has one; nil for others.
func evalKernel(s *plan.Step) kernel {
	for _, of := range [...]func(*plan.Step) kernel{indexKernel, drawKernel, attentionKernel, foldKernel, momentsKernel, cumsumKernel, resampleKernel, padKernel, blockKernel, opKernel} {
		if k := of(s); k != nil {
			return k
		}
	}
	return nil
}

func (fr *frame) bindLoop(bs *boundStep, s *plan.Step) error {
	l := &boundLoop{plan: s.Loop}
	bs.loop = l
	if !bs.dynamic {
		if err := fr.sizeLoop(l); err != nil {
			return err
		}
	}
	var err error
	if s.Loop.While {
		if l.cond, err = fr.bindBody(&s.Loop.Cond); err != nil {
			return err
		}
	}
	l.body, err = fr.bindBody(&s.Loop.Body)
	return err
}

// sizeLoop evaluates what a loop itself needs.
func (fr *frame) sizeLoop(l *boundLoop) error {
	var err error
	if l.trip, err = fr.sizes.dim(l.plan.Trip); err != nil {
		return err
	}
	if l.limit, err = fr.sizes.dim(l.plan.Max); err != nil {
		return err
	}
	fr.trips[l.plan.Var] = max(l.trip, 0)
	if l.plan.Index != nil {
		if err := fr.bindRef(&l.index, l.plan.Index); err != nil {
			return err
		}
	}
	if l.plan.While {
		return fr.bindRef(&l.test, &l.plan.Test)
	}
	return nil
}

// bindRef binds an operand and holds it to its bounds.
func (fr *frame) bindRef(r *ref, o *plan.Operand) error {
	if err := r.bind(o, fr); err != nil {
		return err
	}
	return r.within(o, fr)
}

func (fr *frame) bindBranch(bs *boundStep, s *plan.Step) error {
	bs.branch = &boundBranch{}
	if !bs.dynamic {
		if err := fr.bindRef(&bs.branch.cond, &s.In[0]); err != nil {
			return err
		}
	}
	var err error
	if bs.branch.then_, err = fr.bindBody(&s.If.Then); err != nil {
		return err
	}
	bs.branch.else_, err = fr.bindBody(&s.If.Else)
	return err
}

// findDynamic marks the steps whose sizes depend on symbols that are born in the call, or that touch values outside the
// arena, and those that give birth.
func findDynamic(fn *plan.Func) map[*plan.Step]bool {
	born := map[string]bool{}
	for _, s := range fn.Syms {
		if s.Birth == ir.Run {
			born[s.Name] = true
		}
	}
	isBorn := func(d ir.Dim) bool {
		if len(born) == 0 {
			return false
		}
		for _, name := range d.Syms() {
			if born[name] {
				return true
			}
		}
		return false
	}
	dynamic := map[*plan.Step]bool{}
	fn.Body.Each(func(s *plan.Step) {
		found := len(s.Births) > 0
		eachDim(fn, s, func(d ir.Dim) { found = found || isBorn(d) })
		for _, list := range [][]plan.Operand{s.In, s.Out} {
			for _, o := range list {
				found = found || o.Root.Kind == plan.Box || o.Type.IsList()
			}
		}
		if found {
			dynamic[s] = true
		}
	})
	return dynamic
}

// eachDim visits every size in a step, not in the steps inside it.
func eachDim(fn *plan.Func, s *plan.Step, visit func(ir.Dim)) {
	operand := func(o *plan.Operand) {
		visit(o.Off)
		for i := range o.Type.Rank() {
			visit(o.Type.Dim(i))
			if o.Strided {
				visit(o.Strides.At(i))
			}
		}
		for _, l := range o.Loops {
			visit(l.Stride)
		}
	}
	for i := range s.In {
		operand(&s.In[i])
	}
	for i := range s.Out {
		operand(&s.Out[i])
	}
	switch {
	case s.Tile != nil:
		for _, d := range s.Tile.Dims {
			visit(d)
		}
	case s.Gemm != nil:
		for _, d := range s.Gemm.Lead {
			visit(d)
		}
		visit(s.Gemm.M)
		visit(s.Gemm.N)
		visit(s.Gemm.K)
	case s.Image != nil:
		ir.MapAttrs(s.Image.Op, func(d ir.Dim) ir.Dim { visit(d); return d }, nil)
	case s.Eval != nil:
		ir.MapAttrs(s.Eval, func(d ir.Dim) ir.Dim { visit(d); return d }, nil)
	case s.Loop != nil:
		visit(s.Loop.Trip)
		visit(s.Loop.Max)
		if s.Loop.Index != nil {
			operand(s.Loop.Index)
		}
		if s.Loop.While {
			operand(&s.Loop.Test)
		}
	}
}
