package runtime

import (
	"context"
	"fmt"
	goruntime "runtime"
	"sync"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Options say how a model runs. The zero value is the default.
type Options struct {
	Threads     int   // cores per call; 0: GOMAXPROCS at the call
	MemoryLimit int64 // bytes of all arenas; 0: none
	FailFast    bool  // at the limit ErrBusy; else wait for the context
	Shapes      int   // bindings kept; 0: 32
	// CPU is what kernels are chosen for; nil: the machine, as NNC_ISA limits it.
	CPU *asm.CPU
	// Kernels are users' own, by the names of ops. They go before ours; an op that has neither is evaluated.
	Kernels map[string]Kernel
}

const defaultShapes = 32

func (o *Options) shapes() int {
	if o.Shapes > 0 {
		return o.Shapes
	}
	return defaultShapes
}

func (o *Options) threads() int {
	if o.Threads > 0 {
		return min(o.Threads, goruntime.GOMAXPROCS(0))
	}
	return goruntime.GOMAXPROCS(0)
}

// Model is a loaded program. It is immutable and safe for concurrent use.
type Model struct {
	p     *plan.Program
	opts  Options
	cpu   asm.CPU
	tapes []*asm.Tape
	funcs map[string]*function

	at      map[string]valueAt // params and states by path
	written map[valueAt]bool   // those that some function gives new values
	packs   *packs             // of the program's own params
	memory  memory
	calls   calls

	once   sync.Once // of values
	values values
	err    error
}

// New loads a program.
func New(p *plan.Program, o Options) (*Model, error) {
	m := &Model{p: p, opts: o, funcs: map[string]*function{}, memory: memory{limit: o.MemoryLimit}}
	if o.CPU != nil {
		m.cpu = *o.CPU
	} else {
		m.cpu = asm.Detect()
	}
	if m.cpu.Err != nil {
		return nil, m.cpu.Err
	}
	m.at, m.packs = places(p), newPacks()
	m.written = map[valueAt]bool{}
	for name, at := range m.at {
		m.written[at] = p.Written(name)
	}
	for i, t := range p.Tiles {
		tape, err := asm.NewTape(m.cpu, t)
		if err != nil {
			return nil, fmt.Errorf("load tile program %d: %w", i, err)
		}
		m.tapes = append(m.tapes, tape)
	}
	for _, fn := range p.Funcs {
		f, err := newFunction(m, fn)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", fn.Name, err)
		}
		m.funcs[fn.Name] = f
	}
	return m, nil
}

func places(p *plan.Program) map[string]valueAt {
	at := make(map[string]valueAt, len(p.Params)+len(p.States))
	for i, d := range p.Params {
		at[d.Name] = valueAt{false, i}
	}
	for i, d := range p.States {
		at[d.Name] = valueAt{true, i}
	}
	return at
}

// Program is what the model was loaded from; not to be changed.
func (m *Model) Program() *plan.Program { return m.p }

// CPU is what kernels were chosen for.
func (m *Model) CPU() asm.CPU { return m.cpu }

// Func finds a function by name.
func (m *Model) Func(name string) (*Func, bool) {
	f, ok := m.funcs[name]
	if !ok {
		return nil, false
	}
	return &Func{f}, true
}

// Close waits for the calls that run and refuses others. It may be repeated.
func (m *Model) Close() error {
	m.calls.close()
	return nil
}

// shared are the params and state that calls without a session see: those that came with the program, or first values
// of seed 0.
func (m *Model) sharedValues() (*values, error) {
	m.once.Do(func() { m.values, m.err = m.firstValues(0) })
	return &m.values, m.err
}

// Func is a function of a model, safe for concurrent use.
type Func struct{ f *function }

// Plan is the plan of the function; not to be changed.
func (f *Func) Plan() *plan.Func { return f.f.fn }

// Stateless reports whether the function neither writes params or state nor draws random numbers, so that it needs no
// session.
func (f *Func) Stateless() bool { return !f.f.owns }

// Run runs a function without a session. Out and in are its results and inputs in order: a zero tensor of out is made,
// another is filled as far as its capacity goes and its dims are set.
func (f *Func) Run(ctx context.Context, out, in []tensor.Tensor) error {
	if f.f.owns {
		return &ArgError{Func: f.f.fn.Name, Arg: "call", Want: "a session, since the function writes or draws", Got: "none"}
	}
	v, err := f.f.m.sharedValues()
	if err != nil {
		return err
	}
	return f.f.call(ctx, v, nil, tensor.Tensor{}, out, in)
}

// Warm binds the function for these sizes of its symbols, and makes one frame: the next call with them allocates
// nothing. It returns the bytes of the arena.
func (f *Func) Warm(dims map[string]int) (int64, error) {
	syms := make([]int64, len(f.f.sig.names))
	for i, name := range f.f.sig.names {
		if n, ok := dims[name]; ok {
			syms[i] = int64(n)
		} else if !f.born(name) {
			return 0, &ArgError{Func: f.f.fn.Name, Arg: name, Want: "a size", Got: "none"}
		}
	}
	b, err := f.f.bind(syms)
	if err != nil {
		return 0, err
	}
	fr, err := b.take(context.Background())
	if err != nil {
		return 0, err
	}
	b.give(fr)
	return int64(b.arena), nil
}

func (f *Func) born(name string) bool {
	for _, s := range f.f.fn.Syms {
		if s.Name == name {
			return s.Birth == ir.Run
		}
	}
	return false
}

// calls counts the calls of a model that run.
type calls struct {
	mu     sync.Mutex
	n      int
	ended  int64
	closed bool
	idle   sync.Cond
}

func (c *calls) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.n++
	return nil
}

func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n--
	c.ended++
	if c.n == 0 && c.idle.L != nil {
		c.idle.Broadcast()
	}
}

func (c *calls) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.idle.L = &c.mu
	for c.n > 0 {
		c.idle.Wait()
	}
}
