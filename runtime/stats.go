package runtime

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Stats counts what a model does.
type Stats struct {
	Calls      int64 // ended, well or not
	Running    int   // now
	ArenaBytes int64 // of all frames there are
	Bindings   int   // kept, of all functions
}

// Stats counts what the model does.
func (m *Model) Stats() Stats {
	var s Stats
	m.calls.mu.Lock()
	s.Calls, s.Running = m.calls.ended, m.calls.n
	m.calls.mu.Unlock()
	m.memory.mu.Lock()
	s.ArenaBytes = m.memory.used
	m.memory.mu.Unlock()
	for _, f := range m.funcs {
		f.mu.Lock()
		s.Bindings += len(f.bound)
		f.mu.Unlock()
	}
	return s
}

// Freeze is a model of the same program with the session's current values. Functions that wrote params still can, in a
// session of the new model.
func (s *Session) Freeze() (*Model, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.inUse.Store(false)
	p := *s.m.p
	p.Params = withValues(p.Params, s.now.params)
	p.States = withValues(p.States, s.now.states)
	return New(&p, s.m.opts)
}

func withValues(decls []plan.Decl, values []tensor.Tensor) []plan.Decl {
	list := make([]plan.Decl, len(decls))
	for i, d := range decls {
		d.Value = values[i].Clone()
		list[i] = d
	}
	return list
}
