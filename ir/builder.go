package ir

import (
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// Builder makes one Func. It infers types at once, keeps the first error, and then hands out values without a type, so
// that a run of calls needs one check: that of Done.
type Builder struct {
	f      *Func
	origin *Origin
	err    error
}

// NewFunc begins a function.
func NewFunc(name string) *Builder {
	head := &Node{Op: argsOp{}}
	return &Builder{f: &Func{Name: name, Nodes: []*Node{head}}}
}

// At sets the origin of the nodes that follow.
func (b *Builder) At(o *Origin) { b.origin = o }

// Origin is what At set last.
func (b *Builder) Origin() *Origin { return b.origin }

// Span is the span of the current origin.
func (b *Builder) Span() diag.Span {
	if b.origin == nil {
		return diag.Span{}
	}
	return b.origin.Span
}

// Err is the first error so far.
func (b *Builder) Err() error { return b.err }

// TakeErr is the first error so far, which it forgets: for a checker that reports many.
func (b *Builder) TakeErr() error { err := b.err; b.err = nil; return err }

// Fail keeps err if it is the first.
func (b *Builder) Fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Arg adds an argument.
func (b *Builder) Arg(name string, kind ArgKind, t Type) Value {
	if err := t.check(); err != nil {
		b.Fail(fmt.Errorf("argument %s: %w", name, err))
	}
	head := b.f.Nodes[0]
	b.f.Args = append(b.f.Args, Arg{Name: name, Kind: kind, Type: t})
	head.Types = append(head.Types, t)
	return head.Value(len(head.Types) - 1)
}

// Sym declares a symbol; one declared already is left as it is.
func (b *Builder) Sym(s Symbol) {
	if !slices.ContainsFunc(b.f.Syms, func(o Symbol) bool { return o.Name == s.Name }) {
		b.f.Syms = append(b.f.Syms, s)
	}
}

// Guard adds a fact that binding checks.
func (b *Builder) Guard(g Guard) { b.f.Guards = append(b.f.Guards, g) }

// Op applies op to values and returns the results.
func (b *Builder) Op(op Op, in ...Value) []Value { return b.add(op, nil, in) }

// Op1 applies an op with one result.
func (b *Builder) Op1(op Op, in ...Value) Value { return b.add(op, nil, in)[0] }

// Region applies an op that holds functions.
func (b *Builder) Region(op Region, fs []*Func, in ...Value) []Value { return b.add(op, fs, in) }

// failedResults is how many results an op that failed pretends to have.
const failedResults = 64

func (b *Builder) add(op Op, fs []*Func, in []Value) []Value {
	types, err := inferNode(op, fs, in)
	if err != nil {
		if b.err == nil {
			b.err = fmt.Errorf("%s: %w", op.Name(), err)
		}
		return make([]Value, failedResults)
	}
	n := &Node{ID: len(b.f.Nodes), Op: op, In: slices.Clone(in), Funcs: fs, Types: types, Origin: b.origin}
	b.f.Nodes = append(b.f.Nodes, n)
	return n.Values()
}

func inferNode(op Op, fs []*Func, in []Value) ([]Type, error) {
	types := make([]Type, len(in))
	for i, v := range in {
		if types[i] = v.Type(); types[i].IsZero() {
			return nil, fmt.Errorf("operand %d has no value", i)
		}
	}
	var out []Type
	var err error
	if r, ok := op.(Region); ok {
		out, err = r.InferRegions(types, fs)
	} else {
		out, err = op.Infer(types)
	}
	if err != nil {
		return nil, err
	}
	for _, t := range out {
		if err := t.check(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Name gives the value a name for printed graphs, unless it has one; it returns v.
func (b *Builder) Name(v Value, name string) Value {
	if v.Node == nil || name == "" || IsArgs(v.Node) {
		return v
	}
	if v.Node.Names == nil {
		v.Node.Names = make([]string, len(v.Node.Types))
	}
	if v.Node.Names[v.Res] == "" {
		v.Node.Names[v.Res] = name
	}
	return v
}

// Out adds a result that is returned.
func (b *Builder) Out(name string, v Value) { b.out(Out{name, Result, v}) }

// Write adds the new value of a param or state.
func (b *Builder) Write(path string, v Value) { b.out(Out{path, Write, v}) }

func (b *Builder) out(o Out) {
	if o.Value.Type().IsZero() {
		b.Fail(fmt.Errorf("result %s has no value", o.Name))
	}
	b.f.Outs = append(b.f.Outs, o)
}

// Doc, span and marks of the function under construction.
func (b *Builder) Func() *Func { return b.f }

// NumNodes is how many nodes there are so far.
func (b *Builder) NumNodes() int { return len(b.f.Nodes) }

// Done ends the function, or returns the first error.
func (b *Builder) Done() (*Func, error) {
	if b.err != nil {
		return nil, fmt.Errorf("%s: %w", b.f.Name, b.err)
	}
	return b.f, nil
}
