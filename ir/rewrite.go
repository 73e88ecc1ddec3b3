package ir

import "fmt"

// Copier copies nodes of one Func into a Builder, mapping values as it goes.
type Copier struct {
	B *Builder
	m map[Value]Value
	// Dim, DType and Func, where set, replace dims, dtypes and held functions of what is copied.
	Dim   func(Dim) Dim
	DType func(DType) DType
	Func  func(*Func) (*Func, error)
	// Rule, where set, is noted as the rule that made the copies.
	Rule string
}

// NewCopier copies into b.
func NewCopier(b *Builder) *Copier { return &Copier{B: b, m: map[Value]Value{}} }

// Set says that old has become v.
func (c *Copier) Set(old, v Value) { c.m[old] = v }

// Get is what old has become.
func (c *Copier) Get(old Value) Value { return c.m[old] }

// GetAll maps a list.
func (c *Copier) GetAll(old []Value) []Value {
	vs := make([]Value, len(old))
	for i, v := range old {
		vs[i] = c.m[v]
	}
	return vs
}

// Type maps a type by the copier's Dim and DType.
func (c *Copier) Type(t Type) Type {
	if c.Dim != nil {
		t = t.MapDims(c.Dim)
	}
	if c.DType != nil {
		t.DType = c.DType(t.DType)
	}
	return t
}

// Copy copies one node over the mapped inputs and maps its results. It returns the copies.
func (c *Copier) Copy(n *Node) []Value {
	op, fs := n.Op, n.Funcs
	if c.Dim != nil || c.DType != nil {
		op = MapAttrs(op, c.Dim, c.DType)
	}
	if c.Func != nil && len(fs) > 0 {
		fs = make([]*Func, len(n.Funcs))
		for i, f := range n.Funcs {
			g, err := c.Func(f)
			if err != nil {
				c.B.Fail(err)
				return make([]Value, len(n.Types)) // as a builder that failed does
			}
			fs[i] = g
		}
	}
	saved := c.B.Origin()
	c.B.At(c.origin(n))
	out := c.B.add(op, fs, c.GetAll(n.In))
	c.B.At(saved)
	c.SetAll(n, out)
	return out
}

func (c *Copier) origin(n *Node) *Origin {
	if c.Rule == "" || n.Origin == nil {
		return n.Origin
	}
	o := *n.Origin
	o.Rule = c.Rule
	return &o
}

// SetAll maps the results of n to out, which may be longer, and hands names on.
func (c *Copier) SetAll(n *Node, out []Value) {
	for i := range n.Types {
		c.m[n.Value(i)] = out[i]
		if i < len(n.Names) {
			c.B.Name(out[i], n.Names[i])
		}
	}
}

// Head copies the signature of f: arguments, symbols, guards and descriptions.
func (c *Copier) Head(f *Func) {
	g := c.B.f
	g.Name, g.Doc, g.Span, g.Composite, g.Public = f.Name, f.Doc, f.Span, f.Composite, f.Public
	for i, a := range f.Args {
		c.m[f.Arg(i)] = c.B.Arg(a.Name, a.Kind, c.Type(a.Type))
		g.Args[i].Doc = a.Doc
	}
	g.Syms = append(g.Syms, f.Syms...)
	g.Guards = append(g.Guards, f.Guards...)
}

// Tail copies the results of f.
func (c *Copier) Tail(f *Func) {
	for _, o := range f.Outs {
		c.B.out(Out{o.Name, o.Kind, c.m[o.Value]})
	}
}

// Rewrite copies f node by node: each may return the values that replace the node's results, or nil to have it copied.
// Functions that nodes hold are not entered; see [RewriteModule].
func Rewrite(f *Func, each func(c *Copier, n *Node) []Value) (*Func, error) {
	return rewrite(f, NewCopier(NewFunc(f.Name)), each)
}

func rewrite(f *Func, c *Copier, each func(c *Copier, n *Node) []Value) (*Func, error) {
	c.Head(f)
	for _, n := range f.Nodes[1:] {
		c.B.At(n.Origin)
		if each != nil {
			if vs := each(c, n); vs != nil {
				c.SetAll(n, vs)
				continue
			}
		}
		c.Copy(n)
	}
	c.Tail(f)
	return c.B.Done()
}

// RewriteModule rewrites every function of m, those that nodes hold or refer to first, each once: a function that
// several nodes refer to stays one. It returns a new module.
func RewriteModule(m *Module, pass func(f *Func) (*Func, error)) (*Module, error) {
	done := map[*Func]*Func{}
	var visit func(f *Func) (*Func, error)
	visit = func(f *Func) (*Func, error) {
		if g, ok := done[f]; ok {
			if g == nil {
				return nil, fmt.Errorf("%s refers to itself", f.Name)
			}
			return g, nil
		}
		done[f] = nil
		h, err := f, error(nil)
		if holds(f) {
			c := NewCopier(NewFunc(f.Name))
			c.Func = visit
			if h, err = rewrite(f, c, nil); err != nil {
				return nil, err
			}
		}
		if h, err = pass(h); err != nil {
			return nil, err
		}
		done[f] = h
		return h, nil
	}
	out := *m
	out.Funcs = make([]*Func, len(m.Funcs))
	for i, f := range m.Funcs {
		g, err := visit(f)
		if err != nil {
			return nil, err
		}
		out.Funcs[i] = g
	}
	return &out, nil
}

func holds(f *Func) bool {
	for _, n := range f.Nodes {
		if len(n.Funcs) > 0 {
			return true
		}
	}
	return false
}

// Inline copies the body of f into b with args in place of its arguments and returns its results. Symbols of f must be
// symbols of b's function already, or replaced by dim (which may be nil).
func Inline(b *Builder, f *Func, args []Value, dim func(Dim) Dim) []Value {
	c := NewCopier(b)
	c.Dim = dim
	if dim != nil {
		c.Func = func(g *Func) (*Func, error) { return SubstFunc(g, dim) }
	}
	for i, v := range args {
		c.Set(f.Arg(i), v)
	}
	for _, n := range f.Nodes[1:] {
		c.Copy(n)
	}
	outs := make([]Value, len(f.Outs))
	for i, o := range f.Outs {
		outs[i] = c.Get(o.Value)
	}
	return outs
}

// SubstFunc is f with every dim replaced, in the functions it holds too.
func SubstFunc(f *Func, dim func(Dim) Dim) (*Func, error) {
	c := NewCopier(NewFunc(f.Name))
	c.Dim = dim
	c.Func = func(g *Func) (*Func, error) { return SubstFunc(g, dim) }
	return rewrite(f, c, nil)
}
