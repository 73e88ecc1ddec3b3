package graph

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// maxRefs bounds how deep functions may refer to functions that stand below them.
const maxRefs = 1000

// function reads a function once. It is nil if there was an error in it or in what it refers to.
func (r *reader) function(d *syntax.Fn) *ir.Func {
	if f, ok := r.funcs[d.Name.Name]; ok {
		return f
	}
	r.funcs[d.Name.Name] = nil
	r.try(func() { r.funcs[d.Name.Name] = r.makeFunc(d) })
	return r.funcs[d.Name.Name]
}

// refer is the function that a node refers to.
func (r *reader) refer(x syntax.Expr) *ir.Func {
	name, ok := pathOf(x)
	d := r.decls[name]
	if !ok || d == nil {
		r.fail(x.At(), diag.UnknownName, "unknown function %s%s", name, diag.DidYouMean(name, r.funcNames()))
	}
	for _, open := range r.open {
		if open == d {
			r.fail(x.At(), diag.Recursion, "%s refers to itself", name)
		}
	}
	f := r.function(d)
	if f == nil {
		panic(bail{}) // reported where it stands
	}
	return f
}

func (r *reader) makeFunc(d *syntax.Fn) *ir.Func {
	if len(r.open) >= maxRefs {
		r.fail(d.Name.Span, diag.Recursion, "functions refer to each other more than %d deep", maxRefs)
	}
	r.open = append(r.open, d)
	defer func() { r.open = r.open[:len(r.open)-1] }()
	b := newBody(r, d.Name.Name, nil)
	f := b.b.Func()
	f.Doc, f.Span, f.Public = d.Doc, d.Span, d.Public
	if d.Composite != nil {
		f.Composite = d.Composite.Value
	}
	b.args(d.Args)
	r.marks(f, d)
	if d.Body == nil {
		r.fail(d.Span, diag.BadGraph, "the body of a function stands in braces")
	}
	before := len(r.errs)
	ret := b.statements(d.Body.Stmts, true)
	b.results(d, ret)
	if err := b.b.TakeErr(); err != nil && len(r.errs) == before {
		r.fail(d.Name.Span, diag.BadGraph, "%s: %v", f.Name, err)
	}
	if len(r.errs) > before {
		panic(bail{})
	}
	return f
}

func (r *reader) marks(f *ir.Func, d *syntax.Fn) {
	births := [...]ir.Birth{syntax.ShapeBirth: ir.Shape, syntax.ValueBirth: ir.ByValue, syntax.RunBirth: ir.Run}
	for _, s := range d.Symbols {
		sym := ir.Symbol{Name: s.Name.Name, Birth: births[s.Birth], Lo: r.dim(s.Lo)}
		if s.Hi != nil {
			sym.Hi, sym.Bounded = r.dim(s.Hi), true
		}
		for _, o := range f.Syms {
			if o.Name == sym.Name {
				r.fail(s.Name.Span, diag.DuplicateName, "the symbol %s is declared twice", sym.Name)
			}
		}
		f.Syms = append(f.Syms, sym)
	}
	for _, g := range d.Guards {
		f.Guards = append(f.Guards, r.guard(g))
	}
}

func (r *reader) guard(x syntax.Expr) ir.Guard {
	c, ok := x.(*syntax.Binary)
	if ok {
		switch c.Op {
		case "==", "!=", "<", "<=", ">", ">=":
			return ir.Guard{A: r.dim(c.X), B: r.dim(c.Y), Rel: c.Op, Span: x.At()}
		}
	}
	r.fail(x.At(), diag.BadGraph, "a guard compares two dims")
	return ir.Guard{}
}

func argKind(role syntax.Role) ir.ArgKind {
	switch role {
	case syntax.ParamRole:
		return ir.Param
	case syntax.StateRole:
		return ir.State
	case syntax.KeyRole:
		return ir.Key
	case syntax.SizeRole:
		return ir.Size
	}
	return ir.Input
}

// results adds what the function returns, held to its signature.
func (b *body) results(d *syntax.Fn, ret *syntax.Return) {
	var fields []*syntax.Result
	if d.Results != nil {
		if fields = d.Results.Fields; d.Results.Type != nil {
			b.r.fail(d.Results.Span, diag.BadGraph, "results have names: -> (y: %s)", d.Results.Type.Span.Text())
		}
	}
	var values []syntax.Expr
	at := d.Name.Span
	if ret != nil {
		values, at = ret.Values, ret.Span
	}
	if len(values) != len(fields) {
		b.r.fail(at, diag.BadReturn, "%s returns %d values; its signature has %d", d.Name.Name, len(values), len(fields))
	}
	for i, x := range values {
		b.r.try(func() { b.result(fields[i], x) })
	}
}

func (b *body) result(field *syntax.Result, x syntax.Expr) {
	v, want := b.value(x), b.r.typ(field.Type)
	if v.Type() != want {
		b.r.fail(x.At(), diag.WrongType, "%s is %v, the result %s is %v", x.At().Text(), v.Type(), field.Name.Name, want)
	}
	if field.Role == syntax.WriteRole {
		b.b.Write(field.Name.Name, v)
		return
	}
	b.b.Out(field.Name.Name, v)
}
