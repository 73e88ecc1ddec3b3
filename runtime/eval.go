package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// evalStep evaluates an op in plain Go: what runs where there is no kernel yet.
type evalStep struct {
	plan    *plan.Step
	op      ir.Evaler
	in, out []ref
	ins     []tensor.Tensor
	outs    []tensor.Tensor
	count   int // elements of all outputs and inputs
}

func (e *evalStep) bind(fr *frame) error {
	if e.in == nil {
		e.in, e.out = make([]ref, len(e.plan.In)), make([]ref, len(e.plan.Out))
		e.ins, e.outs = make([]tensor.Tensor, len(e.in)), make([]tensor.Tensor, len(e.out))
	}
	if err := fr.setBounds(e.plan.Births); err != nil {
		return err
	}
	e.count = 0
	for i := range e.in {
		if err := fr.bindRef(&e.in[i], &e.plan.In[i]); err != nil {
			return err
		}
		e.count += e.in[i].bytes
	}
	for i := range e.out {
		o := &e.plan.Out[i]
		if err := e.out[i].bind(o, fr); err != nil {
			return err
		}
		if o.Root.Kind != plan.Box && !o.Type.IsList() {
			if err := e.out[i].within(o, fr); err != nil {
				return err
			}
		}
		e.count += e.out[i].bytes
	}
	return e.bindOp(fr)
}

// bindOp puts the values of symbols into the op's attributes.
func (e *evalStep) bindOp(fr *frame) error {
	if e.op != nil && !fr.f.dynamic[e.plan] {
		return nil
	}
	op, err := fr.boundOp(e.plan.Eval)
	if err != nil {
		return err
	}
	var ok bool
	if e.op, ok = op.(ir.Evaler); !ok {
		return fmt.Errorf("it can't be evaluated")
	}
	return nil
}

func isAny(d ir.Dim) bool {
	for _, s := range d.Syms() {
		if s == "?" {
			return true
		}
	}
	return false
}

// setBounds gives symbols that a step is about to give birth to their upper bounds: its results are that large at most.
func (fr *frame) setBounds(births []string) error {
	for _, name := range births {
		for i := range fr.f.fn.Syms {
			s := &fr.f.fn.Syms[i]
			if s.Name != name || !s.Bounded {
				continue
			}
			hi, err := fr.sizes.dim(s.Hi)
			if err != nil {
				return err
			}
			fr.sizes.syms[fr.f.sig.slots[name]] = int64(hi)
		}
	}
	return nil
}

func (e *evalStep) stages() int { return 1 }

func (e *evalStep) units(int) int { return 1 }

// evalCost is a guess of picoseconds a byte.
const evalCost = 2000

func (e *evalStep) cost() int { return e.count * evalCost / 1000 }

func (e *evalStep) run(fr *frame, _, _ int, _ *worker) error {
	keeps := e.keeps()
	for i := range e.in {
		t, err := e.in[i].tensor(fr)
		if err != nil {
			return err
		}
		if keeps && !t.IsList() {
			t = t.Clone() // the result is a list that may hold it beyond the arena
		}
		e.ins[i] = t
	}
	for i := range e.out {
		t, err := e.result(fr, i)
		if err != nil {
			return err
		}
		e.outs[i] = t
	}
	if err := e.compute(fr); err != nil {
		return err
	}
	if err := e.store(fr); err != nil {
		return err
	}
	err := fr.born(e)
	clear(e.ins)
	clear(e.outs)
	return err
}

// keeps reports whether a result is a list, which may share its inputs.
func (e *evalStep) keeps() bool {
	for i := range e.plan.Out {
		if e.plan.Out[i].Type.IsList() {
			return true
		}
	}
	return false
}

// result is the tensor to compute result i into.
func (e *evalStep) result(fr *frame, i int) (tensor.Tensor, error) {
	r := &e.out[i]
	switch {
	case e.plan.Out[i].Type.IsList():
		return tensor.Tensor{}, nil
	case r.box:
		return tensor.TryNew(r.dt, r.shape()...)
	}
	return r.tensor(fr)
}

// store puts results that were made elsewhere where they belong.
func (e *evalStep) store(fr *frame) error {
	for i := range e.out {
		r, t := &e.out[i], e.outs[i]
		if r.box {
			fr.setBox(r.base, t)
			continue
		}
		if n := len(t.Bytes()); n > 0 && dataOf(t) != r.addr(fr) {
			if n > r.bytes {
				return fmt.Errorf("result %d has %d bytes, room is for %d", i, n, r.bytes)
			}
			copy(bytesAt(r.addr(fr), n), t.Bytes())
		}
	}
	return nil
}

// born notes the values of symbols to which the step gives birth, and holds them to their ranges.
func (fr *frame) born(e *evalStep) error {
	b, ok := e.op.(ir.Birther)
	if !ok {
		return nil
	}
	var err error
	b.Born(e.ins, e.outs, func(name string, n int64) {
		slot, ok := fr.f.sig.slots[name]
		if !ok {
			err = fmt.Errorf("symbol %s is not declared", name)
			return
		}
		fr.sizes.syms[slot] = n
	})
	if err != nil {
		return err
	}
	for _, name := range e.plan.Births {
		if err := fr.checkBorn(name); err != nil {
			return err
		}
	}
	return nil
}

func (fr *frame) checkBorn(name string) error {
	for i := range fr.f.fn.Syms {
		s := &fr.f.fn.Syms[i]
		if s.Name != name {
			continue
		}
		n := int(fr.sizes.syms[fr.f.sig.slots[name]])
		if lo, err := fr.sizes.dim(s.Lo); err == nil && n < lo {
			return fmt.Errorf("%s is %d in this call, but at least %d", name, n, lo)
		}
		if hi, err := fr.sizes.dim(s.Hi); s.Bounded && err == nil && n > hi {
			return fmt.Errorf("%s is %d in this call, but at most %d", name, n, hi)
		}
	}
	return nil
}
