package graph

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// body is a function or region being read: it captures nothing, so it has names of its own.
type body struct {
	r    *reader
	b    *ir.Builder
	up   *body // around a region, for a better error
	vals map[string]ir.Value
	bad  map[string]bool // names whose statement had an error
}

func newBody(r *reader, name string, up *body) *body {
	return &body{r, ir.NewFunc(name), up, map[string]ir.Value{}, map[string]bool{}}
}

func (b *body) args(args []*syntax.Arg) {
	for _, a := range args {
		if a.Const || a.Default != nil {
			b.r.fail(a.Span, diag.BadGraph, "an argument of a graph is a name and a type")
		}
		b.define(a.Name, b.b.Arg(a.Name.Name, argKind(a.Role), b.r.typ(a.Type)))
		if err := b.b.TakeErr(); err != nil {
			b.r.fail(a.Span, diag.WrongType, "%v", err)
		}
	}
}

func (b *body) define(name *syntax.Ident, v ir.Value) {
	if _, ok := b.vals[name.Name]; ok {
		b.r.fail(name.Span, diag.DuplicateName, "%s has a value already", name.Name)
	}
	b.vals[name.Name] = v
}

// value is the value that a name stands for.
func (b *body) value(x syntax.Expr) ir.Value {
	name, ok := pathOf(x)
	if !ok {
		b.r.fail(x.At(), diag.BadGraph, "the name of a value is expected here")
	}
	if v, ok := b.vals[name]; ok {
		return v
	}
	if b.bad[name] {
		panic(bail{}) // reported already
	}
	for up := b.up; up != nil; up = up.up {
		if _, ok := up.vals[name]; ok {
			b.r.report(diag.New(x.At(), diag.BadGraph, "%s stands outside of this region", name).
				WithHint("a region captures nothing: make %s an operand of the op and an argument of the region", name))
			panic(bail{})
		}
	}
	b.r.fail(x.At(), diag.BadGraph, "%s has no value here%s", name, diag.DidYouMean(name, b.names()))
	return ir.Value{}
}

func (b *body) names() []string {
	var names []string
	for name := range b.vals {
		names = append(names, name)
	}
	return names
}

// statements reads a block; it returns the return that ends a function.
func (b *body) statements(stmts []syntax.Stmt, function bool) (ret *syntax.Return) {
	for i, s := range stmts {
		if x, ok := s.(*syntax.Return); ok && function && i == len(stmts)-1 {
			return x
		}
		b.r.try(func() { b.statement(s) })
	}
	return nil
}

func (b *body) statement(s syntax.Stmt) {
	b.b.At(&ir.Origin{Span: s.At()})
	switch s := s.(type) {
	case *syntax.Let:
		b.let(s)
	case *syntax.ExprStmt:
		b.effect(s)
	case *syntax.Return:
		b.r.fail(s.Span, diag.BadReturn, "return is the last statement of a function; a region names its results at its head")
	default:
		b.r.fail(s.At(), diag.BadGraph, "a statement of a graph is name: type := op(operands, attribute = value)")
	}
}

// let reads a: T, b: U := op(...), or a: T := an expression.
func (b *body) let(s *syntax.Let) {
	defined := false
	defer func() {
		for _, n := range s.Names {
			b.bad[n.Name.Name] = b.bad[n.Name.Name] || !defined
		}
	}()
	want := make([]ir.Type, len(s.Names))
	for i, n := range s.Names {
		want[i] = b.r.typ(n.Type)
	}
	if len(s.Values) != 1 {
		b.r.fail(s.Span, diag.BadGraph, "a statement of a graph has one op")
	}
	vs := b.values(s.Values[0], want)
	if len(vs) != len(s.Names) {
		b.r.fail(s.Values[0].At(), diag.WrongCount, "this gives %d values; the statement names %d", len(vs), len(s.Names))
	}
	for i, n := range s.Names {
		if n.Type != nil && vs[i].Type() != want[i] {
			b.r.fail(n.Type.Span, diag.WrongType, "%s is %v here, but what stands behind := gives %v", n.Name.Name, want[i], vs[i].Type())
		}
		b.define(n.Name, b.b.Name(vs[i], n.Name.Name))
	}
	defined = true
}

func (b *body) effect(s *syntax.ExprStmt) {
	if vs := b.values(s.X, nil); len(vs) != 0 {
		b.r.fail(s.Span, diag.WrongCount, "a result needs a name: y: %v := ...", vs[0].Type())
	}
}

func (b *body) values(x syntax.Expr, want []ir.Type) []ir.Value {
	if c, ok := x.(*syntax.Call); ok {
		return b.call(c)
	}
	var t ir.Type
	if len(want) > 0 {
		t = want[0]
	}
	return []ir.Value{b.expr(x, t)}
}

// call reads op(operands, attribute = value) with its regions.
func (b *body) call(c *syntax.Call) []ir.Value {
	name, ok := pathOf(c.Fun)
	op, known := b.r.opts.Ops.Lookup(name)
	if !ok || !known {
		b.r.fail(c.Fun.At(), diag.UnknownName, "unknown op %s%s", name, diag.DidYouMean(name, b.opNames()))
	}
	var in []ir.Value
	var fs []*ir.Func
	_, refers := op.(ir.Referrer)
	for _, a := range c.Args {
		switch {
		case a.Name == nil:
			in = append(in, b.expr(a.Value, ir.Type{}))
		case refers && a.Name.Name == "fn":
			fs = append(fs, b.r.refer(a.Value))
		default:
			op = b.r.attr(op, a)
		}
	}
	if refers && len(c.Regions) > 0 {
		b.r.fail(c.Regions[0].Span, diag.BadGraph, "%s refers to functions (fn = name), it holds none", name)
	}
	for _, g := range c.Regions {
		fs = append(fs, b.region(g, name))
	}
	region, holds := op.(ir.Region)
	if !holds && len(fs) > 0 {
		b.r.fail(c.Regions[0].Span, diag.BadGraph, "%s holds no functions", name)
	}
	var vs []ir.Value
	if holds {
		vs = b.b.Region(region, fs, in...)
	} else {
		vs = b.b.Op(op, in...)
	}
	if err := b.b.TakeErr(); err != nil {
		b.r.fail(c.Span, diag.OpConstraint, "%v", err)
	}
	return vs
}

func (b *body) opNames() []string {
	var names []string
	for _, op := range b.r.opts.Ops.All() {
		names = append(names, op.Name())
	}
	return names
}

// region reads (args) -> (results) { statements }.
func (b *body) region(g *syntax.Region, op string) *ir.Func {
	name := op
	if g.Label != nil {
		name = g.Label.Name
	}
	q := newBody(b.r, name, b)
	q.b.Func().Span = g.Span
	q.args(g.Args)
	before := len(b.r.errs)
	q.statements(g.Body.Stmts, false)
	for _, x := range g.Results {
		q.b.Out("", q.value(x))
	}
	if len(b.r.errs) > before {
		panic(bail{})
	}
	return q.b.Func()
}
