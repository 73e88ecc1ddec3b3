package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// A written param or state is computed in the place of its old value, if that can be done so that a call that fails or
// is cancelled leaves it as it was: one step writes it, which reads the old value element by element if at all; nothing
// reads the old value after; and nothing that can fail depends on it. Such steps stand behind all that can fail, and
// behind the last point at which a call can be cancelled. Others get a second place, and both change roles when the call
// has succeeded.

// inPlaceWrites redirects writes to their old values' places. It returns the steps that must not start before everything
// that may fail has ended.
func (b *body) inPlaceWrites(l *lowerer) map[*plan.Step]bool {
	late := map[*plan.Step]bool{}
	fn := l.fn
	for k, o := range fn.Outs {
		if o.Kind != ir.Write {
			continue
		}
		for j, a := range fn.Args {
			if a.Name != o.Name || a.Kind != ir.Param && a.Kind != ir.State || a.Type.IsList() {
				continue
			}
			from := plan.Root{Kind: plan.Result, Index: k}
			to := plan.Operand{Root: plan.Root{Kind: plan.Argument, Index: j}, Type: a.Type}
			if at := b.overwrites(l, from, to); at >= 0 {
				for _, s := range b.steps {
					redirect(s, from, to)
				}
				late[b.steps[at]] = true
			}
		}
	}
	return late
}

// overwrites is the step that may write to instead of from, or -1.
func (b *body) overwrites(l *lowerer, from plan.Root, to plan.Operand) int {
	made := -1
	derived := map[plan.Root]bool{}
	for i, s := range b.steps {
		t := touched(s)
		old := contains(t.reads, to.Root) || contains(t.writes, to.Root)
		switch {
		case contains(t.writes, from) && (made >= 0 || len(s.Bodies()) > 0 || l.fails(s)):
			return -1
		case contains(t.writes, from):
			if made = i; old && !inPlace(s, from, to) {
				return -1
			}
			derived[from] = true
		case made >= 0 && old:
			return -1
		}
		if made >= 0 && (i == made || readsAny(t, derived)) {
			if l.fails(s) {
				return -1
			}
			for _, r := range t.writes {
				derived[r] = true
			}
		}
	}
	return made
}

func readsAny(t touch, roots map[plan.Root]bool) bool {
	for _, r := range t.reads {
		if roots[r] {
			return true
		}
	}
	return false
}

// fails reports whether a step may end in an error. Kernels cannot whose sizes were checked when binding.
func (l *lowerer) fails(s *plan.Step) bool {
	if s.Eval != nil || len(s.Births) > 0 {
		return true
	}
	for _, list := range [][]plan.Operand{s.In, s.Out} {
		for i := range list {
			if l.isLateSized(&list[i]) {
				return true
			}
		}
	}
	for _, inner := range s.Bodies() {
		bad := false
		inner.Each(func(s *plan.Step) { bad = bad || l.fails(s) })
		if bad {
			return true
		}
	}
	return s.Loop != nil && s.Loop.While && !s.Loop.Bound // it may have to be cancelled
}

// isLateSized reports whether an operand's sizes are known in the call only.
func (l *lowerer) isLateSized(o *plan.Operand) bool {
	if o.Root.Kind == plan.Box || l.hasRunSymbol(o.Off) {
		return true
	}
	for i := range o.Type.Rank() {
		if l.hasRunSymbol(o.Type.Dim(i)) || o.Strided && l.hasRunSymbol(o.Strides.At(i)) {
			return true
		}
	}
	return false
}

func (l *lowerer) hasRunSymbol(d ir.Dim) bool {
	for _, name := range d.Syms() {
		if l.syms[name].Birth == ir.Run {
			return true
		}
	}
	return false
}
