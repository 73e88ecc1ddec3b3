package text

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// elementwiseRows are the functions of one value each, and where, min, max and clip.
func elementwiseRows() []builtin {
	rows := []builtin{
		{"where", "c a b", where},
		{"clip", "x lo hi", func(e eval, a *args) []value {
			return one(e.arith("min", e.arith("max", a.vals["x"], a.vals["lo"]), a.vals["hi"]))
		}},
		{"min", "x y? axis? keep?", func(e eval, a *args) []value { return extreme(e, a, "min", minRow()) }},
		{"max", "x y? axis? keep?", func(e eval, a *args) []value { return extreme(e, a, "max", maxRow()) }},
		{"stop_gradient", "x", func(e eval, a *args) []value {
			return a.each(e, "x", func(t *tens) *tens { return &tens{v: e.c.op(ops.StopGradient{}, t.v), ones: t.ones} })
		}},
	}
	floats := []struct {
		name string
		op   ir.Op
		f    func(float64) float64
	}{
		{"exp", ops.Exp(), math.Exp}, {"log", ops.Log(), math.Log}, {"sqrt", ops.Sqrt(), math.Sqrt},
		{"sin", ops.Sin(), math.Sin}, {"cos", ops.Cos(), math.Cos}, {"tan", ops.Tan(), math.Tan}, {"tanh", ops.Tanh(), math.Tanh},
		{"sigmoid", ops.Sigmoid(), func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"erf", ops.Erf(), math.Erf}, {"log1p", ops.Log1p(), math.Log1p}, {"expm1", ops.Expm1(), math.Expm1},
		{"softplus", ops.Softplus(), func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }},
		{"log_sigmoid", ops.LogSigmoid(), func(x float64) float64 { return min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }},
	}
	for _, r := range floats {
		rows = append(rows, builtin{r.name, "x", func(e eval, a *args) []value { return floatFn(e, a, r.op, r.f) }})
	}
	numbers := []struct {
		name string
		op   ir.Op
		f    func(num) num
	}{
		{"abs", ops.Abs(), absNum}, {"sign", ops.Sign(), signNum}, {"floor", ops.Floor(), roundNum(math.Floor)},
		{"round", ops.Round(), roundNum(math.RoundToEven)},
	}
	for _, r := range numbers {
		rows = append(rows, builtin{r.name, "x", func(e eval, a *args) []value { return numberFn(e, a, r.op, r.f) }})
	}
	return rows
}

// floatFn is a function of floats; of a number it is a number, of a dim one that takes the type it meets.
func floatFn(e eval, a *args, op ir.Op, f func(float64) float64) []value {
	switch x := a.vals["x"].(type) {
	case num:
		if a.b.name == "sqrt" {
			return one(sqrtNum(x))
		}
		return one(floatNum(f(x.float())))
	case dimv, *lazy:
		e.running("a size")
		return one(&lazy{false, func(c *ctx, dt ir.DType) ir.Value {
			return c.op(op, eval{m: e.m, c: c}.tens(x, dt).v)
		}})
	}
	return a.each(e, "x", func(t *tens) *tens { return &tens{v: e.c.op(op, a.floats(e, t).v), ones: t.ones} })
}

func numberFn(e eval, a *args, op ir.Op, f func(num) num) []value {
	if n, ok := a.vals["x"].(num); ok {
		return one(f(n))
	}
	return a.each(e, "x", func(t *tens) *tens {
		if dt := t.typ().DType; !dt.IsFloat() && !dt.IsInt() {
			e.m.fail(a.at, diag.WrongDType, "%s needs numbers: the operand is %v", a.b.name, t.typ())
		}
		return &tens{v: e.c.op(op, t.v), ones: t.ones}
	})
}

func absNum(n num) num {
	if n.cmp(intNum(0)) < 0 {
		n, _ = numOp("-", intNum(0), n)
	}
	return n
}

func signNum(n num) num { return intNum(int64(n.cmp(intNum(0)))) }

func roundNum(f func(float64) float64) func(num) num {
	return func(n num) num {
		if n.whole {
			return n
		}
		return floatNum(f(n.float()))
	}
}

// extreme is max(x) over axes, or max(a, b) of two elementwise.
func extreme(e eval, a *args, op string, row reduction) []value {
	if y := a.vals["y"]; y != nil {
		if a.vals["axis"] != nil || a.vals["keep"] != nil {
			e.m.failHint("max over an axis is max(x, axis = n)", a.at, diag.WrongArgs, "%s of two operands is elementwise and takes no axis", op)
		}
		return one(e.arith(op, a.vals["x"], y))
	}
	if l, ok := a.vals["x"].(*list); ok && len(l.elems) > 0 {
		v := l.elems[0]
		for _, x := range l.elems[1:] {
			v = e.arith(op, v, x)
		}
		return one(v)
	}
	return reduce(e, a, row)
}

// where is a where c holds, else b.
func where(e eval, a *args) []value {
	if c, ok := a.vals["c"].(cbool); ok {
		if c {
			return one(a.vals["a"])
		}
		return one(a.vals["b"])
	}
	c := a.tensAs(e, "c", tensor.Bool)
	if c.typ().DType != tensor.Bool {
		e.m.fail(a.expr["c"].At(), diag.WrongDType, "the condition of where is %v, not bools", c.typ())
	}
	x, y := e.asTree(a.vals["a"]), e.asTree(a.vals["b"])
	if g, ok := x.(*group); ok {
		x = e.load(g)
	}
	if g, ok := y.(*group); ok {
		y = e.load(g)
	}
	t, isTree := x.(*tree)
	u, both := y.(*tree)
	if !isTree && !both {
		return one(e.choice(c, x, y))
	}
	if isTree && both {
		e.sameLeaves(t, u)
	}
	form := t
	if !isTree {
		form = u
	}
	out := &tree{}
	for _, l := range form.leaves {
		p, q := x, y
		if isTree {
			p = t.find(l.name)
		}
		if both {
			q = u.find(l.name)
		}
		out.leaves = append(out.leaves, leaf{l.name, e.choice(c, p, q)})
	}
	return one(out)
}

func (e eval) choice(c *tens, x, y value) *tens {
	p, q := e.pair(e.load(x), e.load(y))
	dims, ones := e.shape("where", p, q)
	all := &tens{v: p.v, ones: ones}
	if len(dims) > 0 || c.typ().Rank() > 0 {
		all = &tens{v: e.spread(p, dims), ones: ones}
	}
	if dims2, ones2 := e.shape("where", all, c); len(dims2) >= 0 {
		dims, ones = dims2, ones2
	}
	return &tens{v: e.c.op(ops.Select{}, e.spread(c, dims), e.spread(all, dims), e.spread(&tens{v: q.v, ones: q.ones}, dims)), ones: ones}
}

// convert is f32(x): a conversion written as a call of the dtype.
func (e eval) convert(dt ir.DType, x *syntax.Call) value {
	if len(x.Args) != 1 || x.Args[0].Name != nil {
		e.m.fail(x.Span, diag.WrongArgs, "%v(x) converts one value", dt)
	}
	v := e.raw(x.Args[0].Value)
	e.m.span = x.Span
	if n, ok := v.(num); ok && e.c != nil {
		if !dt.IsFloat() && !n.whole {
			n = floatNum(math.Trunc(n.float()))
			n.whole = true
		}
		return e.typedNum(n, dt)
	}
	if l, ok := v.(*lazy); ok && dt.IsFloat() {
		return e.tens(l, dt)
	}
	return e.mapTree(e.load(e.asTree(v)), func(v value) value {
		if d, ok := v.(dimv); ok {
			return e.tens(d, dt)
		}
		t := e.tens(v, tensor.Invalid)
		if t.typ().DType == dt {
			return t
		}
		return &tens{v: e.c.op(ops.Cast{To: dt}, t.v), ones: t.ones}
	})
}
