package compiler

import (
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// Optimize runs the pipeline: m in the form that lowering takes. It verifies the module before the first pass and after
// each; a violation after a pass is an error that names it. m stays as it is.
func Optimize(m *ir.Module, o Options) (*ir.Module, error) {
	if err := ir.Verify(m); err != nil {
		return nil, fmt.Errorf("the module is wrong before the first pass: %w", err)
	}
	r := &run{o: o, left: o.StopAfter}
	for _, p := range Pipeline() {
		if !p.Needed && slices.Contains(o.Off, p.Name) {
			continue
		}
		next, err := r.pass(p, m)
		if err != nil {
			return nil, err
		}
		if m = next; o.After != nil {
			o.After(p.Name, m)
		}
	}
	return m, nil
}

// run is one run of the pipeline.
type run struct {
	o    Options
	left int // rewrites that may still happen, if o.StopAfter is set
}

func (r *run) pass(p Pass, m *ir.Module) (out *ir.Module, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error in pass %s: %v", p.Name, x)
		}
	}()
	if r.o.Shuffle != 0 {
		if m, err = shuffle(m, r.o.Shuffle); err != nil {
			return nil, fmt.Errorf("shuffle before %s: %w", p.Name, err)
		}
	}
	if out, err = p.Run(r, m); err != nil {
		return nil, fmt.Errorf("pass %s: %w", p.Name, err)
	}
	if err := ir.Verify(out); err != nil {
		return nil, fmt.Errorf("internal error: pass %s broke the module: %w", p.Name, err)
	}
	return out, nil
}

// fire asks whether the rule may rewrite now, and counts that it does.
func (r *run) fire(rule string) bool {
	if slices.Contains(r.o.Off, rule) {
		return false
	}
	if r.o.StopAfter > 0 {
		if r.left == 0 {
			return false
		}
		r.left--
	}
	r.count(rule)
	return true
}

// count notes a rewrite that is neither switched off nor stopped.
func (r *run) count(rule string) {
	if r.o.Count != nil {
		r.o.Count[rule]++
	}
}

// GradComposite is the rule that takes a composite's gradient from the library instead of deriving it; --off names it.
const GradComposite = "GradComposite"

func differentiate(r *run, m *ir.Module) (*ir.Module, error) {
	find := r.o.Composite
	if find == nil {
		find = text.NewLibrary().Gradient
	}
	return grad.Module(m, grad.Options{Composite: func(def *ir.Func) *ir.Func {
		if slices.Contains(r.o.Off, GradComposite) {
			return nil
		}
		g := find(def)
		if g != nil {
			r.count(GradComposite)
		}
		return g
	}})
}
