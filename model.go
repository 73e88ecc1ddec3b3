package nnc

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/runtime"
)

// Model is a loaded program, safe for concurrent use.
type Model struct{ m *runtime.Model }

// New loads what compiler.Compile made. o may be nil.
func New(p *Program, o *Options) (*Model, error) {
	if o == nil {
		o = &Options{}
	}
	m, err := runtime.New(p, runtime.Options{Threads: o.Threads, MemoryLimit: o.MemoryLimit, FailFast: o.FailFast, Shapes: o.Shapes,
		Kernels: o.Kernels})
	if err != nil {
		return nil, err
	}
	return &Model{m}, nil
}

// Funcs are the signatures of the functions that the model offers.
func (m *Model) Funcs() []Sig {
	var sigs []Sig
	for _, f := range m.m.Program().Funcs {
		if f.Public {
			sigs = append(sigs, sigOf(f))
		}
	}
	return sigs
}

// Func finds a function. An empty name is the only function there is, or predict, or main.
func (m *Model) Func(name string) (*Func, error) {
	var public []string
	for _, s := range m.Funcs() {
		public = append(public, s.Name)
	}
	if name == "" {
		switch {
		case len(public) == 1:
			name = public[0]
		case slices.Contains(public, "predict"):
			name = "predict"
		case slices.Contains(public, "main"):
			name = "main"
		default:
			return nil, fmt.Errorf("nnc: name one of the functions %s", strings.Join(public, ", "))
		}
	}
	f, ok := m.m.Func(name)
	if !ok {
		return nil, fmt.Errorf("nnc: there is no function %s; the model has %s", name, strings.Join(public, ", "))
	}
	return &Func{f: f, sig: sigOf(f.Plan())}, nil
}

// NewSession makes a session: params and state with their first values, which seed and their names give where the program
// does not hold them.
func (m *Model) NewSession(seed uint64) (*Session, error) {
	s, err := m.m.NewSession(seed)
	if err != nil {
		return nil, err
	}
	return &Session{s}, nil
}

// Info describes the model.
func (m *Model) Info() Info { return infoOf(m.m) }

// Stats counts what the model does.
func (m *Model) Stats() Stats { return Stats(m.m.Stats()) }

// Close waits for calls that run and refuses others. It may be repeated or left out.
func (m *Model) Close() error { return m.m.Close() }

// Func is a function of a model, safe for concurrent use.
type Func struct {
	f   *runtime.Func
	sig Sig
}

// Sig is the function's signature.
func (f *Func) Sig() Sig { return f.sig }

// Call runs the function on named inputs and returns fresh results by name.
func (f *Func) Call(ctx context.Context, args Named) (Named, error) {
	in, err := f.order(args)
	if err != nil {
		return nil, err
	}
	out := make([]Tensor, len(f.sig.Results))
	if err := f.f.Run(ctx, out, in); err != nil {
		return nil, err
	}
	return f.name(out), nil
}

// Run runs the function on inputs in order. A zero tensor of out is made, another is filled up to its capacity and its
// dims are set. Out that overlaps in is an ArgError. Once its shapes have been seen it allocates nothing but what out
// lacks.
func (f *Func) Run(ctx context.Context, out, in []Tensor) error { return f.f.Run(ctx, out, in) }

// Warm prepares for these sizes of the signature's free dims. It returns the bytes of the arena of one call.
func (f *Func) Warm(dims map[string]int) (arenaBytes int64, err error) { return f.f.Warm(dims) }

// order lists named inputs in the order of the signature.
func (f *Func) order(args Named) ([]Tensor, error) {
	in := make([]Tensor, len(f.sig.Args))
	for i, a := range f.sig.Args {
		t, ok := args[a.Name]
		if !ok {
			return nil, &ArgError{Func: f.sig.Name, Arg: a.Name, Want: a.String(), Got: "nothing"}
		}
		in[i] = t
	}
	for name := range args {
		if !slices.ContainsFunc(f.sig.Args, func(v Value) bool { return v.Name == name }) {
			return nil, &ArgError{Func: f.sig.Name, Arg: name, Want: f.sig.String(), Got: "an argument that it does not have"}
		}
	}
	return in, nil
}

func (f *Func) name(out []Tensor) Named {
	named := make(Named, len(out))
	for i, r := range f.sig.Results {
		named[r.Name] = out[i]
	}
	return named
}
