package graph

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// Options say what a graph may refer to. The zero Options know the ops of ir/ops and no tables but those in the file.
type Options struct {
	Ops *ir.OpSet // nil: all of ir/ops
	// Table finds the data of a table that the file refers to by hash.
	Table func(hash string) (tensor.Tensor, error)
}

// maxErrors bounds what is reported.
const maxErrors = 50

// Parse reads the text of a graph. Its errors are a [diag.List].
func Parse(f *diag.File, o Options) (*ir.Module, error) {
	ast, err := syntax.Parse(f)
	if err != nil {
		return nil, err
	}
	return Read(ast, o)
}

// Read makes the module of a parsed graph. Its errors are a [diag.List], in order. The module verifies.
func Read(f *syntax.File, o Options) (*ir.Module, error) {
	if f.Graph == nil {
		return nil, diag.List{diag.New(f.Span, diag.BadGraph, "this is no graph: the header graph NAME is missing")}
	}
	if o.Ops == nil {
		o.Ops = ops.Set()
	}
	r := &reader{opts: o, decls: map[string]*syntax.Fn{}, funcs: map[string]*ir.Func{}, tables: map[string]*ir.Table{}}
	r.module = &ir.Module{Name: f.Graph.Name, Doc: f.Doc}
	r.declare(f)
	for _, d := range f.Decls {
		if fn, ok := d.(*syntax.Fn); ok && r.decls[fn.Name.Name] == fn {
			if g := r.function(fn); g != nil && !fn.Local {
				r.module.Funcs = append(r.module.Funcs, g)
			}
		}
	}
	r.inits(f)
	if len(r.errs) > 0 {
		return nil, r.errs.Err()
	}
	if err := ir.Verify(r.module); err != nil {
		return nil, diag.List{diag.New(f.Graph.Span, diag.BadGraph, "%v", err)}
	}
	return r.module, nil
}

// reader is one reading of a file.
type reader struct {
	opts   Options
	module *ir.Module
	decls  map[string]*syntax.Fn
	funcs  map[string]*ir.Func // those read; nil for one that is being read or has errors
	tables map[string]*ir.Table
	open   []*syntax.Fn // those being read
	errs   diag.List
}

// bail is what an error panics with, inside this package; try catches it.
type bail struct{}

// fail reports an error and leaves the statement.
func (r *reader) fail(at diag.Span, code diag.Code, format string, args ...any) {
	r.report(diag.New(at, code, format, args...))
	panic(bail{})
}

func (r *reader) report(d *diag.Diagnostic) {
	if len(r.errs) < maxErrors {
		r.errs.Add(d)
	}
}

// try runs f; it reports whether there was no error.
func (r *reader) try(f func()) (ok bool) {
	defer func() {
		if x := recover(); x != nil && x != (bail{}) {
			panic(x)
		}
	}()
	f()
	return true
}

// declare notes what the file declares and reads params, state and tables.
func (r *reader) declare(f *syntax.File) {
	for _, d := range f.Decls {
		r.try(func() { r.decl(d) })
	}
}

func (r *reader) decl(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.Param:
		r.module.Params = append(r.module.Params, r.stored(d.Doc, d.Items, d.Type, d.Init))
	case *syntax.State:
		r.module.States = append(r.module.States, r.stored(d.Doc, d.Items, d.Type, d.Init))
	case *syntax.Table:
		r.table(d)
	case *syntax.Fn:
		if r.decls[d.Name.Name] != nil {
			r.fail(d.Name.Span, diag.DuplicateName, "two functions are named %s", d.Name.Name)
		}
		r.decls[d.Name.Name] = d
	default:
		r.fail(d.At(), diag.BadGraph, "a graph has params, state, tables and functions only")
	}
}

func (r *reader) stored(doc string, items []*syntax.Item, t *syntax.Type, init syntax.Expr) ir.ParamInfo {
	if len(items) != 1 || items[0].Count != nil || items[0].Index != nil {
		r.fail(items[0].Span, diag.BadGraph, "a graph declares one param or state at a time, by its path")
	}
	p := ir.ParamInfo{Name: items[0].Name.Name, Type: r.typ(t), Doc: doc}
	for _, list := range [][]ir.ParamInfo{r.module.Params, r.module.States} {
		for _, q := range list {
			if q.Name == p.Name {
				r.fail(items[0].Span, diag.DuplicateName, "%s is declared twice", p.Name)
			}
		}
	}
	if init == nil {
		return p
	}
	var ok bool
	if p.Init, ok = pathOf(init); !ok {
		r.fail(init.At(), diag.BadGraph, "behind = stands the function that makes the first value of %s", p.Name)
	}
	return p
}

// inits holds the functions that make first values to be there.
func (r *reader) inits(f *syntax.File) {
	check := func(init syntax.Expr) {
		if init == nil {
			return
		}
		if name, ok := pathOf(init); ok && r.decls[name] == nil {
			r.report(diag.New(init.At(), diag.UnknownName, "unknown function %s%s", name, diag.DidYouMean(name, r.funcNames())))
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *syntax.Param:
			check(d.Init)
		case *syntax.State:
			check(d.Init)
		}
	}
}

func (r *reader) funcNames() []string {
	var names []string
	for name := range r.decls {
		names = append(names, name)
	}
	return names
}

// pathOf is the dotted path that an expression is.
func pathOf(x syntax.Expr) (string, bool) {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name, true
	case *syntax.Select:
		if head, ok := pathOf(x.X); ok {
			return head + "." + x.Name.Name, true
		}
	}
	return "", false
}
