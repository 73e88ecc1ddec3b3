package text

import (
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// eval evaluates expressions and runs statements: where nodes go (c; nil at compile time only), which names are in sight,
// whose params are meant, and where random keys come from.
type eval struct {
	m    *elab
	c    *ctx
	s    *scope
	inst *instance
	keys *keyer
	// sides are the operands of the operator at hand as they are written, for errors.
	sides   [2]string
	swapped bool // they are compared in the other order
}

// raw evaluates an expression that has one value; params, state and groups stay what they are.
func (e eval) raw(x syntax.Expr) value {
	defer e.m.at(x.At())()
	switch x := x.(type) {
	case *syntax.Paren:
		return e.raw(x.X)
	case *syntax.Ident:
		return e.ident(x)
	case *syntax.Number:
		n, ok := parseNum(x.Text, x.Int)
		if !ok {
			e.m.fail(x.Span, diag.BadNumber, "%s is too large", x.Text)
		}
		return n
	case *syntax.String:
		return str(x.Value)
	case *syntax.Bool:
		return cbool(x.Value)
	case *syntax.Unary:
		return e.unary(x)
	case *syntax.Binary:
		return e.binary(x)
	case *syntax.Cond:
		return e.cond(x)
	case *syntax.Select:
		return e.sel(x)
	case *syntax.Index:
		return e.index(x)
	case *syntax.List:
		l := &list{}
		for _, y := range x.Elems {
			l.elems = append(l.elems, e.raw(y))
		}
		return l
	case *syntax.Tree:
		return e.tree(x)
	case *syntax.Call:
		vs := e.call(x)
		if len(vs) != 1 {
			e.m.fail(x.Span, diag.WrongCount, "%s gives %d values where one is needed", spell(x.Fun), len(vs))
		}
		return vs[0]
	}
	e.m.fail(x.At(), diag.Syntax, "a value is needed here")
	return nil
}

// value is raw with params, state and groups read.
func (e eval) value(x syntax.Expr) value {
	defer e.m.at(x.At())()
	return e.load(e.raw(x))
}

// load reads params, state and groups.
func (e eval) load(v value) value {
	switch v := v.(type) {
	case poison:
		silent()
	case *stored:
		return e.loadStored(v)
	case *column:
		return v.load(e)
	case *group:
		e.running("a group")
		t := &tree{}
		for _, mb := range v.members() {
			t.leaves = append(t.leaves, leaf{mb.name, e.loadStored(mb.s)})
		}
		return t
	}
	return v
}

func (e eval) loadStored(s *stored) *tens {
	e.running(s.path)
	if e.c.root().sealed && s.table == nil {
		e.m.fail(e.m.span, diag.NotConstant, "%s is a %s: it is not known here", s.path, s.word())
	}
	val := e.c.read(s.v)
	t, ok := val.(*tens)
	if !ok {
		silent()
	}
	return t
}

// running fails where only compile-time values are.
func (e eval) running(what string) {
	if e.c == nil {
		e.m.fail(e.m.span, diag.NotConstant, "%s is not known when compiling", what)
	}
}

// values evaluates a list of expressions; a call among them may give several values only if it stands alone.
func (e eval) values(xs []syntax.Expr) []value {
	if len(xs) == 1 {
		return e.multi(xs[0])
	}
	var vs []value
	for _, x := range xs {
		vs = append(vs, e.value(x))
	}
	return vs
}

// multi evaluates an expression that may have several values.
func (e eval) multi(x syntax.Expr) []value {
	defer e.m.at(x.At())()
	var vs []value
	switch x := syntax.Unparen(x).(type) {
	case *syntax.Call:
		vs = e.call(x)
	case *syntax.Loop:
		return e.loop(x)
	default:
		return []value{e.value(x)}
	}
	for i, v := range vs {
		vs[i] = e.load(v)
	}
	return vs
}

func (e eval) ident(x *syntax.Ident) value {
	switch v := e.m.find(e.s, x.Name).(type) {
	case *variable:
		e.running(x.Name)
		val := e.c.read(v)
		if _, bad := val.(poison); bad {
			silent()
		}
		return val
	case value:
		if _, bad := v.(poison); bad {
			silent()
		}
		return v
	}
	e.unknown(x)
	return nil
}

func (e eval) unknown(x *syntax.Ident) {
	if x.Name != "prelude" && isLibrary(x.Name) {
		e.m.failHint("at the top of the file: import std."+x.Name, x.Span, diag.UnknownName, "unknown name %s: it is not imported", x.Name)
	}
	known := e.m.known(e.s)
	e.m.fail(x.Span, diag.UnknownName, "unknown name %s%s", x.Name, diag.DidYouMean(x.Name, known))
}

// tens coerces a value to a tensor: untyped numbers take the type dt, or the default one if dt is Invalid.
func (e eval) tens(v value, dt ir.DType) *tens {
	v = e.load(v)
	if t, ok := v.(*tens); ok {
		if t.run {
			e.m.fail(e.m.span, diag.RunLength, "%s has a length known only after the run; it can only be returned", e.m.span.Text())
		}
		return t
	}
	e.running("a tensor")
	if dt == tensor.Invalid {
		dt = defaultType(v)
	}
	if t := e.typed(v, dt); t != nil {
		return t
	}
	if g, ok := v.(*gradFn); ok {
		e.m.failHint("call it with the arguments of "+g.f.decl.Name.Name, e.m.span, diag.WrongKind, "%s is a function; a tensor is needed", e.m.span.Text())
	}
	e.m.fail(e.m.span, diag.WrongKind, "%s is %s; a tensor is needed", e.m.span.Text(), v.what())
	return nil
}

// typed gives an untyped value a type; nil if it has none.
func (e eval) typed(v value, dt ir.DType) *tens {
	switch v := v.(type) {
	case num:
		return e.typedNum(v, dt)
	case dimv:
		if dt == tensor.Bool || dt == tensor.Key {
			e.m.fail(e.m.span, diag.WrongDType, "%s is a number, not %v", v.what(), dt)
		}
		return &tens{v: e.c.dim(v.d, dt)}
	case *lazy:
		if !v.whole && !dt.IsFloat() {
			e.m.failHint("convert it: "+dt.String()+"(...)", e.m.span, diag.WrongDType, "a float meets %v", dt)
		}
		return &tens{v: v.make(e.c, dt)}
	case cbool:
		if dt != tensor.Bool {
			e.m.fail(e.m.span, diag.WrongDType, "%s is a bool, not %v", v.what(), dt)
		}
		return &tens{v: e.c.lit(strconv.FormatBool(bool(v)), tensor.Bool)}
	case *list:
		return e.listTens(v, dt)
	}
	return nil
}

func (e eval) typedNum(v num, dt ir.DType) *tens {
	switch {
	case dt.IsFloat():
		return &tens{v: e.c.lit(v.text(), dt)}
	case dt.IsInt():
		n, ok := v.int()
		if !ok || !v.whole {
			e.m.failHint("write it without a point, or convert the other operand: f32(...)", e.m.span, diag.WrongDType,
				"%s is a float and meets %v", v.text(), dt)
		}
		return &tens{v: e.c.int(n, dt)}
	}
	e.m.fail(e.m.span, diag.WrongDType, "%s is a number, not %v", v.text(), dt)
	return nil
}

// defaultType is what := gives an untyped value.
func defaultType(v value) ir.DType {
	switch v := v.(type) {
	case num:
		if v.whole {
			return tensor.I32
		}
		return tensor.F32
	case dimv:
		return tensor.I32
	case *lazy:
		if v.whole {
			return tensor.I32
		}
		return tensor.F32
	case cbool:
		return tensor.Bool
	case *list:
		for _, x := range v.elems {
			if defaultType(x) != tensor.I32 {
				return defaultType(x)
			}
		}
		return tensor.I32
	}
	return tensor.F32
}

func untyped(v value) bool {
	switch v.(type) {
	case num, dimv, *lazy, cbool:
		return true
	}
	return false
}

// settle gives an untyped value its default type, as := does; trees and compile-time values stay.
func (e eval) settle(v value) value {
	if untyped(v) {
		return e.tens(v, tensor.Invalid)
	}
	return v
}

// runtime is a tensor or a tree.
func (e eval) runtime(v value) value {
	v = e.load(v)
	switch v := v.(type) {
	case *instance:
		return e.load(e.m.params(v))
	case *tree:
		return v
	}
	if t, ok := v.(*tens); ok {
		return t
	}
	return e.tens(v, tensor.Invalid)
}

func (e eval) tree(x *syntax.Tree) value {
	t := &tree{}
	for _, f := range x.Fields {
		if t.find(f.Name.Name) != nil || t.sub(f.Name.Name) != nil {
			e.m.fail(f.Name.Span, diag.DuplicateName, "leaf %s stands twice", f.Name.Name)
		}
		t.leaves = append(t.leaves, nest(f.Name.Name, e.runtime(e.value(f.Value)))...)
	}
	return t
}

// nest is a value as leaves of a tree under a name.
func nest(name string, v value) []leaf {
	if t, ok := v.(*tens); ok {
		return []leaf{{name, t}}
	}
	var ls []leaf
	for _, l := range v.(*tree).leaves {
		ls = append(ls, leaf{name + "." + l.name, l.val})
	}
	return ls
}

// sel is x.name: a leaf, a member of an instance or module, or .T.
func (e eval) sel(x *syntax.Select) value {
	base := e.raw(x.X)
	name := x.Name.Name
	switch b := base.(type) {
	case poison:
		silent()
	case *instance:
		return e.memberOf(b, b.label(), x)
	case *dataset:
		return e.columnOf(b, x)
	case *modv:
		e.m.failHint("make an instance of it: module NAME = "+spell(x.X)+"(...)", x.X.At(), diag.WrongKind, "%s is a module; its parts belong to instances", spell(x.X))
	case *filev:
		if b.src.ast.Model != nil && b.src.library == nil {
			e.m.openModel(b.src, x)
		}
		return e.memberOf(e.m.lib(b.src), b.src.name, x)
	case *array:
		if n, err := strconv.ParseInt(name, 10, 64); err == nil && n >= b.lo && n-b.lo < int64(len(b.elems)) {
			return b.elems[n-b.lo]
		}
	}
	if name == "T" {
		return e.transpose(e.load(base))
	}
	if g, ok := base.(*group); ok {
		if s := subgroup(g, name); s != nil {
			return s
		}
	}
	if t, ok := e.load(base).(*tree); ok {
		return e.leafOf(t, x)
	}
	e.m.fail(x.Name.Span, diag.UnknownField, "%s is %s; it has no part %s", spell(x.X), base.what(), name)
	return nil
}

// subgroup is a leaf of a group, or the group of the leaves below a name.
func subgroup(g *group, name string) value {
	var ms []member
	for _, mb := range g.members() {
		if mb.name == name {
			return mb.s
		}
		if len(mb.name) > len(name) && mb.name[:len(name)] == name && mb.name[len(name)] == '.' {
			ms = append(ms, member{mb.name[len(name)+1:], mb.s})
		}
	}
	if ms == nil {
		return nil
	}
	return &group{name: g.name + "." + name, list: func() []member { return ms }}
}

func (e eval) leafOf(t *tree, x *syntax.Select) value {
	name := x.Name.Name
	if v := t.find(name); v != nil {
		return v
	}
	if s := t.sub(name); s != nil {
		return s
	}
	e.m.fail(x.Name.Span, diag.UnknownField, "%s has no leaf %s%s", spell(x.X), name, diag.DidYouMean(name, t.names()))
	return nil
}

func (e eval) memberOf(i *instance, label string, x *syntax.Select) value {
	name := x.Name.Name
	if v := e.m.member(i, name); v != nil {
		if _, bad := v.(poison); bad {
			silent()
		}
		return v
	}
	var known []string
	for n := range i.entries {
		known = append(known, n)
	}
	e.m.fail(x.Name.Span, diag.UnknownField, "%s has no %s%s", label, name, diag.DidYouMean(name, known))
	return nil
}

// cond is a if c else b. A condition known when compiling keeps one side.
func (e eval) cond(x *syntax.Cond) value {
	c := e.pureRaw(x.Cond)
	if b, ok := c.(cbool); ok {
		if b {
			return e.raw(x.Then)
		}
		return e.raw(x.Else)
	}
	return e.choose(x, e.boolScalar(c, x.Cond))
}

// pureRaw evaluates the condition of a conditional expression, in which no effects may be.
func (e eval) pureRaw(x syntax.Expr) value {
	if e.c == nil || e.c.pure != "" {
		return e.raw(x)
	}
	e.c.pure = "a conditional expression"
	defer func() { e.c.pure = "" }()
	return e.raw(x)
}

// boolScalar coerces a condition.
func (e eval) boolScalar(v value, x syntax.Expr) ir.Value {
	defer e.m.at(x.At())()
	t := e.tens(v, tensor.Bool)
	if t.typ() != ir.T(tensor.Bool) {
		e.m.failHint("elementwise choice is where(c, a, b); any(...) and all(...) make one bool", x.At(), diag.NotScalar,
			"the condition is %v, not a bool", t.typ())
	}
	return t.v
}

// constInt evaluates a whole number known when compiling.
func (e eval) constInt(x syntax.Expr) int64 {
	v := e.raw(x)
	if n, ok := asInt(v); ok {
		return n
	}
	e.m.fail(x.At(), diag.NotConstant, "%s is %s; a whole number known when compiling is needed", spell(x), v.what())
	return 0
}

func (e eval) constBool(x syntax.Expr) bool {
	v := e.raw(x)
	b, ok := v.(cbool)
	if !ok {
		e.m.fail(x.At(), diag.NotConstant, "%s is %s; a bool known when compiling is needed", spell(x), v.what())
	}
	return bool(b)
}

func asInt(v value) (int64, bool) {
	switch v := v.(type) {
	case num:
		return v.int()
	case dimv:
		return v.d.Int()
	}
	return 0, false
}
