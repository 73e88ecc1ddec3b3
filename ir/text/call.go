package text

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A given is an argument of a call, evaluated.
type given struct {
	name  string // "" for a positional one
	val   value
	expr  syntax.Expr
	at    diag.Span
	named diag.Span // its name, if it has one
}

// nameSpan is where the name of an argument stands, or else the argument.
func nameSpan(a *syntax.CallArg) diag.Span {
	if a.Name != nil {
		return a.Name.Span
	}
	return a.Span
}

// plural is a number of things.
func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// call evaluates a call, whatever is called.
func (e eval) call(x *syntax.Call) []value {
	f := e.raw(x.Fun)
	switch f := f.(type) {
	case poison:
		silent()
	case *builtin:
		return e.callBuiltin(f, x)
	case *idsFn:
		return []value{e.ids(f, x)}
	case *fnv:
		return e.callFn(f, e.given(x.Args), x.Span)
	case *gradFn:
		return e.callGrad(f, e.given(x.Args), x.Span)
	case dtypev:
		return []value{e.convert(ir.DType(f), x)}
	case *instance:
		if a, ok := e.m.member(f, "apply").(*fnv); ok {
			return e.callFn(a, e.given(x.Args), x.Span)
		}
		e.m.fail(x.Fun.At(), diag.WrongKind, "%s is an instance of %s, which has no apply to be called", spell(x.Fun), f.name)
	case *modv, *filev:
		e.m.fail(x.Fun.At(), diag.WrongKind, "%s makes a part: module NAME = %s(...)", f.what(), spell(x.Fun))
	}
	e.m.fail(x.Fun.At(), diag.WrongKind, "%s is %s; it can't be called", spell(x.Fun), f.what())
	return nil
}

// given evaluates the arguments of a call in order.
func (e eval) given(args []*syntax.CallArg) []given {
	var gs []given
	for _, a := range args {
		g := given{expr: a.Value, at: a.Value.At(), named: nameSpan(a)}
		if a.Name != nil {
			g.name = a.Name.Name
		}
		g.val = e.raw(a.Value)
		if s, ok := g.val.(*stored); ok && e.c != nil {
			g.val = e.loadStored(s)
		}
		gs = append(gs, g)
	}
	return gs
}

// assign sorts arguments by parameter. A missing one without a default is an error.
func (e eval) assign(f *fnv, args []given, at diag.Span) (byName map[string]given, key value) {
	byName = map[string]given{}
	decl := f.decl
	for i, g := range args {
		if g.name == "key" && !hasArg(decl, "key") {
			key = g.val
			continue
		}
		name := g.name
		if name == "" {
			if i >= len(decl.Args) {
				e.m.fail(g.at, diag.WrongArgs, "%s takes %s", decl.Name.Name, plural(len(decl.Args), "argument"))
			}
			name = decl.Args[i].Name.Name
		}
		if !hasArg(decl, name) {
			e.m.fail(g.named, diag.WrongArgs, "%s has no argument %s%s", decl.Name.Name, name, diag.DidYouMean(name, argNames(decl)))
		}
		if _, dup := byName[name]; dup {
			e.m.fail(g.named, diag.WrongArgs, "%s is given twice", name)
		}
		byName[name] = g
	}
	for _, a := range decl.Args {
		if _, ok := byName[a.Name.Name]; !ok && a.Default == nil {
			e.m.fail(at, diag.WrongArgs, "%s needs the argument %s: %s", decl.Name.Name, a.Name.Name, typeText(a.Type))
		}
	}
	return byName, key
}

func hasArg(decl *syntax.Fn, name string) bool {
	for _, a := range decl.Args {
		if a.Name.Name == name {
			return true
		}
	}
	return false
}

func argNames(decl *syntax.Fn) []string {
	var names []string
	for _, a := range decl.Args {
		names = append(names, a.Name.Name)
	}
	return names
}

// callFn calls a function: inlined, or as a composite if it is one of the prelude's.
func (e eval) callFn(f *fnv, args []given, at diag.Span) []value {
	e.running("the result of " + f.decl.Name.Name)
	byName, key := e.assign(f, args, at)
	if t := e.leafwise(f, byName, at); t != nil {
		return []value{t}
	}
	keys := &keyer{up: e.keys, home: e.c}
	if key != nil {
		keys = keyedBy(e, key)
	}
	in := eval{m: e.m, c: e.c, s: newScope(f.scope), inst: f.inst, keys: keys}
	fr := e.m.push(e.frameName(f), f.decl, f.inst, at)
	e.m.seen[f.decl] = true
	if f.inst == e.m.prelude {
		return e.composite(f, byName, at)
	}
	e.bindArgs(in, f, byName, e.c)
	return e.m.within(fr, func() []value { return in.body(f) })
}

func (e eval) frameName(f *fnv) string {
	if f.inst != nil && f.inst != e.m.root && f.inst != e.m.prelude && f.inst.label() != "" {
		return f.inst.label() + "." + f.decl.Name.Name
	}
	return f.decl.Name.Name
}

// within runs f in a frame.
func (m *elab) within(fr *frame, f func() []value) []value {
	old, span := m.fr, m.span
	m.fr = fr
	vs := f()
	m.fr, m.span = old, span
	return vs
}

// leafwise applies a function of the prelude to each leaf of a tree, where one of its arguments is one; else nil.
func (e eval) leafwise(f *fnv, byName map[string]given, at diag.Span) value {
	if f.inst != e.m.prelude || f.inst == nil {
		return nil
	}
	for _, a := range f.decl.Args {
		g, ok := byName[a.Name.Name]
		if !ok {
			continue
		}
		t, ok := e.asTree(g.val).(*tree)
		if gr, is := e.asTree(g.val).(*group); is {
			t, ok = e.load(gr).(*tree), true
		}
		if !ok {
			continue
		}
		return e.mapTree(t, func(v value) value {
			one := make(map[string]given, len(byName))
			for k, x := range byName {
				one[k] = x
			}
			g.val = v
			one[a.Name.Name] = g
			return e.composite(f, one, at)[0]
		})
	}
	return nil
}

// bindArgs puts the arguments of a call into the callee's scope: sizes and compile-time values first, since types name
// them, then tensors. Tensors become variables of home.
func (e eval) bindArgs(in eval, f *fnv, byName map[string]given, home *ctx) {
	var later []*syntax.Arg
	for _, a := range f.decl.Args {
		g, ok := byName[a.Name.Name]
		switch {
		case a.Const || a.Type.Kind == syntax.DimType || a.Type.Kind == syntax.FnType || a.Type.Kind == syntax.StrType:
			e.bindConst(in, f, a, g, ok)
		default:
			later = append(later, a)
		}
	}
	vals := map[string]value{}
	for _, offsets := range []bool{false, true} {
		for _, a := range later {
			if _, ok := vals[a.Name.Name]; !ok {
				vals[a.Name.Name] = e.runtimeArg(in, f, a, byName)
			}
			if t, ok := vals[a.Name.Name].(*tens); ok {
				in.bindDims(a.Type, t.typ(), offsets)
			}
		}
	}
	for _, a := range later {
		at := a.Span
		if g, ok := byName[a.Name.Name]; ok {
			at = g.at
		}
		val := in.argument(e.frameName(f)+": argument "+a.Name.Name, a.Type, vals[a.Name.Name], at)
		e.m.declare(in.s, a.Name.Name, &variable{name: a.Name.Name, home: home, val: val}, a.Name.Span)
	}
}

// argument holds a value to a declared type.
func (in eval) argument(what string, decl *syntax.Type, val value, at diag.Span) value {
	switch decl.Kind {
	case syntax.TensorType:
		t, ok := val.(*tens)
		if !ok {
			in.m.fail(at, diag.WrongType, "%s is %s, should be %s", what, val.what(), typeText(decl))
		}
		if t.run {
			in.m.fail(at, diag.RunLength, "%s has a length known only after the run; it can only be returned", what)
		}
		return in.checkArg(what, decl, t, at)
	case syntax.TreeType:
		t, ok := val.(*tree)
		if !ok {
			in.m.fail(at, diag.WrongType, "%s is %s, should be a tree", what, val.what())
		}
		if decl.Of != nil {
			in.checkTree(what, decl, t, at)
		}
	}
	return val
}

// checkTree holds a tree to the leaves of a group.
func (in eval) checkTree(what string, decl *syntax.Type, t *tree, at diag.Span) {
	g := in.groupOf(decl.Of)
	for _, mb := range g.members() {
		l := t.find(mb.name)
		if l == nil || l.typ() != mb.s.typ {
			got := "is missing"
			if l != nil {
				got = "is " + l.typ().String()
			}
			in.m.fail(at, diag.LeafMismatch, "%s does not have the leaves of %s: %s %s, %s has %v", what, g.name, mb.name, got, g.name, mb.s.typ)
		}
	}
	if len(t.leaves) != len(g.members()) {
		in.m.fail(at, diag.LeafMismatch, "%s has %d leaves, the group %s has %d", what, len(t.leaves), g.name, len(g.members()))
	}
}

// runtimeArg is the value of a tensor or tree argument; untyped numbers take the declared dtype.
func (e eval) runtimeArg(in eval, f *fnv, a *syntax.Arg, byName map[string]given) value {
	g, ok := byName[a.Name.Name]
	ev, at := e, g.at
	if !ok {
		def := eval{m: e.m, c: e.c, s: f.scope, inst: f.inst, keys: e.keys}
		g.val, ev, at = def.raw(a.Default), def, a.Default.At()
	}
	defer e.m.at(at)()
	if a.Type.Kind != syntax.TensorType {
		return ev.runtime(g.val)
	}
	if _, isTree := ev.asTree(g.val).(*tree); isTree {
		return g.val
	}
	v := ev.load(ev.asTree(g.val))
	if untyped(v) {
		return ev.tens(v, in.dtype(a.Type))
	}
	if l, ok := v.(*list); ok {
		return ev.tens(l, in.dtype(a.Type))
	}
	switch v.(type) {
	case *tens, *tree:
		return v
	}
	e.m.fail(at, diag.WrongType, "%s: argument %s is %s, should be %s", f.decl.Name.Name, a.Name.Name, v.what(), typeText(a.Type))
	return nil
}

// bindConst binds a compile-time argument.
func (e eval) bindConst(in eval, f *fnv, a *syntax.Arg, g given, ok bool) {
	v, at := g.val, g.at
	if !ok {
		v, at = eval{m: e.m, s: f.scope, inst: f.inst}.raw(a.Default), a.Default.At()
	}
	if t, isTens := v.(*tens); isTens {
		e.m.fail(at, diag.NotConstant, "%s: argument %s is a tensor, %v; it has to be known when compiling", f.decl.Name.Name, a.Name.Name, t.typ())
	}
	switch a.Type.Kind {
	case syntax.DimType:
		d, isDim := asDim(v)
		if !isDim {
			e.m.fail(at, diag.WrongType, "%s: argument %s is %s, should be a dim", f.decl.Name.Name, a.Name.Name, v.what())
		}
		if _, fixed := d.Int(); a.Const && !fixed {
			e.m.fail(at, diag.NotConstant, "%s: argument %s is %v; it has to be known when compiling", f.decl.Name.Name, a.Name.Name, d)
		}
		v = dimOf(d)
	case syntax.FnType:
		switch v.(type) {
		case *fnv, *builtin, *gradFn, *instance:
		default:
			e.m.fail(at, diag.WrongType, "%s: argument %s is %s, should be a function", f.decl.Name.Name, a.Name.Name, v.what())
		}
	case syntax.TensorType:
		if dt, isDT := tensor.ParseDType(a.Type.Name); isDT && untyped(v) && (dt == tensor.Bool) != (defaultType(v) == tensor.Bool) {
			e.m.fail(at, diag.WrongType, "%s: argument %s is %s, should be %s", f.decl.Name.Name, a.Name.Name, v.what(), typeText(a.Type))
		}
	}
	in.m.declare(in.s, a.Name.Name, v, a.Name.Span)
}

// body runs a function whose arguments are bound, and gives its results.
func (in eval) body(f *fnv) []value {
	var vs []value
	if f.decl.Value != nil {
		vs = in.multi(f.decl.Value)
	} else {
		vs = in.function(f.decl)
	}
	return in.results(f.decl, vs)
}

// results holds what a function gives to its declaration.
func (in eval) results(decl *syntax.Fn, vs []value) []value {
	name := decl.Name.Name
	at := decl.Name.Span
	if decl.Value != nil {
		at = decl.Value.At()
	} else if r := lastReturn(decl.Body); r != nil {
		at = r.Span
	}
	if decl.Results == nil {
		return in.settleAll(vs)
	}
	if decl.Results.Type != nil {
		if len(vs) != 1 {
			in.m.fail(at, diag.WrongCount, "%s returns %s, should be one: %s", name, plural(len(vs), "value"), typeText(decl.Results.Type))
		}
		return []value{in.result(name+": the result", decl.Results.Type, vs[0], at)}
	}
	fields := decl.Results.Fields
	if len(vs) != len(fields) {
		in.m.fail(at, diag.WrongCount, "%s returns %s, should be %d", name, plural(len(vs), "value"), len(fields))
	}
	out := make([]value, len(vs))
	for i, f := range fields {
		out[i] = in.result(name+": the result "+f.Name.Name, f.Type, vs[i], in.resultAt(decl, i, at))
	}
	return out
}

func (in eval) resultAt(decl *syntax.Fn, i int, at diag.Span) diag.Span {
	if decl.Body == nil {
		return at
	}
	if r := lastReturn(decl.Body); r != nil && len(r.Values) == len(decl.Results.Fields) {
		return r.Values[i].At()
	}
	return at
}

func lastReturn(b *syntax.Block) *syntax.Return {
	if b == nil || len(b.Stmts) == 0 {
		return nil
	}
	r, _ := b.Stmts[len(b.Stmts)-1].(*syntax.Return)
	return r
}

func (in eval) settleAll(vs []value) []value {
	for i, v := range vs {
		vs[i] = in.settle(in.load(v))
	}
	return vs
}

func (in eval) result(what string, t *syntax.Type, v value, at diag.Span) value {
	defer in.m.at(at)()
	switch t.Kind {
	case syntax.TreeType:
		v = in.runtime(v)
		return in.argument(what, t, v, at)
	case syntax.TensorType:
	default:
		return v
	}
	v = in.load(v)
	if _, ok := v.(*tens); !ok {
		if _, isTree := v.(*tree); !isTree {
			v = in.tens(v, in.dtype(t))
		}
	}
	ts, ok := v.(*tens)
	if !ok {
		in.m.fail(at, diag.WrongType, "%s is %s, should be %s", what, v.what(), typeText(t))
	}
	return in.check(what, t, ts, at, diag.WrongType, diag.WrongType)
}
