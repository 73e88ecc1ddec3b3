package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// ifStmt keeps one branch of a condition known when compiling; else both run into regions.
func (e eval) ifStmt(s *syntax.If) {
	c := e.raw(s.Cond)
	if b, ok := c.(cbool); ok {
		if b {
			e.block(s.Then)
		} else {
			e.otherwise(s.Else)
		}
		return
	}
	e.running("the condition")
	cond := e.boolScalar(c, s.Cond)
	then, els := e.c.region("then"), e.c.region("else")
	in := e
	in.c = then
	in.block(s.Then)
	in.c = els
	in.otherwise(s.Else)
	e.endIf(cond, then, els, nil, nil)
}

func (e eval) otherwise(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.Block:
		e.block(n)
	case *syntax.If:
		e.s = newScope(e.s)
		e.ifStmt(n)
	}
}

// choose is a if c else b at run time: both sides are regions, unless they are numbers.
func (e eval) choose(x *syntax.Cond, cond ir.Value) value {
	then, els := e.c.region("then"), e.c.region("else")
	then.pure, els.pure = e.purity(), e.purity()
	a, b := e, e
	a.c, b.c = then, els
	v, w := a.raw(x.Then), b.raw(x.Else)
	if untyped(v) && untyped(w) {
		p, q := e.pair(v, w)
		return &tens{v: e.c.op(ops.Select{}, cond, p.v, q.v)}
	}
	v, w = a.load(a.asTree(v)), b.load(b.asTree(w))
	v, w = a.like(v, w), b.like(w, v)
	tv, tw := tensors(v), tensors(w)
	e.m.span = x.Span
	if len(tv) != len(tw) {
		e.m.fail(x.Span, diag.WrongType, "the sides are %s and %s", v.what(), w.what())
	}
	for i := range tv {
		if tv[i].typ() != tw[i].typ() {
			e.m.fail(x.Span, diag.WrongType, "the sides are %v and %v", tv[i].typ(), tw[i].typ())
		}
	}
	out := e.endIf(cond, then, els, tv, tw)
	i := 0
	return mapTens(v, func(_ string, t *tens) *tens {
		i++
		return &tens{v: out[i-1], ones: t.ones & tw[i-1].ones}
	})
}

// purity names the conditional expression for errors about effects.
func (e eval) purity() string {
	if e.c.pure != "" {
		return e.c.pure
	}
	return "a conditional expression"
}

// like gives an untyped value the dtype of the other side.
func (e eval) like(v, other value) value {
	switch v.(type) {
	case *tens, *tree:
		return v
	}
	if t, ok := other.(*tens); ok {
		return e.tens(v, t.typ().DType)
	}
	return e.tens(v, tensor.Invalid)
}

// endIf makes the node of two branches. What one of them writes both give; then come the values of an expression.
func (e eval) endIf(cond ir.Value, then, els *ctx, tv, tw []*tens) []ir.Value {
	joined := e.join(then, els)
	var ws []*shadow
	for _, s := range joined {
		if s.written || els.shadows[s.v].written {
			ws = append(ws, s)
		}
	}
	for _, s := range ws {
		o := els.shadows[s.v]
		e.sameForm(s, "this if")
		e.sameForm(o, "this if")
		if o.written && !s.written {
			s.span = o.span
		}
		e.outs(then, s)
		e.outs(els, o)
	}
	for i := range tv {
		then.b.Out("value", then.use(tv[i].v))
		els.b.Out("value", els.use(tw[i].v))
	}
	a, b := e.bodies(then, els, joined)
	if len(a.Outs) == 0 {
		return nil
	}
	out := e.c.ops(ops.If{}, []*ir.Func{a, b}, append([]ir.Value{cond}, then.outer...))
	n := 0
	for _, s := range ws {
		n += len(tensors(s.first))
	}
	e.carry(ws, out[:n])
	return out[n:]
}

// join makes two regions see the same variables, and lists those of the first.
func (e eval) join(a, b *ctx) []*shadow {
	for _, s := range a.order {
		a.ensure(s.v)
		b.ensure(s.v)
	}
	for _, s := range b.order {
		b.ensure(s.v)
		a.ensure(s.v)
	}
	return a.order
}

// bodies ends two regions that take the same operands in the same order: variables first, then other values. Afterwards
// a.outer are the operands.
func (e eval) bodies(a, b *ctx, vars []*shadow, first ...*shadow) (*ir.Func, *ir.Func) {
	for _, v := range e.captured(a) {
		b.use(v)
	}
	for _, v := range e.captured(b) {
		a.use(v)
	}
	var orderA, orderB []int
	done := map[*variable]bool{}
	for _, s := range append(first, vars...) {
		if !done[s.v] {
			orderA = append(orderA, argPlaces(a.shadows[s.v].first)...)
			orderB = append(orderB, argPlaces(b.shadows[s.v].first)...)
			done[s.v] = true
		}
	}
	for _, v := range e.captured(a) {
		orderA = append(orderA, a.caps[v].Res)
		orderB = append(orderB, b.caps[v].Res)
	}
	return a.done(orderA), b.done(orderB)
}

// captured lists the values of outside that a region uses, in the order they were first used.
func (e eval) captured(c *ctx) []ir.Value {
	at := make([]ir.Value, len(c.outer))
	is := make([]bool, len(c.outer))
	for v, in := range c.caps {
		at[in.Res], is[in.Res] = v, true
	}
	var vs []ir.Value
	for i, v := range at {
		if is[i] {
			vs = append(vs, v)
		}
	}
	return vs
}

// while runs as long as a condition holds. What the body assigns is carried.
func (e eval) while(x *syntax.Loop) {
	op := ops.While{}
	if x.Max != nil {
		op.Max, op.Bounded = e.dimExpr(x.Max), true
	}
	rounds := &variable{name: "round", home: e.c}
	body, cond := e.c.region("body"), e.c.region("cond")
	cond.pure = "the condition of a while"
	in := eval{m: e.m, c: body, s: newScope(e.s), inst: e.inst}
	in.keys = &keyer{up: &keyer{up: e.keys, home: e.c}, home: body, counter: rounds, start: e.c}
	if !in.stmts(x.Body.Stmts, &yields{seen: true}) {
		silent()
	}
	if rounds.val != nil { // the body draws: it counts its rounds
		in.c.write(rounds, in.arith("+", in.c.read(rounds), intNum(1)), x.Span)
	}
	test := e
	test.c = cond
	cond.b.Out("more", cond.use(test.boolScalar(test.raw(x.Cond), x.Cond)))
	e.endWhile(op, cond, body)
}

func (e eval) endWhile(op ops.While, cond, body *ctx) {
	vars := e.join(body, cond)
	ws := e.carried(body, "this while")
	for _, s := range ws {
		op.Carried += len(tensors(s.first))
		e.outs(body, s)
	}
	b, c := e.bodies(body, cond, vars, ws...)
	out := e.c.ops(op, []*ir.Func{c, b}, body.outer)
	e.carry(ws, out)
}
