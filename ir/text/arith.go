package text

import (
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// An operator of the language: its op, and what it takes.
type operator struct {
	op      ir.Op
	floats  bool // for floats only
	compare bool
	bools   bool // for bools, too (and, or: for bools only)
}

// operators lists what is written between operands; min and max of two are written as calls.
func operators() map[string]operator {
	return map[string]operator{
		"+": {op: ops.Add()}, "-": {op: ops.Sub()}, "*": {op: ops.Mul()}, "**": {op: ops.Pow()},
		"/": {op: ops.Div(), floats: true}, "//": {op: ops.FloorDiv()}, "%": {op: ops.Mod()},
		"==": {op: ops.Eq(), compare: true, bools: true}, "!=": {op: ops.Ne(), compare: true, bools: true},
		"<": {op: ops.Lt(), compare: true}, "<=": {op: ops.Le(), compare: true},
		">": {op: ops.Gt(), compare: true}, ">=": {op: ops.Ge(), compare: true},
		"and": {op: ops.And(), bools: true}, "or": {op: ops.Or(), bools: true},
		"min": {op: ops.Min()}, "max": {op: ops.Max()},
	}
}

func (e eval) unary(x *syntax.Unary) value {
	v := e.raw(x.X)
	if x.Op == "not" {
		if b, ok := v.(cbool); ok {
			return !b
		}
		return e.mapTree(e.load(v), func(v value) value {
			t := e.tens(v, tensor.Bool)
			if t.typ().DType != tensor.Bool {
				e.m.fail(x.OpAt, diag.WrongDType, "not needs bools: %s is %v", spell(x.X), t.typ())
			}
			return &tens{v: e.c.op(ops.Not(), t.v), ones: t.ones}
		})
	}
	return e.negate(v)
}

func (e eval) negate(v value) value {
	switch v := v.(type) {
	case num:
		n, _ := numOp("-", intNum(0), v)
		return n
	case dimv:
		return dimv{v.d.Mul(ir.Const(-1))}
	case *lazy:
		return &lazy{v.whole, func(c *ctx, dt ir.DType) ir.Value { return c.op(ops.Neg(), v.make(c, dt)) }}
	}
	return e.mapTree(e.load(v), func(v value) value {
		t := e.tens(v, tensor.Invalid)
		return &tens{v: e.c.op(ops.Neg(), t.v), ones: t.ones}
	})
}

// mapTree applies f to a tensor, or to each leaf of a tree.
func (e eval) mapTree(v value, f func(value) value) value {
	t, ok := v.(*tree)
	if !ok {
		return f(v)
	}
	out := &tree{}
	for _, l := range t.leaves {
		out.leaves = append(out.leaves, leaf{l.name, f(l.val).(*tens)})
	}
	return out
}

func (e eval) binary(x *syntax.Binary) value {
	if x.Op == "and" || x.Op == "or" {
		return e.logic(x)
	}
	a, b := e.raw(x.X), e.raw(x.Y)
	if x.Op != "==" && x.Op != "!=" {
		e.operand(x.X, a)
		e.operand(x.Y, b)
	}
	e.m.span = x.OpAt
	e.sides = [2]string{short(x.X, "the left side"), short(x.Y, "the right side")}
	if x.Op == "@" {
		return e.matmul(e.tens(a, tensor.Invalid), e.tens(b, tensor.Invalid))
	}
	if g := e.groups(x.Op, a, b); g != nil {
		return g
	}
	return e.arith(x.Op, a, b)
}

// operand refuses what is no number, tensor or group.
func (e eval) operand(x syntax.Expr, v value) {
	switch v := v.(type) {
	case *gradFn:
		e.m.failHint("call it: "+spell(x)+"(...)", x.At(), diag.WrongKind, "%s is a function; a tensor is needed", spell(x))
	case *fnv, *filev, dtypev, str, *builtin:
		e.m.fail(x.At(), diag.WrongKind, "%s is %s; a tensor is needed", spell(x), v.what())
	}
}

// short is an operand as it is written, or else a word for it.
func short(x syntax.Expr, word string) string {
	if s := spell(x); len(s) <= 24 {
		return s
	}
	return word
}

func (e eval) left() string {
	if e.sides[0] == "" {
		return "the one side"
	}
	return e.sides[0]
}

func (e eval) right() string {
	if e.sides[1] == "" {
		return "the other side"
	}
	return e.sides[1]
}

// logic is and / or; where the left side is known when compiling and decides, the right side is not looked at.
func (e eval) logic(x *syntax.Binary) value {
	a := e.raw(x.X)
	l, known := a.(cbool)
	if known && bool(l) == (x.Op == "or") {
		return l
	}
	b := e.raw(x.Y)
	if known {
		if _, ok := b.(cbool); ok {
			return b
		}
		return e.tens(b, tensor.Bool)
	}
	e.m.span = x.OpAt
	return e.arith(x.Op, a, b)
}

// arith is a op b for untyped numbers, tensors and trees.
func (e eval) arith(op string, a, b value) value {
	if v := e.constant(op, a, b); v != nil {
		return v
	}
	a, b = e.load(e.asTree(a)), e.load(e.asTree(b))
	ta, isA := a.(*tree)
	tb, isB := b.(*tree)
	switch {
	case isA && isB:
		return e.zip(op, ta, tb)
	case isA:
		return e.mapTree(ta, func(v value) value { return e.arith(op, v, e.scalarOf(b)) })
	case isB:
		return e.mapTree(tb, func(v value) value { return e.arith(op, e.scalarOf(a), v) })
	}
	return e.elementwise(op, a, b)
}

// asTree is an instance as the group of its params.
func (e eval) asTree(v value) value {
	if i, ok := v.(*instance); ok {
		return e.m.params(i)
	}
	return v
}

// scalarOf refuses what does not go with all leaves of a tree.
func (e eval) scalarOf(v value) value {
	if t, ok := v.(*tens); ok && t.typ().Rank() > 0 {
		e.m.fail(e.m.span, diag.WrongKind, "%v meets a tree; scalars go with all leaves, other tensors do not", t.typ())
	}
	return v
}

func (e eval) zip(op string, a, b *tree) value {
	e.sameLeaves(a, b)
	out := &tree{}
	for _, l := range a.leaves {
		out.leaves = append(out.leaves, leaf{l.name, e.arith(op, l.val, b.find(l.name)).(*tens)})
	}
	return out
}

func (e eval) sameLeaves(a, b *tree) {
	var onlyA, onlyB []string
	for _, l := range a.leaves {
		if b.find(l.name) == nil {
			onlyA = append(onlyA, l.name)
		}
	}
	for _, l := range b.leaves {
		if a.find(l.name) == nil {
			onlyB = append(onlyB, l.name)
		}
	}
	if len(onlyA)+len(onlyB) > 0 {
		e.m.fail(e.m.span, diag.LeafMismatch, "the trees have different leaves: only the left one has %v, only the right one %v", onlyA, onlyB)
	}
}

// elementwise is a op b for tensors, one of which may be untyped.
func (e eval) elementwise(op string, a, b value) value {
	o := e.m.oper[op]
	x, y := e.pair(a, b)
	if o.floats && !x.typ().DType.IsFloat() {
		e.m.failHint("write f32("+e.left()+") / ..., or "+e.left()+" // ...", e.m.span, diag.NeedsFloat, "%s needs floats: %s is %v", op, e.left(), x.typ())
	}
	if (op == "and" || op == "or") && x.typ().DType != tensor.Bool || x.typ().DType == tensor.Bool && !o.bools {
		e.m.fail(e.m.span, diag.WrongDType, "%s does not go with %v", op, x.typ().DType)
	}
	p, q, ones := e.stretch(op, x, y)
	return &tens{v: e.c.op(o.op, p, q), ones: ones}
}

// pair gives two operands one dtype: an untyped one takes the other's.
func (e eval) pair(a, b value) (x, y *tens) {
	switch {
	case untyped(a) && untyped(b):
		dt := defaultType(a)
		if d := defaultType(b); d == tensor.F32 {
			dt = d
		}
		return e.tens(a, dt), e.tens(b, dt)
	case untyped(a):
		y = e.tens(b, tensor.Invalid)
		return e.tens(a, y.typ().DType), y
	}
	x = e.tens(a, tensor.Invalid)
	y = e.tens(b, x.typ().DType)
	if x.typ().DType != y.typ().DType {
		e.m.failHint("values never convert by themselves: "+e.converted(x.typ().DType, y.typ().DType), e.m.span, diag.WrongDType,
			"dtypes differ: %s is %v, %s is %v", e.left(), x.typ(), e.right(), y.typ())
	}
	return x, y
}

// constant computes with untyped numbers, bools and strings; nil if an operand is of run time.
func (e eval) constant(op string, a, b value) value {
	switch x := a.(type) {
	case num:
		if y, ok := b.(num); ok {
			return e.numbers(op, x, y)
		}
	case cbool:
		if y, ok := b.(cbool); ok {
			return e.bools(op, x, y)
		}
	case str:
		if y, ok := b.(str); ok && (op == "==" || op == "!=") {
			return cbool((x == y) == (op == "=="))
		}
	}
	if isSize(a) && isSize(b) {
		return e.sizes(op, a, b)
	}
	return nil
}

func (e eval) numbers(op string, a, b num) value {
	switch op {
	case "min":
		if b.cmp(a) < 0 {
			return b
		}
		return a
	case "max":
		if b.cmp(a) > 0 {
			return b
		}
		return a
	case "and", "or":
		e.m.fail(e.m.span, diag.WrongDType, "%s needs bools", op)
	}
	if e.m.oper[op].compare {
		return cbool(compares(op, a.cmp(b)))
	}
	n, ok := numOp(op, a, b)
	if !ok {
		e.m.fail(e.m.span, diag.BadNumber, "%s %s %s has no value", a.text(), op, b.text())
	}
	return n
}

func compares(op string, c int) bool {
	return map[string]bool{"==": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
}

func (e eval) bools(op string, a, b cbool) value {
	switch op {
	case "and":
		return a && b
	case "or":
		return a || b
	case "==":
		return cbool(a == b)
	case "!=":
		return cbool(a != b)
	}
	e.m.fail(e.m.span, diag.WrongDType, "%s does not go with bools", op)
	return nil
}

// isSize reports whether v is an untyped number.
func isSize(v value) bool {
	switch v.(type) {
	case num, dimv, *lazy:
		return true
	}
	return false
}

// asDim is an untyped whole number as a dim.
func asDim(v value) (ir.Dim, bool) {
	switch v := v.(type) {
	case num:
		n, ok := v.int()
		return ir.Const(n), ok && v.whole
	case dimv:
		return v.d, true
	}
	return ir.Dim{}, false
}

// sizes computes with dims and numbers: a dim where the result is one, else a number made when it meets a type.
func (e eval) sizes(op string, a, b value) value {
	x, okX := asDim(a)
	y, okY := asDim(b)
	if okX && okY {
		if v := e.dims(op, x, y); v != nil {
			return v
		}
	}
	if e.m.oper[op].compare {
		return nil
	}
	whole := defaultType(a) == tensor.I32 && defaultType(b) == tensor.I32 && op != "/"
	e.running("a size")
	return &lazy{whole, func(c *ctx, dt ir.DType) ir.Value {
		in := eval{m: e.m, c: c}
		p, q := in.tens(a, dt), in.tens(b, dt)
		return c.op(e.m.oper[op].op, p.v, q.v)
	}}
}

func (e eval) dims(op string, x, y ir.Dim) value {
	switch op {
	case "+":
		return dimOf(x.Add(y))
	case "-":
		return dimOf(x.Sub(y))
	case "*":
		return dimOf(x.Mul(y))
	case "//", "%":
		if y.Is(0) {
			e.m.fail(e.m.span, diag.BadDim, "%v %s 0 has no value", x, op)
		}
		if op == "//" {
			return dimOf(x.FloorDiv(y))
		}
		return dimOf(x.Mod(y))
	case "/":
		if d, ok := x.Div(y); ok {
			return dimOf(d)
		}
	case "min":
		return dimOf(x.Min(y))
	case "max":
		return dimOf(x.Max(y))
	case "**":
		return e.dimPower(x, y)
	}
	if n, ok := x.Sub(y).Int(); ok && e.m.oper[op].compare {
		return cbool(compares(op, int(max(-1, min(1, n)))))
	}
	return nil
}

func (e eval) dimPower(x, y ir.Dim) value {
	n, ok := y.Int()
	if !ok || n < 0 || n > 64 {
		return nil
	}
	d := ir.Const(1)
	for range n {
		d = d.Mul(x)
	}
	return dimOf(d)
}

func dimOf(d ir.Dim) value {
	if n, ok := d.Int(); ok {
		return intNum(n)
	}
	return dimv{d}
}

// converted proposes a conversion: of integers to floats, of bools to numbers, else of the right side.
func (e eval) converted(a, b ir.DType) string {
	if !a.IsFloat() && b.IsFloat() || a == tensor.Bool {
		return e.conversion(b, e.sides[0])
	}
	return e.conversion(a, e.sides[1])
}

func (e eval) conversion(to ir.DType, side string) string {
	if side == "" || strings.HasSuffix(side, " side") {
		side = "..."
	}
	if strings.HasPrefix(side, "(") && strings.HasSuffix(side, ")") {
		return to.String() + side
	}
	return to.String() + "(" + side + ")"
}
