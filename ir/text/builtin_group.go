package text

import (
	"path"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// groupRows are the functions about groups, gradients and state.
func groupRows() []builtin {
	return []builtin{
		{"matching", "g pattern", func(e eval, a *args) []value {
			g := e.group(a.vals["g"], a.expr["g"])
			p, ok := a.vals["pattern"].(str)
			if !ok {
				e.m.fail(a.at, diag.WrongKind, "matching takes a pattern such as \"*.w\"")
			}
			if _, err := path.Match(string(p), ""); err != nil {
				e.m.fail(a.expr["pattern"].At(), diag.WrongKind, "%q is not a pattern: %v", string(p), err)
			}
			return one(filtered(g, func(mb member) bool { ok, _ := path.Match(string(p), mb.name); return ok }))
		}},
		{"matrices", "g", func(e eval, a *args) []value {
			return one(filtered(e.group(a.vals["g"], a.expr["g"]), func(mb member) bool { return mb.s.typ.Rank() >= 2 }))
		}},
		{"grad", "f wrt?", func(e eval, a *args) []value { return one(e.gradOf(a, "grad")) }},
		{"value_and_grad", "f wrt?", func(e eval, a *args) []value { return one(e.gradOf(a, "value_and_grad")) }},
		{"checkpoint", "f", func(e eval, a *args) []value { return one(e.gradOf(a, "checkpoint")) }},
		{"reset", "x", func(e eval, a *args) []value { e.reset(a.vals["x"], a); return nil }},
	}
}

func filtered(g *group, keep func(member) bool) *group {
	return &group{name: g.name, list: func() []member {
		var ms []member
		for _, mb := range g.members() {
			if keep(mb) {
				ms = append(ms, mb)
			}
		}
		return ms
	}}
}

// group is a value as a group: an instance, a param, or a group.
func (e eval) group(v value, x syntax.Expr) *group {
	if g := e.m.asGroup(v); g != nil {
		return g
	}
	if _, bad := v.(poison); bad {
		silent()
	}
	at := e.m.span
	what := "this"
	if x != nil {
		at, what = x.At(), spell(x)
	}
	e.m.fail(at, diag.WrongKind, "%s is %s; a group is params, an instance, a param, or what matching and matrices make", what, v.what())
	return nil
}

func (m *elab) asGroup(v value) *group {
	switch v := v.(type) {
	case *group:
		return v
	case *instance:
		return m.params(v)
	case *stored:
		if v.table == nil {
			return &group{name: v.path, list: func() []member { return []member{{v.name, v}} }}
		}
	case *array:
		return &group{name: "an array", list: func() []member { return m.below(v, m.root, "") }}
	case *list:
		return m.union(v.elems)
	}
	return nil
}

// union is a list of groups as one.
func (m *elab) union(elems []value) *group {
	var gs []*group
	for _, x := range elems {
		g := m.asGroup(x)
		if g == nil {
			return nil
		}
		gs = append(gs, g)
	}
	return &group{name: "a list", list: func() []member { return concatMembers(gs) }}
}

func concatMembers(gs []*group) []member {
	var ms []member
	for _, g := range gs {
		ms = append(ms, minus(g.members(), ms)...)
	}
	return ms
}

// minus are the members of a that are not in b.
func minus(a, b []member) []member {
	var ms []member
	for _, x := range a {
		found := false
		for _, y := range b {
			found = found || x.s == y.s
		}
		if !found {
			ms = append(ms, x)
		}
	}
	return ms
}

// groups is g1 + g2 and g1 - g2 where groups are meant as sets: at compile time. It is nil elsewhere.
func (e eval) groups(op string, a, b value) value {
	if e.c != nil || op != "+" && op != "-" {
		return nil
	}
	if isSize(a) || isSize(b) {
		return nil
	}
	g, h := e.m.asGroup(a), e.m.asGroup(b)
	if g == nil || h == nil {
		return nil
	}
	if op == "+" {
		return &group{name: g.name + " + " + h.name, list: func() []member { return concatMembers([]*group{g, h}) }}
	}
	return &group{name: g.name + " - " + h.name, list: func() []member { return minus(g.members(), h.members()) }}
}

// groupOf evaluates an expression that is a group, as in tree(of).
func (e eval) groupOf(x syntax.Expr) *group {
	still := e
	still.c = nil
	return e.group(still.raw(x), x)
}

// reset puts back initial values.
func (e eval) reset(v value, a *args) {
	e.running("reset")
	for _, s := range e.resettable(v, a) {
		val := e.initialValue(s, e.c)
		e.mayWrite(s, a.at)
		e.c.write(s.v, &tens{v: val.v, ones: s.ones}, a.at)
	}
}

// resettable lists what a value stores: a state or param, a group, or all of an instance.
func (e eval) resettable(v value, a *args) []*stored {
	switch v := v.(type) {
	case *stored:
		if v.table == nil {
			return []*stored{v}
		}
	case *group:
		var ss []*stored
		for _, mb := range v.members() {
			ss = append(ss, mb.s)
		}
		return ss
	case *instance:
		var ss []*stored
		e.m.walk(v, func(s *stored) { ss = append(ss, s) })
		return ss
	case *array:
		var ss []*stored
		for _, x := range v.elems {
			ss = append(ss, e.resettable(x, a)...)
		}
		return ss
	}
	e.m.fail(a.at, diag.WrongKind, "reset takes a state, a param, an instance or a group, not %s", v.what())
	return nil
}
