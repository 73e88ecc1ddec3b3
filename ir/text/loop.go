package text

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// loop runs a loop and gives what it yields.
func (e eval) loop(x *syntax.Loop) []value {
	defer e.m.at(x.Span)()
	e.running("a loop")
	switch x.Kind {
	case syntax.ForLoop:
		return e.forLoop(x)
	case syntax.WhileLoop:
		e.while(x)
		return nil
	}
	return e.scan(x)
}

func (e eval) loopAxis(x *syntax.Loop) int {
	if x.Axis == nil {
		return 0
	}
	n, ok := parseNum(x.Axis.Text, x.Axis.Int)
	a, whole := n.int()
	if !ok || !whole || a < 0 || a >= ir.MaxRank {
		e.m.fail(x.Axis.Span, diag.BadIndex, "axis %s", x.Axis.Text)
	}
	return int(a)
}

// forLoop unrolls: over a range of numbers, or over an array of instances.
func (e eval) forLoop(x *syntax.Loop) []value {
	keys := &keyer{up: e.keys, home: e.c}
	var rounds [][]value
	for n, v := range e.forValues(x) {
		in := e
		in.s = newScope(e.s)
		in.keys = &keyer{up: keys, home: e.c, round: intNum(int64(n))}
		if i, ok := asInt(v); ok {
			in.keys.round = intNum(i)
		}
		e.m.declare(in.s, x.Var.Name, v, x.Var.Span)
		y := &yields{}
		if !in.stmts(x.Body.Stmts, y) {
			silent()
		}
		if y.seen {
			rounds = append(rounds, y.vals)
		}
	}
	if len(rounds) == 0 {
		return nil
	}
	axis := e.loopAxis(x)
	out := make([]value, len(rounds[0]))
	for k := range out {
		vals := make([]value, len(rounds))
		for i, r := range rounds {
			vals[i] = r[k]
		}
		out[k] = e.stack(vals, axis)
	}
	return out
}

// maxUnroll bounds the rounds of a for.
const maxUnroll = 10_000

func (e eval) forValues(x *syntax.Loop) []value {
	var vs []value
	if x.Over != nil {
		switch a := e.raw(x.Over).(type) {
		case *array:
			vs = append(vs, a.elems...)
		case *list:
			vs = append(vs, a.elems...)
		default:
			e.m.fail(x.Over.At(), diag.WrongKind, "%s is %s; for goes over a range, a list, or an array of instances", spell(x.Over), a.what())
		}
	} else {
		lo, hi := e.unrolled(x.Lo), e.unrolled(x.Hi)
		if hi-lo > maxUnroll {
			e.m.failHint("scan is not unrolled", x.Span, diag.TooLarge, "a for of %d rounds is too long to be unrolled", hi-lo)
		}
		for i := lo; i < hi; i++ {
			vs = append(vs, intNum(i))
		}
	}
	if x.Reversed {
		for i, j := 0, len(vs)-1; i < j; i, j = i+1, j-1 {
			vs[i], vs[j] = vs[j], vs[i]
		}
	}
	return vs
}

// A scanLoop is what indexing needs to know of the scan whose body is under construction.
type scanLoop struct {
	index    *variable
	trip     ir.Dim
	zero     bool // it begins at 0: the index is the place in a scanned operand
	assigned map[string]bool
	slices   map[sliceKey]*tens
	args     []int // of the slices
}

type sliceKey struct {
	v    *variable
	leaf string
	axis int
}

// scan is a loop in order: what the body assigns is carried, what it yields is stacked.
func (e eval) scan(x *syntax.Loop) []value {
	trip, lo := e.bounds(x)
	r := e.c.region("scan")
	r.newArg(x.Var.Name, ir.Input, ir.T(tensor.I32), ir.Value{})
	index := &tens{v: r.b.Func().Arg(0)}
	loop := &scanLoop{index: &variable{name: x.Var.Name, home: r}, trip: trip, zero: isZero(lo),
		assigned: assignedIn(x.Body), slices: map[sliceKey]*tens{}}
	r.loop = loop
	in := eval{m: e.m, c: r, s: newScope(e.s), inst: e.inst}
	loop.index.val = in.shifted(index, lo)
	in.keys = &keyer{up: &keyer{up: e.keys, home: e.c}, home: r, round: index}
	e.m.declare(in.s, x.Var.Name, loop.index, x.Var.Span)
	y := &yields{}
	if !in.stmts(x.Body.Stmts, y) {
		silent()
	}
	if _, bounded := trip.Int(); y.seen && !bounded && e.isRun(trip) {
		e.m.failHint("a bound that an argument n: dim gives is a dim", x.Span, diag.RunLength, "a scan with yield needs bounds that are dims")
	}
	return e.endScan(x, r, y)
}

func isZero(v value) bool { n, ok := asInt(v); return ok && n == 0 }

// shifted is the loop's index, counted from lo.
func (e eval) shifted(index *tens, lo value) value {
	if isZero(lo) {
		return index
	}
	return e.arith("+", index, lo)
}

// bounds are the number of rounds and the first index. Bounds of run time give birth to a run symbol.
func (e eval) bounds(x *syntax.Loop) (ir.Dim, value) {
	lo, hi := e.raw(x.Lo), e.raw(x.Hi)
	lo, hi = e.known1(lo), e.known1(hi)
	a, okA := asDim(lo)
	b, okB := asDim(hi)
	if okA && okB {
		trip := b.Sub(a)
		if n, ok := trip.Int(); ok {
			trip = ir.Const(max(n, 0))
		}
		return trip, lo
	}
	e.m.span = x.Lo.At().To(x.Hi.At())
	lt, ht := e.tens(lo, tensor.I32), e.tens(hi, tensor.I32)
	for _, t := range []*tens{lt, ht} {
		if t.typ().Rank() != 0 || !t.typ().DType.IsInt() {
			e.m.fail(e.m.span, diag.NotScalar, "the bounds of a scan are whole numbers, not %v", t.typ())
		}
	}
	n := e.tens(e.arith("max", e.arith("-", ht, lt), intNum(0)), tensor.Invalid)
	sym := e.c.runSym("rounds")
	e.c.op(ops.AsDim{Sym: sym}, n.v)
	if okA {
		return ir.Sym(sym), lo
	}
	return ir.Sym(sym), lt
}

// known1 is a scalar of the graph as the number or dim that it is, if that is known.
func (e eval) known1(v value) value {
	t, ok := v.(*tens)
	if !ok {
		return v
	}
	switch op := t.v.Node.Op.(type) {
	case ops.Lit:
		if n, ok := parseNum(op.V, true); ok && op.DType.IsInt() {
			return n
		}
	case ops.DimOf:
		return dimOf(op.D)
	}
	return v
}

func (e eval) isRun(d ir.Dim) bool {
	for _, s := range d.Syms() {
		if len(s) > 7 && s[:7] == "rounds_" {
			return true
		}
	}
	return false
}

// endScan makes the node: carried values, slices, invariants.
func (e eval) endScan(x *syntax.Loop, r *ctx, y *yields) []value {
	carried := e.carried(r, "this scan")
	order := []int{0}
	for _, s := range carried {
		order = append(order, argPlaces(s.first)...)
	}
	n := len(order) - 1
	order = append(order, r.loop.args...)
	for _, s := range carried {
		e.outs(r, s)
	}
	for k, v := range y.vals {
		for j, t := range tensors(v) {
			r.b.Out(fmt.Sprintf("yield%d_%d", k, j), r.use(t.v))
		}
	}
	order = r.rest(order)
	f := r.done(order)
	op := ops.Scan{Trip: r.loop.trip, Carried: n, Scanned: len(r.loop.args), Reverse: x.Reversed}
	out := e.c.ops(op, []*ir.Func{f}, r.outer[1:])
	e.carry(carried, out[:n])
	if y.seen && x.Reversed {
		out = e.inRunOrder(out, n)
	}
	return e.stacked(y.vals, out[n:], e.loopAxis(x))
}

// inRunOrder turns the stacks of a reversed scan around: in the language they follow the order of the run.
func (e eval) inRunOrder(out []ir.Value, n int) []ir.Value {
	vs := append([]ir.Value(nil), out...)
	for i := n; i < len(vs); i++ {
		vs[i] = e.c.op(ops.Reverse{Axis: 0}, vs[i])
	}
	return vs
}

// carried lists what a body wrote, each with arguments, and holds the new values to the old types.
func (e eval) carried(r *ctx, where string) []*shadow {
	ws := r.written()
	for _, s := range ws {
		r.ensure(s.v)
		e.sameForm(s, where)
	}
	return ws
}

func (e eval) sameForm(s *shadow, where string) {
	first, cur := tensors(s.first), tensors(s.cur)
	if len(first) != len(cur) {
		e.m.fail(s.span, diag.CarriedType, "%s is carried by %s as %s, but gets %s", s.v.name, where, s.first.what(), s.cur.what())
	}
	if t, ok := s.first.(*tree); ok {
		if u, ok := s.cur.(*tree); ok {
			e.sameLeaves(t, u)
			u.leaves = inOrder(t, u)
			cur = tensors(u)
		}
	}
	for i := range first {
		if first[i].typ() != cur[i].typ() {
			e.m.fail(s.span, diag.CarriedType, "%s is carried by %s as %v, but gets %v", s.v.name, where, first[i].typ(), cur[i].typ())
		}
	}
}

// inOrder are the leaves of u in the order of t's.
func inOrder(t, u *tree) []leaf {
	ls := make([]leaf, len(t.leaves))
	for i, l := range t.leaves {
		ls[i] = leaf{l.name, u.find(l.name)}
	}
	return ls
}

// outs makes the tensors of a shadow results of the body.
func (e eval) outs(r *ctx, s *shadow) {
	i := 0
	mapTens(s.cur, func(leaf string, t *tens) *tens {
		name := s.v.name
		if leaf != "" {
			name += "." + leaf
		}
		r.b.Out(name, r.use(t.v))
		i++
		return t
	})
}

// carry writes the last carried values to the variables of the ctx around.
func (e eval) carry(ws []*shadow, out []ir.Value) {
	i := 0
	for _, s := range ws {
		val := mapTens(s.first, func(_ string, t *tens) *tens {
			i++
			return &tens{v: out[i-1], ones: t.ones}
		})
		e.c.name(s.v.name, val)
		e.c.write(s.v, val, s.span)
	}
}

// stacked are the values that a scan yields, with the new axis at its place.
func (e eval) stacked(form []value, out []ir.Value, axis int) []value {
	i := 0
	vs := make([]value, len(form))
	for k, v := range form {
		vs[k] = mapTens(v, func(_ string, t *tens) *tens {
			i++
			if axis > t.typ().Rank() {
				e.m.fail(e.m.span, diag.BadIndex, "axis %d of what stacks %v", axis, t.typ())
			}
			return e.permute(&tens{v: out[i-1]}, frontTo(axis, t.typ().Rank()+1))
		})
	}
	return vs
}

// frontTo is the permutation that puts axis 0 at a place.
func frontTo(axis, rank int) []int {
	var perm []int
	for i := 1; i < rank; i++ {
		perm = append(perm, i)
	}
	return append(perm[:axis:axis], append([]int{0}, perm[axis:]...)...)
}

// toFront is the permutation that puts an axis first.
func toFront(axis, rank int) []int {
	perm := []int{axis}
	for i := range rank {
		if i != axis {
			perm = append(perm, i)
		}
	}
	return perm
}

// assignedIn lists the names whose value, or a part of it, a block assigns.
func assignedIn(b *syntax.Block) map[string]bool {
	names := map[string]bool{}
	var walk func(n any)
	block := func(b *syntax.Block) {
		if b != nil {
			for _, s := range b.Stmts {
				walk(s)
			}
		}
	}
	walk = func(n any) {
		switch n := n.(type) {
		case *syntax.Assign:
			for _, p := range n.Places {
				names[rootName(p)] = true
			}
			for _, v := range n.Values {
				walk(v)
			}
		case *syntax.Let:
			for _, v := range n.Values {
				walk(v)
			}
		case *syntax.If:
			block(n.Then)
			walk(n.Else)
		case *syntax.Loop:
			block(n.Body)
		case *syntax.Block:
			block(n)
		case *syntax.RegionStmt:
			block(n.Body)
		}
	}
	block(b)
	return names
}

// rootName is the name that a place begins with.
func rootName(p syntax.Expr) string {
	switch p := syntax.Unparen(p).(type) {
	case *syntax.Ident:
		return p.Name
	case *syntax.Select:
		return rootName(p.X)
	case *syntax.Index:
		return rootName(p.X)
	}
	return ""
}

// unrolled is a bound of a for.
func (e eval) unrolled(x syntax.Expr) int64 {
	v := e.raw(x)
	n, ok := asInt(v)
	if !ok {
		e.m.failHint("a for is unrolled when compiling; scan goes over bounds of the run", x.At(), diag.NotConstant,
			"%s is %s; a whole number known when compiling is needed", spell(x), v.what())
	}
	return n
}
