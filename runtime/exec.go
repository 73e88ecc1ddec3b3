package runtime

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

var errBatch = errors.New("the leading axes of a product are not walked with one stride")

// starter is a kernel that notes addresses before its units run.
type starter interface{ start(fr *frame) }

// exec runs the frame's body. A panic of ours becomes an error that names the step.
func (fr *frame) exec() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fr.stepError(fr.now, fmt.Errorf("panic: %v", r))
		}
	}()
	done := fr.done
	for i, w := range fr.body.waves {
		if i >= fr.f.commit {
			done = nil
		}
		fr.done = done
		if err := fr.wave(w); err != nil {
			return err
		}
	}
	return nil
}

func (fr *frame) stepError(s *boundStep, err error) error {
	name := "?"
	if s != nil {
		name = s.plan.Name
		if o := s.plan.Origin; o != nil && !o.Span.IsZero() {
			name += " (" + o.Span.Position().String() + ")"
		}
	}
	return &StepError{Func: fr.f.fn.Name, Step: name, Err: err}
}

func (fr *frame) run(b *boundBody) error {
	for _, w := range b.waves {
		if err := fr.wave(w); err != nil {
			return err
		}
	}
	return nil
}

// wave runs the kernels of a wave beside each other, then its loops and branches.
func (fr *frame) wave(w *boundWave) error {
	if fr.done != nil {
		select {
		case <-fr.done:
			return fr.ctx.Err()
		default:
		}
	}
	if w.dynamic {
		if err := fr.rebind(w); err != nil {
			return err
		}
	}
	if err := fr.kernels(w); err != nil {
		return err
	}
	for _, s := range w.control {
		if err := fr.control(s); err != nil {
			return err
		}
	}
	return nil
}

// rebind evaluates the sizes of a wave's steps that are known only now.
func (fr *frame) rebind(w *boundWave) error {
	for _, s := range w.kernels {
		if !s.dynamic {
			continue
		}
		fr.now = s
		if err := s.kernel.bind(fr); err != nil {
			return fr.stepError(s, err)
		}
		if err := fr.makeRoom(s); err != nil {
			return fr.stepError(s, err)
		}
	}
	w.sum()
	fr.share(w)
	for _, s := range w.control {
		if !s.dynamic {
			continue
		}
		fr.now = s
		var err error
		if s.loop != nil {
			err = fr.sizeLoop(s.loop)
		} else {
			err = fr.bindRef(&s.branch.cond, &s.plan.In[0])
		}
		if err != nil {
			return fr.stepError(s, err)
		}
	}
	return nil
}

// makeRoom makes room for what a kernel writes outside the arena. Eval steps make their own.
func (fr *frame) makeRoom(s *boundStep) error {
	t, ok := s.kernel.(*tileStep)
	if !ok {
		return nil
	}
	for i := range s.plan.Out {
		if r := &t.refs[len(s.plan.In)+i]; r.box {
			x, err := tensor.TryNew(r.dt, r.shape()...)
			if err != nil {
				return err
			}
			fr.setBox(r.base, x)
		}
	}
	return nil
}

// parallelFloor is the work, in ns on one core, from which a wave is handed to others.
const parallelFloor = 20_000

// kernels runs the kernels of a wave.
func (fr *frame) kernels(w *boundWave) error {
	if fr.profile != nil {
		return fr.measured(w)
	}
	return fr.together(w)
}

// together runs the kernels of a wave beside each other, stage by stage.
func (fr *frame) together(w *boundWave) error {
	for _, s := range w.kernels {
		if k, ok := s.kernel.(starter); ok {
			k.start(fr)
		}
	}
	for stage, upto := range w.stages {
		n := 0
		if len(upto) > 0 {
			n = upto[len(upto)-1]
		}
		if n == 0 {
			continue
		}
		if n > 1 && w.cost >= parallelFloor && fr.team.size > 1 {
			if err := fr.team.do(fr, w, stage, n); err != nil {
				return err
			}
			continue
		}
		for i, s := range w.kernels {
			if err := fr.alone(s, stage, upto, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// alone runs all units of a kernel's stage here.
func (fr *frame) alone(s *boundStep, stage int, upto []int, i int) error {
	n := upto[i]
	if i > 0 {
		n -= upto[i-1]
	}
	fr.now = s
	for u := range n {
		if err := s.kernel.run(fr, stage, u, &fr.main); err != nil {
			return fr.stepError(s, err)
		}
	}
	return nil
}

func (fr *frame) control(s *boundStep) error {
	fr.now = s
	if s.branch != nil {
		if *(*byte)(s.branch.cond.addr(fr)) != 0 {
			return fr.run(s.branch.then_)
		}
		return fr.run(s.branch.else_)
	}
	if s.loop.plan.While {
		return fr.while(s.loop)
	}
	return fr.count(s.loop)
}

// count runs a counted loop.
func (fr *frame) count(l *boundLoop) error {
	for round := range l.trip {
		i := round
		if l.plan.Reverse {
			i = l.trip - 1 - round
		}
		fr.loops[l.plan.Var] = i
		if l.plan.Index != nil {
			*(*int32)(l.index.addr(fr)) = int32(i)
		}
		if err := fr.run(l.body); err != nil {
			return err
		}
	}
	return nil
}

// while runs a loop as long as its condition holds, and at most as often as it is bounded.
func (fr *frame) while(l *boundLoop) error {
	for round := 0; !l.plan.Bound || round < l.limit; round++ {
		if err := fr.run(l.cond); err != nil {
			return err
		}
		if *(*byte)(l.test.addr(fr)) == 0 {
			return nil
		}
		if err := fr.run(l.body); err != nil {
			return err
		}
	}
	return nil
}

// usesWork is a kernel that needs work memory besides its operands.
type usesWork interface {
	workBytes() int
	setWork(at int)
}

// share gives the kernels of a wave their parts of the frame's work memory.
func (fr *frame) share(w *boundWave) {
	n := 0
	for _, s := range w.kernels {
		if k, ok := s.kernel.(usesWork); ok {
			k.setWork(n)
			n += roundUp(k.workBytes())
		}
	}
	if n > len(fr.work) {
		fr.work = alignedBytes(n)
	}
}
