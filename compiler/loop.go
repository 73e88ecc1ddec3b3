package compiler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// newLoop says how to make a scan from another one: values that its body computed come from outside, some carried values
// and stacks are gone, other values are stacked.
type newLoop struct {
	op      ops.Scan
	n       *ir.Node
	gone    []bool     // nodes of the old body that are not copied
	slices  []extra    // values of the old body that become slices
	invs    []extra    // and invariants
	carried []int      // carried values that stay, ascending
	stacks  []ir.Value // values of the old body that the new one stacks
}

// extra is a value of the old body that comes from outside, and the operand it comes from.
type extra struct{ old, operand ir.Value }

// emit adds the new scan to c's builder, which is to hold what the old one's operands have become. It returns the last
// carried values, then the stacks.
func (l *newLoop) emit(c *ir.Copier) ([]ir.Value, error) {
	body, err := l.body()
	if err != nil {
		return nil, err
	}
	var in []ir.Value
	for _, k := range l.carried {
		in = append(in, c.Get(l.n.In[k]))
	}
	op := ops.Scan{Trip: l.op.Trip, Carried: len(in), Scanned: l.op.Scanned + len(l.slices), Reverse: l.op.Reverse}
	rest := c.GetAll(l.n.In[l.op.Carried:])
	in = append(in, rest[:l.op.Scanned]...)
	for _, x := range l.slices {
		in = append(in, x.operand)
	}
	in = append(in, rest[l.op.Scanned:]...)
	for _, x := range l.invs {
		in = append(in, x.operand)
	}
	c.B.At(l.n.Origin)
	return c.B.Region(op, []*ir.Func{body}, in...)[:len(body.Outs)], nil
}

func (l *newLoop) body() (*ir.Func, error) {
	old := l.n.Funcs[0]
	c := ir.NewCopier(ir.NewFunc(old.Name))
	c.B.Func().Span = old.Span
	arg := func(i int) { c.Set(old.Arg(i), c.B.Arg(old.Args[i].Name, ir.Input, old.Args[i].Type)) }
	more := func(xs []extra) {
		for _, x := range xs {
			c.Set(x.old, c.B.Arg(freshName(old, len(c.B.Func().Args)), ir.Input, x.old.Type()))
		}
	}
	arg(0)
	for _, k := range l.carried {
		arg(1 + k)
	}
	scanned := 1 + l.op.Carried
	for i := range l.op.Scanned {
		arg(scanned + i)
	}
	more(l.slices)
	for i := scanned + l.op.Scanned; i < len(old.Args); i++ {
		arg(i)
	}
	more(l.invs)
	for _, n := range old.Nodes[1:] {
		if !l.gone[n.ID] {
			c.Copy(n)
		}
	}
	for _, k := range l.carried {
		c.B.Out(old.Outs[k].Name, c.Get(old.Outs[k].Value))
	}
	for _, v := range l.stacks {
		c.B.Out("y", c.Get(v))
	}
	return c.B.Done()
}

// freshName is a name for the i-th argument that none of f's arguments has.
func freshName(f *ir.Func, i int) string {
	for name := fmt.Sprintf("out%d", i); ; name += "_" {
		if !slices.ContainsFunc(f.Args, func(a ir.Arg) bool { return a.Name == name }) {
			return name
		}
	}
}

// bornIn lists the symbols that nodes of f, or of what they hold, give birth to: their dims mean something in f alone.
func bornIn(f *ir.Func) map[string]bool {
	born := map[string]bool{}
	for _, n := range f.Nodes {
		if b, ok := n.Op.(ir.Birther); ok {
			for _, s := range b.Symbols(typesOf(n.In)) {
				born[s.Name] = true
			}
		}
		for _, g := range n.Funcs {
			maps.Copy(born, bornIn(g))
		}
	}
	return born
}

func typesOf(vs []ir.Value) []ir.Type {
	ts := make([]ir.Type, len(vs))
	for i, v := range vs {
		ts[i] = v.Type()
	}
	return ts
}

// mentions reports whether a dim in the node's attributes or in a type of what it takes or gives uses one of the symbols.
func mentions(n *ir.Node, syms map[string]bool) bool {
	if len(syms) == 0 {
		return false
	}
	found := false
	look := func(d ir.Dim) ir.Dim {
		for _, s := range d.Syms() {
			found = found || syms[s]
		}
		return d
	}
	ir.MapAttrs(n.Op, look, nil)
	for _, t := range slices.Concat(n.Types, typesOf(n.In)) {
		t.MapDims(look)
	}
	return found
}

// mover computes values of a loop's body outside of it, over all rounds at once where they differ.
type mover struct {
	c    *ir.Copier
	trip ir.Dim
	out  map[ir.Value]moved
}

// moved is a value of the body outside of it.
type moved struct {
	v       ir.Value
	batched bool // it has the rounds as axis 0
}

// lift computes a value of the body outside; what it starts from is in out.
func (m *mover) lift(v ir.Value) moved {
	if x, ok := m.out[v]; ok {
		return x
	}
	n := v.Node
	in, batched := make([]ir.Value, len(n.In)), make([]bool, len(n.In))
	over := false
	for i, w := range n.In {
		x := m.lift(w)
		in[i], batched[i] = x.v, x.batched
		over = over || x.batched
	}
	m.c.B.At(n.Origin)
	for i, x := range m.node(n, in, batched, over) {
		m.out[n.Value(i)] = moved{x, over}
	}
	return m.out[v]
}

func (m *mover) node(n *ir.Node, in []ir.Value, batched []bool, over bool) []ir.Value {
	b := m.c.B
	switch {
	case over:
		return n.Op.(ir.Batcher).Batched(b, n, in, batched, m.trip)[:len(n.Types)]
	case len(n.Funcs) > 0:
		return b.Region(n.Op.(ir.Region), n.Funcs, in...)[:len(n.Types)]
	}
	return b.Op(n.Op, in...)[:len(n.Types)]
}
