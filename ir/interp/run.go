package interp

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Run runs f on its arguments, all kinds of them in their order, and returns its results, writes among them. Symbols get
// their values from the shapes (an axis that is one symbol, or one plus a constant) and from Size arguments; every other
// dim, the ranges and the guards are checked. It stops with the context's error between nodes.
//
// A node that fails gives a [NodeError]. Results may share memory with arguments and with each other.
func Run(ctx context.Context, f *ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	r := &runner{ctx: ctx, env: newEnv(), facts: map[*ir.Func]*facts{}}
	if err := r.env.bind(f, in); err != nil {
		return nil, err
	}
	return r.Run(f, in)
}

type runner struct {
	ctx   context.Context
	env   *env
	facts map[*ir.Func]*facts
}

// Done implements [ir.Runner].
func (r *runner) Done() error { return r.ctx.Err() }

// Shape implements [ir.Runner].
func (r *runner) Shape(t ir.Type) ([]int, error) { return t.Shape(r.env.get) }

// Run implements [ir.Runner]: f and its nodes read the symbols of who holds them.
func (r *runner) Run(f *ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	fc := r.facts[f]
	if fc == nil {
		fc = study(f)
		r.facts[f] = fc
	}
	if len(in) != len(f.Args) {
		return nil, fmt.Errorf("%s takes %d arguments, not %d", f.Name, len(f.Args), len(in))
	}
	vals := make([]tensor.Tensor, fc.count)
	copy(vals, in)
	for i, n := range f.Nodes {
		if i > 0 {
			if err := r.ctx.Err(); err != nil {
				return nil, err
			}
			if err := r.node(fc, n, vals); err != nil {
				return nil, at(f, n, err)
			}
		}
		for _, p := range fc.dies[i] {
			vals[p] = tensor.Tensor{}
		}
	}
	outs := make([]tensor.Tensor, len(f.Outs))
	for i, o := range f.Outs {
		outs[i] = vals[fc.place(o.Value)]
	}
	return outs, nil
}

func (r *runner) node(fc *facts, n *ir.Node, vals []tensor.Tensor) error {
	in := make([]tensor.Tensor, len(n.In))
	for i, v := range n.In {
		in[i] = vals[fc.place(v)]
	}
	nf, err := r.bound(&fc.nodes[n.ID], n)
	if err != nil {
		return err
	}
	out, err := r.eval(nf, n, in)
	if err != nil {
		return err
	}
	if b, ok := nf.op.(ir.Birther); ok {
		b.Born(in, out, r.env.set)
	}
	copy(vals[fc.first[n.ID]:], out)
	return nil
}

func (r *runner) eval(nf *nodeFacts, n *ir.Node, in []tensor.Tensor) (out []tensor.Tensor, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	if op, ok := nf.op.(ir.Region); ok {
		out, err = op.EvalRegions(r, n.Funcs, in)
	} else if op, ok := nf.op.(ir.Evaler); ok {
		out = newResults(nf, n)
		err = op.Eval(in, out)
	} else {
		err = fmt.Errorf("the op has no Eval")
	}
	if err == nil && len(out) != len(n.Types) {
		err = fmt.Errorf("%d results instead of %d", len(out), len(n.Types))
	}
	return out, err
}

func newResults(nf *nodeFacts, n *ir.Node) []tensor.Tensor {
	out := make([]tensor.Tensor, len(n.Types))
	for i, t := range n.Types {
		if nf.shapes[i] != nil {
			out[i] = tensor.New(t.DType, nf.shapes[i]...)
		}
	}
	return out
}

// bound works out the op and the shapes of the results for the symbols' present values.
func (r *runner) bound(nf *nodeFacts, n *ir.Node) (*nodeFacts, error) {
	if nf.gen != 0 && (nf.static || nf.gen == r.env.gen) {
		return nf, nil
	}
	nf.op = n.Op
	if !nf.static {
		nf.op = ir.MapAttrs(n.Op, r.env.dim, nil)
	}
	nf.shapes = make([][]int, len(n.Types))
	if _, ok := n.Op.(ir.Region); !ok {
		get := r.bounds(n)
		for i, t := range n.Types {
			if t.IsList() {
				continue
			}
			shape, err := t.Shape(get)
			if err != nil {
				if unbounded(n, t) {
					continue
				}
				return nil, err
			}
			nf.shapes[i] = shape
		}
	}
	nf.gen = r.env.gen
	return nf, nil
}

// bounds gives the symbols, and for those that the node gives birth to their upper bounds.
func (r *runner) bounds(n *ir.Node) func(string) (int64, bool) {
	born := symbolsOf(n)
	if len(born) == 0 {
		return r.env.get
	}
	return func(name string) (int64, bool) {
		for _, s := range born {
			if s.Name == name && s.Bounded {
				hi, err := s.Hi.Eval(r.env.get)
				return hi, err == nil
			}
			if s.Name == name {
				return 0, false
			}
		}
		return r.env.get(name)
	}
}

// unbounded reports whether the type uses a symbol that the node gives birth to without an upper bound.
func unbounded(n *ir.Node, t ir.Type) bool {
	for _, s := range symbolsOf(n) {
		for _, d := range t.Dims() {
			if !s.Bounded && slices.Contains(d.Syms(), s.Name) {
				return true
			}
		}
	}
	return false
}

func symbolsOf(n *ir.Node) []ir.Symbol {
	b, ok := n.Op.(ir.Birther)
	if !ok {
		return nil
	}
	types := make([]ir.Type, len(n.In))
	for i, v := range n.In {
		types[i] = v.Type()
	}
	return b.Symbols(types)
}
