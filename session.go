package nnc

import (
	"context"
	"io"

	"github.com/seed-350a5e16/nnc/runtime"
)

// Session is a model's params and state with values of their own, for one goroutine at a time: overlapping use is
// ErrInUse. A call that fails or is cancelled leaves it as it was.
type Session struct{ s *runtime.Session }

// Run runs a function of the session's model on it; see [Func.Run]. What the function writes is there for the next call.
func (s *Session) Run(ctx context.Context, f *Func, out, in []Tensor) error {
	return s.s.Run(ctx, f.f, out, in)
}

// RunKey is Run with a random key in place of the one that seed and number of the call give.
func (s *Session) RunKey(ctx context.Context, f *Func, key Tensor, out, in []Tensor) error {
	return s.s.RunKey(ctx, f.f, key, out, in)
}

// Call runs a function on named inputs and returns fresh results by name.
func (s *Session) Call(ctx context.Context, f *Func, args Named) (Named, error) {
	in, err := f.order(args)
	if err != nil {
		return nil, err
	}
	out := make([]Tensor, len(f.sig.Results))
	if err := s.s.Run(ctx, f.f, out, in); err != nil {
		return nil, err
	}
	return f.name(out), nil
}

// Param is a copy of the param or state with that path.
func (s *Session) Param(name string) (Tensor, error) { return s.s.Get(name) }

// SetParam gives the param or state with that path a value, a copy of t.
func (s *Session) SetParam(name string, t Tensor) error { return s.s.Set(name, t) }

// Save writes all params and states, bit for bit, and what further random numbers follow from, as .safetensors keyed by
// path. Equal sessions give equal bytes. States that are lists have no place in the format and are an error.
func (s *Session) Save(w io.Writer) error { return s.s.Save(w) }

// Restore reads what Save wrote, all of it or, with an error, nothing. A *FileError names each param or state that is
// missing, of another dtype or other dims, or not the model's. A restored session goes on as the saved one would have.
func (s *Session) Restore(r io.Reader) error { return s.s.Restore(r) }

// Freeze is a model of the session's current values, to serve what was trained. The session goes on as it was.
func (s *Session) Freeze() (*Model, error) {
	m, err := s.s.Freeze()
	if err != nil {
		return nil, err
	}
	return &Model{m}, nil
}

// Close ends the session.
func (s *Session) Close() error { return s.s.Close() }
