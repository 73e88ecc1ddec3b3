package runtime

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// held is an argument whose value the session holds.
type held struct {
	arg int
	at  valueAt
}

// function is a loaded function: its signature, and its last bindings.
type function struct {
	m       *Model
	fn      *plan.Func
	sig     *signature
	dynamic map[*plan.Step]bool
	inputs  []int // arguments that the caller gives
	results []int // outs that the caller gets
	writes  []int // outs that the session keeps
	inPlace []int // params and states, arguments, that steps overwrite
	commit  int   // the first wave that does: from there on a call is not cancelled
	held    []held
	key     int  // the argument that is the call's key, or -1
	owns    bool // writes params or state, or draws: it runs on a session only

	mu    sync.Mutex
	bound []*binding // the last used first
}

func newFunction(m *Model, fn *plan.Func) (*function, error) {
	sig, err := newSignature(fn)
	if err != nil {
		return nil, err
	}
	f := &function{m: m, fn: fn, sig: sig, dynamic: findDynamic(fn)}
	if err := f.compileDims(); err != nil {
		return nil, err
	}
	f.key = -1
	for i, a := range fn.Args {
		switch a.Kind {
		case ir.Input, ir.Size:
			f.inputs = append(f.inputs, i)
		case ir.Param, ir.State:
			at, ok := m.at[a.Name]
			if !ok {
				return nil, fmt.Errorf("the program has no %v %s", a.Kind, a.Name)
			}
			f.held = append(f.held, held{i, at})
		case ir.Key:
			f.key = i
			f.owns = true
		}
	}
	for i, o := range fn.Outs {
		if o.Kind == ir.Result {
			f.results = append(f.results, i)
		} else {
			f.writes = append(f.writes, i)
			f.owns = true
		}
	}
	f.findInPlace()
	return f, nil
}

// findInPlace finds what the function overwrites. The writes left over have a place of their own.
func (f *function) findInPlace() {
	written := f.fn.Writes()
	for i := range f.fn.Args {
		if written[plan.Root{Kind: plan.Argument, Index: i}] {
			f.inPlace = append(f.inPlace, i)
		}
	}
	f.writes = slices.DeleteFunc(f.writes, func(k int) bool { return f.overwrites(f.fn.Outs[k].Name) })
	f.commit = len(f.fn.Body.Waves)
	for w, steps := range slices.Backward(f.fn.Body.Waves) {
		for _, s := range steps {
			b := plan.Func{Body: plan.Body{Waves: [][]*plan.Step{{s}}}}
			for r := range b.Writes() {
				if r.Kind == plan.Argument {
					f.commit = w
				}
			}
		}
	}
}

func (f *function) overwrites(name string) bool {
	for _, i := range f.inPlace {
		if f.fn.Args[i].Name == name {
			return true
		}
	}
	return false
}

// compileDims compiles every size of the plan: from here on their table is only read.
func (f *function) compileDims() error {
	var first error
	add := func(d ir.Dim) {
		if f.sig.knows(d) || isAny(d) {
			return
		}
		if _, err := f.sig.compile(d); err != nil && first == nil {
			first = err
		}
	}
	for _, s := range f.fn.Syms {
		add(s.Lo)
		add(s.Hi)
	}
	for _, b := range f.fn.Bufs {
		add(b.Size)
	}
	for _, o := range f.fn.Outs {
		for _, t := range []ir.Type{o.Type, o.Bound} {
			for _, d := range t.Dims() {
				add(d)
			}
		}
	}
	f.fn.Body.Each(func(s *plan.Step) { eachDim(f.fn, s, add) })
	return first
}

// binding is a function with sizes known.
type binding struct {
	f     *function
	syms  []int64
	off   []int // of buffers in the arena
	size  []int // of buffers
	outs  []int // bytes of results, at most
	dims  [][]int
	arena int

	mu   sync.Mutex
	free []*frame
}

// bind finds or makes the binding for the values of symbols in syms.
func (f *function) bind(syms []int64) (*binding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, b := range f.bound {
		if slices.Equal(b.syms, syms) {
			copy(f.bound[1:i+1], f.bound[:i])
			f.bound[0] = b
			return b, nil
		}
	}
	own := slices.Clone(syms) // nothing below keeps syms: it stays on the caller's stack
	if err := f.sig.checkFacts(own); err != nil {
		return nil, err
	}
	b, err := newBinding(f, own)
	if err != nil {
		return nil, err
	}
	f.bound = slices.Insert(f.bound, 0, b)
	if len(f.bound) > f.m.opts.shapes() {
		last := f.bound[len(f.bound)-1]
		f.bound = f.bound[:len(f.bound)-1]
		last.drop()
	}
	return b, nil
}

func newBinding(f *function, syms []int64) (*binding, error) {
	b := &binding{f: f, syms: syms, off: make([]int, len(f.fn.Bufs)), size: make([]int, len(f.fn.Bufs))}
	z := sizer{f.sig, syms}
	size := func(id int) (int, error) {
		n, err := z.dim(f.fn.Bufs[id].Size)
		if err == nil && (n < 0 || int64(n) > maxArena) {
			err = ErrLimit
		}
		b.size[id] = n
		return n, err
	}
	var err error
	if b.arena, err = layout(&f.fn.Body, f.fn, size, b.off); err != nil {
		return nil, err
	}
	for _, o := range f.fn.Outs {
		dims, n, err := boundDims(&z, o)
		if err != nil {
			return nil, err
		}
		b.dims, b.outs = append(b.dims, dims), append(b.outs, n)
	}
	return b, nil
}

// maxArena is more bytes than any machine has: sizes beyond it are mistakes. Where an int has 32 bits it is never passed.
const maxArena int64 = 1 << 46

// boundDims are the lengths of a result, and its bytes, at most; nothing for one that is made outside given memory.
func boundDims(z *sizer, o plan.Out) ([]int, int, error) {
	if o.Boxed {
		return nil, 0, nil
	}
	dims, n := make([]int, o.Bound.Rank()), o.Type.DType.Size()
	for i := range dims {
		d, err := z.dim(o.Bound.Dim(i))
		if err != nil {
			return nil, 0, err
		}
		dims[i] = d
		n *= d
	}
	return dims, n, nil
}

// take gives a frame that no one uses.
func (b *binding) take(ctx context.Context) (*frame, error) {
	b.mu.Lock()
	if n := len(b.free); n > 0 {
		fr := b.free[n-1]
		b.free = b.free[:n-1]
		b.mu.Unlock()
		return fr, nil
	}
	b.mu.Unlock()
	if err := b.f.m.memory.take(ctx, b.arena, b.f.m.opts.FailFast); err != nil {
		return nil, err
	}
	fr, err := newFrame(b)
	if err != nil {
		b.f.m.memory.give(b.arena)
		return nil, err
	}
	return fr, nil
}

// give takes a frame back.
func (b *binding) give(fr *frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, fr)
}

// drop forgets the free frames.
func (b *binding) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.free {
		b.f.m.memory.give(b.arena)
	}
	b.free = nil
}
