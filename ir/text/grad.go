package text

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// gradOf is grad(f), value_and_grad(f) or checkpoint(f): a function.
func (e eval) gradOf(a *args, kind string) value {
	f, ok := a.vals["f"].(*fnv)
	if i, isInst := a.vals["f"].(*instance); isInst {
		f, ok = e.m.member(i, "apply").(*fnv)
	}
	if !ok {
		e.m.fail(a.expr["f"].At(), diag.WrongKind, "%s takes a function; %s is %s", kind, spell(a.expr["f"]), a.vals["f"].what())
	}
	return &gradFn{f: f, kind: kind, wrt: a.expr["wrt"], scope: e.s, span: a.at, inst: e.inst}
}

// A target is something to differentiate with respect to.
type target struct {
	name string
	arg  int     // the place of the argument of the differentiated function; -1 if it reads none
	val  *tens   // of an argument of f: what it is given
	s    *stored // of a param
}

func (t target) typ() ir.Type {
	if t.s != nil {
		return t.s.typ
	}
	return t.val.typ()
}

// callGrad calls a differentiated (or checkpointed) function: f becomes a function of its own, whose arguments are those of
// f and all it reads.
func (e eval) callGrad(g *gradFn, args []given, at diag.Span) []value {
	e.running("a gradient")
	f := g.f
	byName, key := e.assign(f, args, at)
	e.m.seen[f.decl] = true
	fr := e.m.push(e.frameName(f), f.decl, f.inst, at)
	gc := newCtx(e.m, e.m.funcName(g.kind+"."+e.frameName(f)), e.c)
	gc.refers, gc.sealed = true, e.c.sealed
	if g.kind != "checkpoint" {
		gc.grad = at
	}
	in := eval{m: e.m, c: gc, s: newScope(f.scope), inst: f.inst, keys: &keyer{up: e.keys, home: e.c}}
	if key != nil {
		in.keys = keyedBy(e, key)
	}
	e.bindArgs(in, f, byName, gc)
	for _, a := range f.decl.Args {
		if v, ok := in.s.names[a.Name.Name].(*variable); ok {
			v.val = mapTens(v.val, func(leaf string, t *tens) *tens {
				return &tens{v: gc.arg(a.Name.Name+suffix(leaf), ir.Input, e.c.use(t.v)), ones: t.ones}
			})
		}
	}
	given := map[string]value{}
	for _, a := range f.decl.Args {
		if v, ok := in.s.names[a.Name.Name].(*variable); ok {
			given[a.Name.Name] = v.val
		}
	}
	vs := e.m.within(fr, func() []value { return in.body(f) })
	return e.endGrad(g, gc, vs, given, at)
}

// endGrad makes the node and gives the results, then the gradient.
func (e eval) endGrad(g *gradFn, gc *ctx, vs []value, given map[string]value, at diag.Span) []value {
	e.m.span = at
	for i, v := range vs {
		v = in0(e, gc).runtime(v)
		vs[i] = v
		mapTens(v, func(leaf string, t *tens) *tens {
			gc.b.Out(gc.unique(fmt.Sprintf("result%d%s", i, suffix(leaf))), gc.use(t.v))
			return t
		})
	}
	ws := gc.written()
	for _, s := range ws {
		mapTens(s.cur, func(leaf string, t *tens) *tens {
			if s.v.st != nil {
				gc.b.Write(s.v.st.path, gc.use(t.v))
			} else {
				gc.b.Out(gc.unique(s.v.name+suffix(leaf)), gc.use(t.v))
			}
			return t
		})
	}
	var targets []target
	var single bool
	if g.kind != "checkpoint" {
		e.scalarLoss(g, vs, at)
		targets, single = e.targets(g, gc, given)
	}
	f := gc.done(gc.rest(nil))
	op, read := gradOp(g, targets)
	if g.kind != "checkpoint" {
		e.reachable(g, f, targets, at)
		e.bounded(f, targets, at)
	}
	out := e.c.ops(op, []*ir.Func{f}, gc.outer)
	e.m.add(f)
	return e.gradResults(g, vs, ws, out, targets, read, single)
}

func in0(e eval, c *ctx) eval { e.c = c; return e }

func (e eval) scalarLoss(g *gradFn, vs []value, at diag.Span) {
	name := g.f.decl.Name.Name
	if len(vs) == 0 {
		e.m.fail(at, diag.NotScalar, "%s gives nothing that could be differentiated", name)
	}
	t, ok := vs[0].(*tens)
	if ok && t.typ().Rank() == 0 && !t.typ().DType.IsFloat() {
		e.m.fail(at, diag.NeedsFloat, "%s is %v; only floats have gradients", name, t.typ())
	}
	if !ok || t.typ().Rank() != 0 || !t.typ().DType.IsFloat() {
		e.m.fail(at, diag.NotScalar, "%s is not a scalar: %s; take its mean or sum", name, vs[0].what())
	}
}

// gradOp is the op, and for each target the place among the gradients; -1 for one that is not read.
func gradOp(g *gradFn, targets []target) (ir.Op, []int) {
	if g.kind == "checkpoint" {
		return ops.Call{Checkpoint: true}, nil
	}
	var wrt, read []int
	for _, t := range targets {
		if t.arg < 0 {
			read = append(read, -1)
			continue
		}
		read = append(read, len(wrt))
		wrt = append(wrt, t.arg)
	}
	return ops.Grad{Wrt: ir.MakeInts(wrt...)}, read
}

func (e eval) gradResults(g *gradFn, vs []value, ws []*shadow, out []ir.Value, targets []target, read []int, single bool) []value {
	n := 0
	next := func(_ string, t *tens) *tens {
		n++
		return &tens{v: out[n-1], ones: t.ones}
	}
	results := make([]value, len(vs))
	for i, v := range vs {
		results[i] = mapTens(v, next)
	}
	for _, s := range ws {
		e.c.write(s.v, mapTens(s.cur, next), s.span)
	}
	if g.kind == "checkpoint" {
		return results
	}
	grads := &tree{}
	for i, t := range targets {
		v := ir.Value{}
		if read[i] >= 0 {
			v = out[n+read[i]]
		} else {
			v = e.full(e.c.lit("0", t.typ().DType), t.typ().Dims())
		}
		grads.leaves = append(grads.leaves, leaf{t.name, &tens{v: v}})
	}
	var gv value = grads
	if single {
		gv = grads.leaves[0].val
	}
	if g.kind == "grad" {
		return []value{gv}
	}
	return append(results, gv)
}

// targets works out wrt; single is set for one argument or one param, whose gradient is a tensor.
func (e eval) targets(g *gradFn, gc *ctx, given map[string]value) (ts []target, single bool) {
	if g.wrt == nil {
		return e.groupTargets(gc, e.m.params(g.inst)), false
	}
	if l, ok := syntax.Unparen(g.wrt).(*syntax.List); ok {
		for _, x := range l.Elems {
			more, _ := e.target1(g, gc, given, x)
			ts = append(ts, more...)
		}
		return ts, false
	}
	return e.target1(g, gc, given, g.wrt)
}

func (e eval) target1(g *gradFn, gc *ctx, given map[string]value, x syntax.Expr) ([]target, bool) {
	defer e.m.at(x.At())()
	if id, ok := syntax.Unparen(x).(*syntax.Ident); ok {
		if v := given[id.Name]; v != nil {
			return e.argTargets(id.Name, v)
		}
	}
	still := eval{m: e.m, s: g.scope, inst: g.inst}
	v := still.raw(x)
	if s, ok := v.(*stored); ok && s.param {
		return []target{e.storedTarget(gc, s.name, s)}, true
	}
	if s, ok := v.(*stored); ok {
		e.m.failHint("a gradient is with respect to params and arguments", x.At(), diag.BadTarget, "wrt: %s is a state", s.path)
	}
	grp := e.m.asGroup(v)
	switch v.(type) {
	case num, dimv, cbool, str, *list:
		e.m.failHint("wrt names an argument of "+g.f.decl.Name.Name+", a param, or a group of them", x.At(), diag.BadTarget, "wrt: %s is no argument, param or group", spell(x))
	}
	if grp == nil {
		e.m.failHint("wrt names an argument of "+g.f.decl.Name.Name+", a param, or a group of them", x.At(), diag.BadTarget, "wrt: %s is %s here", spell(x), v.what())
	}
	return e.groupTargets(gc, grp), false
}

func (e eval) argTargets(name string, v value) ([]target, bool) {
	var ts []target
	_, isTree := v.(*tree)
	mapTens(v, func(leaf string, t *tens) *tens {
		if !t.typ().DType.IsFloat() {
			e.m.fail(e.m.span, diag.BadTarget, "wrt: %s is %v; only floats have gradients", name, t.typ())
		}
		n := name
		if isTree {
			n = leaf
		}
		ts = append(ts, target{name: n, arg: t.v.Res, val: t})
		return t
	})
	return ts, !isTree
}

func (e eval) groupTargets(gc *ctx, g *group) []target {
	var ts []target
	for _, mb := range g.members() {
		ts = append(ts, e.storedTarget(gc, mb.name, mb.s))
	}
	if len(ts) == 0 {
		e.m.fail(e.m.span, diag.BadTarget, "wrt: %s has no params", g.name)
	}
	return ts
}

func (e eval) storedTarget(gc *ctx, name string, s *stored) target {
	t := target{name: name, arg: -1, s: s}
	if !s.typ.DType.IsFloat() {
		e.m.fail(e.m.span, diag.BadTarget, "wrt: %s is %v; only floats have gradients", s.path, s.typ)
	}
	if sh := gc.shadows[s.v]; sh != nil && sh.first != nil {
		t.arg = sh.first.(*tens).v.Res
	}
	return t
}

// reachable fails if no target can be reached from the loss.
func (e eval) reachable(g *gradFn, f *ir.Func, targets []target, at diag.Span) {
	seen := map[ir.Value]bool{}
	todo := []ir.Value{f.Outs[0].Value}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[v] {
			continue
		}
		seen[v] = true
		if _, stop := v.Node.Op.(ops.StopGradient); !stop {
			todo = append(todo, v.Node.In...)
		}
	}
	for _, t := range targets {
		if t.arg >= 0 && seen[f.Arg(t.arg)] {
			return
		}
	}
	e.m.fail(at, diag.NoGradient, "%s depends on none of the targets of wrt", g.f.decl.Name.Name)
}
