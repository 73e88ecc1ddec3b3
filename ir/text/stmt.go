package text

import (
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// function runs the body of a function and gives what it returns.
func (e eval) function(decl *syntax.Fn) []value {
	stmts := decl.Body.Stmts
	ret := lastReturn(decl.Body)
	if ret != nil {
		stmts = stmts[:len(stmts)-1]
	}
	ok := e.stmts(stmts, nil)
	if ret == nil {
		if decl.Results != nil {
			e.m.fail(decl.Name.Span, diag.BadReturn, "%s has results, but does not end with return", decl.Name.Name)
		}
		if !ok {
			silent()
		}
		return nil
	}
	var vs []value
	defer e.m.at(ret.Span)()
	if len(ret.Values) > 0 {
		vs = e.values(ret.Values)
	}
	if !ok {
		silent()
	}
	return vs
}

// yields collects what a loop's body yields.
type yields struct {
	vals []value
	seen bool
}

// stmts runs statements in a scope; it goes on after an error and reports whether there was none.
func (e eval) stmts(list []syntax.Stmt, y *yields) bool {
	ok := true
	for i, s := range list {
		if e.m.guard(func() { e.stmt(s, y) }) {
			continue
		}
		ok = false
		e.spoil(s)
		if _, is := s.(*syntax.Assert); is { // what follows would be in error for the same reason
			for _, s := range list[i+1:] {
				e.spoil(s)
			}
			break
		}
	}
	return ok
}

// spoil declares what a statement in error would have declared, so that no more errors follow from it.
func (e eval) spoil(s syntax.Stmt) {
	var names []string
	switch s := s.(type) {
	case *syntax.Let:
		for _, b := range s.Names {
			names = append(names, b.Name.Name)
		}
	case *syntax.Assign:
		for _, p := range s.Places {
			if name := rootName(p); name != "" && e.m.find(e.s, name) == nil {
				names = append(names, name)
			}
		}
	case *syntax.Fn:
		names = append(names, s.Name.Name)
	case *syntax.Const:
		names = append(names, s.Name.Name)
	}
	for _, name := range names {
		if _, there := e.s.names[name]; !there {
			e.s.names[name] = poison{}
		}
	}
}

func (e eval) stmt(s syntax.Stmt, y *yields) {
	e.m.step(s.At())
	defer e.m.at(s.At())()
	switch s := s.(type) {
	case *syntax.Let:
		e.let(s)
	case *syntax.Assign:
		e.assignStmt(s)
	case *syntax.ExprStmt:
		if c, ok := syntax.Unparen(s.X).(*syntax.Call); ok {
			e.call(c)
			return
		}
		e.m.fail(s.Span, diag.Syntax, "this does nothing: a statement is a call, an assignment or a loop")
	case *syntax.If:
		e.ifStmt(s)
	case *syntax.Loop:
		e.loop(s)
	case *syntax.Yield:
		e.yield(s, y)
	case *syntax.Const:
		e.m.declare(e.s, s.Name.Name, e.m.constant(e, s, s.Name.Name), s.Name.Span)
	case *syntax.Fn:
		e.m.declare(e.s, s.Name.Name, &fnv{decl: s, scope: e.s, inst: e.inst}, s.Name.Span)
	case *syntax.Assert:
		e.assert(s)
	case *syntax.RegionStmt:
		if !e.stmts(s.Body.Stmts, y) {
			silent()
		}
	case *syntax.Return:
		e.m.fail(s.Span, diag.BadReturn, "return is the last statement of a function")
	}
}

func (e eval) yield(s *syntax.Yield, y *yields) {
	if y == nil {
		e.m.fail(s.Span, diag.BadYield, "yield stands at the top of the body of a scan or for")
	}
	if y.seen {
		e.m.fail(s.Span, diag.BadYield, "a body yields once")
	}
	y.seen = true
	for _, v := range e.values(s.Values) {
		y.vals = append(y.vals, e.runtime(v))
	}
}

// block runs a block in a scope of its own.
func (e eval) block(b *syntax.Block) {
	e.s = newScope(e.s)
	if !e.stmts(b.Stmts, nil) {
		silent()
	}
}

func loopWord(l *syntax.Loop) string {
	return [...]string{syntax.ScanLoop: "scan", syntax.ForLoop: "for", syntax.WhileLoop: "while"}[l.Kind]
}

// let is a, b := values.
func (e eval) let(s *syntax.Let) {
	vals := e.values(s.Values)
	if loop, ok := s.Values[0].(*syntax.Loop); ok && len(vals) == 0 {
		e.m.failHint("write yield x at the top of its body", s.Names[0].Span.To(s.Names[len(s.Names)-1].Span), diag.BadYield,
			"this %s yields nothing, so it has no value", loopWord(loop))
	}
	if len(vals) != len(s.Names) {
		e.m.fail(s.Names[0].Span.To(s.Names[len(s.Names)-1].Span), diag.WrongCount, "%s for %s", plural(len(s.Names), "name"), plural(len(vals), "value"))
	}
	for i, b := range s.Names {
		v := vals[i]
		if len(s.Values) == len(vals) {
			e.m.span = s.Values[i].At()
		}
		if b.Type != nil {
			v = e.result(b.Name.Name, b.Type, v, b.Name.Span)
		}
		v = e.settle(v)
		if l, ok := v.(*list); ok {
			v = e.tens(l, tensor.Invalid)
		}
		e.local(b.Name, v)
	}
}

// local declares a local; what exists at compile time only becomes a name for it.
func (e eval) local(name *syntax.Ident, v value) {
	switch v.(type) {
	case *tens, *tree:
		e.running(name.Name)
		e.c.name(name.Name, v)
		e.m.declare(e.s, name.Name, &variable{name: name.Name, home: e.c, val: v}, name.Span)
	default:
		e.m.declare(e.s, name.Name, v, name.Span)
	}
}

// assignStmt is places op values; all values are computed first.
func (e eval) assignStmt(s *syntax.Assign) {
	vals := e.values(s.Values)
	if len(vals) != len(s.Places) {
		e.m.fail(s.Places[0].At().To(s.Places[len(s.Places)-1].At()), diag.WrongCount, "%d places for %d values", len(s.Places), len(vals))
	}
	for i, p := range s.Places {
		e.m.span = s.Span
		if s.Op != "=" && len(s.Values) == len(vals) {
			e.sides = [2]string{short(p, "the left side"), short(s.Values[i], "the right side")}
		}
		e.change(p, s.Op, vals[i], s)
	}
}

// change is place op v.
func (e eval) change(p syntax.Expr, op string, v value, s *syntax.Assign) {
	if ix, ok := syntax.Unparen(p).(*syntax.Index); ok && op != "=" {
		if e.changeAt(ix, op, v, s) {
			return
		}
	}
	if op != "=" {
		e.target(p)
		cur := e.raw(p)
		e.m.span = s.OpAt
		v = e.arith(strings.TrimSuffix(op, "="), e.load(e.asTree(cur)), v)
		e.m.span = s.Span
	}
	e.put(p, v)
}

// target makes sure that a name was declared before it is read for += and the like.
func (e eval) target(p syntax.Expr) {
	if id, ok := syntax.Unparen(p).(*syntax.Ident); ok && e.m.find(e.s, id.Name) == nil {
		e.m.fail(id.Span, diag.Undeclared, "%s is not declared: write %s := ...", id.Name, id.Name)
	}
}

// put writes a value to a place.
func (e eval) put(p syntax.Expr, v value) {
	switch p := syntax.Unparen(p).(type) {
	case *syntax.Ident:
		e.target(p)
		switch x := e.m.find(e.s, p.Name).(type) {
		case *variable:
			e.putVar(x, v, p)
		case value:
			e.putRef(x, v, p)
		}
	case *syntax.Select:
		e.putSel(p, v)
	case *syntax.Index:
		base := e.raw(p.X)
		if _, ok := base.(*array); ok {
			e.putRef(e.raw(p), v, p)
			return
		}
		e.put(p.X, e.replace(e.load(base), p, "=", v))
	default:
		e.m.fail(p.At(), diag.NotAssignable, "%s can't be assigned", spell(p))
	}
}

func (e eval) putVar(x *variable, v value, p *syntax.Ident) {
	e.running(p.Name)
	cur := e.c.read(x)
	if _, bad := cur.(poison); bad {
		silent()
	}
	v = e.coerce(v, cur)
	if x.st != nil {
		e.m.fail(p.Span, diag.NotAssignable, "%s can't be assigned", p.Name)
	}
	e.c.name(x.name, v)
	e.c.write(x, v, e.m.span)
}

// coerce gives an untyped value the dtype of what it replaces.
func (e eval) coerce(v, cur value) value {
	if t, ok := cur.(*tens); ok && (untyped(v) || isList(v)) {
		return e.tens(v, t.typ().DType)
	}
	return e.runtime(v)
}

func isList(v value) bool { _, ok := v.(*list); return ok }

// putSel writes to a leaf of a tree, or to a param or state of an instance.
func (e eval) putSel(p *syntax.Select, v value) {
	base := e.raw(p.X)
	switch b := base.(type) {
	case *instance:
		e.putRef(e.memberOf(b, b.label(), p), v, p)
		return
	case *group:
		if s := subgroup(b, p.Name.Name); s != nil {
			e.putRef(s, v, p)
			return
		}
	}
	t, ok := e.load(base).(*tree)
	if !ok {
		e.m.fail(p.Span, diag.NotAssignable, "%s is %s; it has no leaf to be assigned", spell(p.X), base.what())
	}
	e.put(p.X, e.withLeaf(t, p, v))
}

// withLeaf is a tree with one leaf, or the leaves below a name, changed.
func (e eval) withLeaf(t *tree, p *syntax.Select, v value) value {
	name := p.Name.Name
	cur := e.leafOf(t, p)
	v = e.coerce(v, cur)
	out := &tree{}
	for _, l := range t.leaves {
		switch {
		case l.name == name:
			nt, ok := v.(*tens)
			if !ok {
				e.m.fail(p.Span, diag.WrongType, "leaf %s is %s and gets %s", name, l.val.what(), v.what())
			}
			l.val = nt
		case strings.HasPrefix(l.name, name+"."):
			nt, ok := v.(*tree)
			if !ok || nt.find(l.name[len(name)+1:]) == nil {
				e.m.fail(p.Span, diag.LeafMismatch, "%s gets %s, without the leaf %s", name, v.what(), l.name[len(name)+1:])
			}
			l.val = nt.find(l.name[len(name)+1:])
		}
		out.leaves = append(out.leaves, l)
	}
	return out
}

// putRef assigns a param, a state, or a group of them.
func (e eval) putRef(x, v value, p syntax.Expr) {
	switch x := x.(type) {
	case poison:
		silent()
	case *stored:
		e.store(x, v, p)
		return
	case *instance:
		e.putGroup(e.m.params(x), v, p)
		return
	case *group:
		e.putGroup(x, v, p)
		return
	}
	what := x.what()
	switch x.(type) {
	case dimv:
		what = "a dim"
	case num, cbool, str:
		what = "known when compiling, " + what
	}
	e.m.fail(p.At(), diag.NotAssignable, "%s is %s; it can't be assigned", spell(p), what)
}

func (e eval) putGroup(g *group, v value, p syntax.Expr) {
	v = e.load(e.asTree(v))
	t, isTree := v.(*tree)
	for _, mb := range g.members() {
		x := v
		if isTree {
			l := t.find(mb.name)
			if l == nil {
				e.m.fail(p.At(), diag.LeafMismatch, "%s: there is no leaf %s in %s", spell(p), mb.name, v.what())
			}
			x = l
		}
		e.store(mb.s, x, p)
	}
	if isTree && len(t.leaves) != len(g.members()) {
		e.m.fail(p.At(), diag.LeafMismatch, "%s has %d leaves and gets %d", spell(p), len(g.members()), len(t.leaves))
	}
}

// store assigns one param or state.
func (e eval) store(s *stored, v value, p syntax.Expr) {
	e.running(s.path)
	if s.table != nil {
		e.m.fail(p.At(), diag.NotAssignable, "%s is a const; it can't be assigned", s.path)
	}
	e.mayWrite(s, p.At())
	t := e.tens(v, s.typ.DType)
	if t.typ().Rank() == 0 && s.typ.Rank() > 0 && t.typ().DType == s.typ.DType && untyped(v) {
		t = &tens{v: e.full(t.v, s.typ.Dims())}
	}
	if t.typ() != s.typ {
		e.m.fail(p.At(), diag.WrongType, "%s is %v and gets %v", s.path, s.typ, t.typ())
	}
	e.c.write(s.v, &tens{v: t.v, ones: s.ones}, p.At())
}

// mayWrite fails where params or state can't be written.
func (e eval) mayWrite(s *stored, at diag.Span) {
	for c := e.c; c != nil; c = c.up {
		switch {
		case c.pure != "":
			e.m.fail(at, diag.EffectHere, "%s is written in %s, where no effects may be", s.path, c.pure)
		case c.still != "":
			e.m.fail(at, diag.EffectHere, "%s is written in %s, which has to be pure", s.path, c.still)
		case s.param && !c.grad.IsZero():
			e.m.fail(at, diag.GradWrites, "%s is written inside a function that is differentiated at %v", s.path, c.grad)
		}
	}
}

// assert is a fact: known now, or checked when sizes are bound.
func (e eval) assert(s *syntax.Assert) {
	if b, ok := syntax.Unparen(s.Cond).(*syntax.Binary); ok && e.m.oper[b.Op].compare {
		x, okX := asDim(e.raw(b.X))
		y, okY := asDim(e.raw(b.Y))
		if okX && okY {
			e.fact(ir.Guard{A: x, B: y, Rel: b.Op, Span: s.Span})
			return
		}
	}
	if !e.constBool(s.Cond) {
		e.m.fail(s.Span, diag.AssertFailed, "%s does not hold", spell(s.Cond))
	}
}

// fact is a guard, unless it is known to hold; one that can't hold is an error.
func (e eval) fact(g ir.Guard) {
	if n, ok := g.A.Sub(g.B).Int(); ok {
		if !compares(g.Rel, int(max(-1, min(1, n)))) {
			e.m.fail(g.Span, diag.AssertFailed, "%s does not hold: %v and %v", g.Span.Text(), g.A, g.B)
		}
		return
	}
	if e.c == nil {
		return
	}
	root := e.c.root()
	for _, o := range root.b.Func().Guards {
		if o.A == g.A && o.B == g.B && o.Rel == g.Rel {
			return
		}
	}
	root.b.Guard(g)
	root.facts = root.facts || g.Rel == "=="
}

// stack joins values along a new axis: of a for that is unrolled.
func (e eval) stack(vals []value, axis int) value {
	if t, ok := vals[0].(*tree); ok {
		out := &tree{}
		for _, l := range t.leaves {
			var parts []value
			for _, v := range vals {
				p := v.(*tree).find(l.name)
				if p == nil {
					e.m.fail(e.m.span, diag.LeafMismatch, "the rounds yield trees of different leaves: %s is missing in one", l.name)
				}
				parts = append(parts, p)
			}
			out.leaves = append(out.leaves, leaf{l.name, e.stack(parts, axis).(*tens)})
		}
		return out
	}
	var parts []ir.Value
	for _, v := range vals {
		t := e.tens(v, tensor.Invalid)
		if t.typ() != vals[0].(*tens).typ() {
			e.m.fail(e.m.span, diag.WrongType, "the rounds yield %v and %v", vals[0].what(), t.typ())
		}
		if axis > t.typ().Rank() {
			e.m.fail(e.m.span, diag.BadIndex, "axis %d of what stacks %v", axis, t.typ())
		}
		d := t.typ().Dims()
		parts = append(parts, e.reshape(t.v, append(append(d[:axis:axis], ir.Const(1)), d[axis:]...)...))
	}
	if len(parts) == 1 {
		return &tens{v: parts[0]}
	}
	return &tens{v: e.c.op(ops.Concat{Axis: axis}, parts...)}
}
