package runtime

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync/atomic"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Session is a model's params and state with the values they have now, for one goroutine at a time. Params that no
// function of the program writes are shared with the model as long as they are not set.
//
// What is written has two places: a call writes the one that is not current, and only if it succeeds they change roles.
// A call that fails leaves its session as it was.
type Session struct {
	m      *Model
	now    values
	next   values           // written ones only; made when first needed
	lent   map[valueAt]bool // those of now that are the program's own, which no session may write
	seed   uint64
	calls  int64
	inUse  atomic.Bool
	closed bool
	write  []tensor.Tensor // of the call that runs
}

// NewSession makes a session; seed gives its random numbers, and the first values of params that the program has none
// for.
func (m *Model) NewSession(seed uint64) (*Session, error) {
	now, err := m.firstValues(seed)
	if err != nil {
		return nil, err
	}
	s := &Session{m: m, now: now, seed: seed, lent: map[valueAt]bool{}}
	s.next = values{params: make([]tensor.Tensor, len(now.params)), states: make([]tensor.Tensor, len(now.states))}
	for _, at := range m.at {
		s.lent[at] = !m.decl(at).Value.IsZero()
	}
	return s, nil
}

func (m *Model) decl(at valueAt) *plan.Decl {
	if at.state {
		return &m.p.States[at.i]
	}
	return &m.p.Params[at.i]
}

// firstValues are the params and states of the program: given ones, else made from the seed and their names.
func (m *Model) firstValues(seed uint64) (values, error) {
	params, err := m.firstOf(m.p.Params, seed)
	if err != nil {
		return values{}, err
	}
	states, err := m.firstOf(m.p.States, seed)
	v := values{params, states, m.packs}
	for _, d := range m.p.Params {
		if d.Value.IsZero() {
			v.packs = newPacks()
		}
	}
	return v, err
}

func (m *Model) firstOf(decls []plan.Decl, seed uint64) ([]tensor.Tensor, error) {
	list := make([]tensor.Tensor, len(decls))
	for i, d := range decls {
		if !d.Value.IsZero() {
			list[i] = d.Value
			continue
		}
		shape, err := d.Type.Shape(func(string) (int64, bool) { return 0, false })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		if d.Init == "" {
			list[i] = tensor.New(d.Type.DType, shape...)
			continue
		}
		if list[i], err = m.initial(d, seed); err != nil {
			return nil, fmt.Errorf("first value of %s: %w", d.Name, err)
		}
	}
	return list, nil
}

// initial runs a declaration's function on the key of the seed and the name.
func (m *Model) initial(d plan.Decl, seed uint64) (tensor.Tensor, error) {
	f, ok := m.funcs[d.Init]
	if !ok {
		return tensor.Tensor{}, fmt.Errorf("the program has no function %s", d.Init)
	}
	key, err := initKey(seed, d.Name)
	if err != nil {
		return tensor.Tensor{}, err
	}
	out := make([]tensor.Tensor, 1)
	err = f.call(context.Background(), &values{}, nil, key, out, nil)
	return out[0], err
}

// initKey is the key of a param's first value.
func initKey(seed uint64, path string) (tensor.Tensor, error) {
	h := fnv.New64a()
	h.Write([]byte(path))
	root, err := seedKey(seed)
	if err != nil {
		return root, err
	}
	return foldKey(root, int64(h.Sum64()))
}

func seedKey(seed uint64) (tensor.Tensor, error) {
	return evalKey(ops.MakeKey{}, tensor.Scalar(int64(seed)))
}

func foldKey(key tensor.Tensor, n int64) (tensor.Tensor, error) {
	return evalKey(ops.Fold{}, key, tensor.Scalar(n))
}

func evalKey(op ir.Op, in ...tensor.Tensor) (tensor.Tensor, error) {
	out := []tensor.Tensor{tensor.New(tensor.Key)}
	e, ok := op.(ir.Evaler)
	if !ok {
		return out[0], fmt.Errorf("%s can't be evaluated", op.Name())
	}
	err := e.Eval(in, out)
	return out[0], err
}

// Run runs a function on the session; see [Func.Run]. The n-th call draws from the key of (seed, n), n from 1.
func (s *Session) Run(ctx context.Context, f *Func, out, in []tensor.Tensor) error {
	return s.run(ctx, f, tensor.Tensor{}, out, in)
}

// RunKey is Run with a key for what the function draws.
func (s *Session) RunKey(ctx context.Context, f *Func, key tensor.Tensor, out, in []tensor.Tensor) error {
	return s.run(ctx, f, key, out, in)
}

func (s *Session) run(ctx context.Context, fn *Func, key tensor.Tensor, out, in []tensor.Tensor) error {
	f := fn.f
	if f.m != s.m {
		return &ArgError{Func: f.fn.Name, Arg: "function", Want: "one of the session's model", Got: "another's"}
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.inUse.Store(false)
	if key.IsZero() && f.key >= 0 {
		var err error
		if key, err = s.nextKey(); err != nil {
			return err
		}
	}
	s.prepare(f)
	if err := f.call(ctx, &s.now, s.write, key, out, in); err != nil {
		return err
	}
	s.calls++
	s.commit(f)
	return nil
}

func (s *Session) begin() error {
	if !s.inUse.CompareAndSwap(false, true) {
		return ErrInUse
	}
	if s.closed {
		s.inUse.Store(false)
		return ErrClosed
	}
	return nil
}

func (s *Session) nextKey() (tensor.Tensor, error) {
	root, err := seedKey(s.seed)
	if err != nil {
		return root, err
	}
	return foldKey(root, s.calls+1)
}

// prepare makes the places that the call will write.
func (s *Session) prepare(f *function) {
	for _, i := range f.inPlace {
		if at := s.m.at[f.fn.Args[i].Name]; s.lent[at] {
			s.lent[at] = false
			now := s.now.slot(at)
			*now = now.Clone()
		}
	}
	s.write = s.write[:0]
	for _, i := range f.writes {
		at := s.m.at[f.fn.Outs[i].Name]
		now, next := s.now.slot(at), s.next.slot(at)
		if next.IsZero() && !now.IsList() {
			*next = tensor.New(now.DType(), now.Dims()...)
		}
		s.write = append(s.write, *next)
	}
}

// commit makes what the call wrote current.
func (s *Session) commit(f *function) {
	for k, i := range f.writes {
		at := s.m.at[f.fn.Outs[i].Name]
		now, next := s.now.slot(at), s.next.slot(at)
		*next, *now = *now, s.write[k]
		if s.lent[at] {
			s.lent[at] = false
			*next = tensor.Tensor{}
		}
	}
}

// slot finds a param or state by path.
func (s *Session) slot(path string) (*tensor.Tensor, error) {
	at, ok := s.m.at[path]
	if !ok {
		return nil, fmt.Errorf("the model has no param or state %s", path)
	}
	return s.now.slot(at), nil
}

// Get is a copy of a param or state.
func (s *Session) Get(path string) (tensor.Tensor, error) {
	if err := s.begin(); err != nil {
		return tensor.Tensor{}, err
	}
	defer s.inUse.Store(false)
	now, err := s.slot(path)
	if err != nil {
		return tensor.Tensor{}, err
	}
	return now.Clone(), nil
}

// Set gives a param or state a value, a copy of t.
func (s *Session) Set(path string, t tensor.Tensor) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.inUse.Store(false)
	now, err := s.slot(path)
	if err != nil {
		return err
	}
	if t.DType() != now.DType() || !t.SameDims(*now) || t.IsList() != now.IsList() {
		return &ArgError{Func: "set", Arg: path, Want: describe(*now), Got: describe(t)}
	}
	*now = t.Clone()
	s.lent[s.m.at[path]] = false
	s.now.packs = newPacks()
	return nil
}

// Calls is how many calls the session has made; SetCalls sets it, so that a resumed session draws what it would have.
func (s *Session) Calls() int64 { return s.calls }

// SetCalls sets the number of calls made.
func (s *Session) SetCalls(n int64) { s.calls = n }

// Close ends the session.
func (s *Session) Close() error {
	if !s.inUse.CompareAndSwap(false, true) {
		return ErrInUse
	}
	defer s.inUse.Store(false)
	s.closed = true
	return nil
}
