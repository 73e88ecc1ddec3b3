package text

import (
	"github.com/seed-350a5e16/nnc/ir/diag"
)

// A scope holds the names of a block, a function or an instance; the scope of an instance asks its declarations.
type scope struct {
	up    *scope
	names map[string]any // value or *variable
	inst  *instance
}

func newScope(up *scope) *scope { return &scope{up: up, names: map[string]any{}} }

// find is what a name stands for: a value, a *variable, or nil.
func (m *elab) find(s *scope, name string) any {
	for ; s != nil; s = s.up {
		if x, ok := s.names[name]; ok {
			return x
		}
		if s.inst == nil {
			continue
		}
		if v := m.member(s.inst, name); v != nil {
			return v
		}
	}
	if m.prelude != nil {
		if v := m.member(m.prelude, name); v != nil {
			return v
		}
	}
	if v, ok := m.builtins[name]; ok {
		return v
	}
	return nil
}

// known lists the names in sight, for suggestions.
func (m *elab) known(s *scope) []string {
	var names []string
	for ; s != nil; s = s.up {
		for n := range s.names {
			names = append(names, n)
		}
		if s.inst != nil {
			for n := range s.inst.entries {
				names = append(names, n)
			}
			for n := range s.inst.config {
				names = append(names, n)
			}
			for n := range s.inst.imports() {
				names = append(names, n)
			}
		}
	}
	if m.prelude != nil {
		for n := range m.prelude.entries {
			names = append(names, n)
		}
	}
	for n := range m.builtins {
		names = append(names, n)
	}
	return names
}

// declare adds a local name, which must not hide a param, state or instance.
func (m *elab) declare(s *scope, name string, x any, at diag.Span) {
	if what := m.hides(s, name); what != "" {
		m.fail(at, diag.ShadowedName, "%s is a %s of this module: write %s = to change it, or choose another name", name, what, name)
	}
	s.names[name] = x
}

// hides says what a new local name would hide: "param", "state", "instance" or "".
func (m *elab) hides(s *scope, name string) string {
	for ; s != nil; s = s.up {
		if s.inst == nil {
			continue
		}
		e := s.inst.entries[name]
		if e == nil {
			continue
		}
		return e.kind()
	}
	return ""
}
