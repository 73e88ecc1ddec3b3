package text

import (
	"math"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A builtin is a primitive of the language: its parameters ("x axis? keep?"; a ? may be left out, key= is understood by
// draws) and what it does.
type builtin struct {
	name   string
	params string
	do     func(e eval, a *args) []value
}

func (b *builtin) what() string { return "the function " + b.name }

// args are the arguments of a builtin, by parameter.
type args struct {
	b    *builtin
	vals map[string]value
	expr map[string]syntax.Expr
	at   diag.Span
}

func one(v value) []value { return []value{v} }

// builtinTable lists all primitives, dtypes and constants.
func builtinTable() map[string]value {
	table := map[string]value{
		"pi":  floatNum(3.141592653589793),
		"inf": floatNum(math.Inf(1)), "nan": floatNum(math.NaN()),
	}
	for _, dt := range []ir.DType{tensor.F32, tensor.F64, tensor.BF16, tensor.F16, tensor.I32, tensor.I64, tensor.U8, tensor.I8, tensor.Bool} {
		table[dt.String()] = dtypev(dt)
	}
	for _, rows := range [][]builtin{elementwiseRows(), reduceRows(), shapeRows(), createRows(), pickRows(), imageRows(), algebraRows(), randomRows(), groupRows(), initialRows(), byteRows()} {
		for i := range rows {
			table[rows[i].name] = &rows[i]
		}
	}
	return table
}

// callBuiltin sorts the arguments by parameter and does it.
func (e eval) callBuiltin(b *builtin, x *syntax.Call) []value {
	a := &args{b: b, vals: map[string]value{}, expr: map[string]syntax.Expr{}, at: x.Span}
	names := strings.Fields(b.params)
	for i, arg := range x.Args {
		name := ""
		switch {
		case arg.Name != nil:
			name = arg.Name.Name
		case i < len(names):
			name = strings.TrimSuffix(names[i], "?")
		default:
			e.m.fail(arg.Span, diag.WrongArgs, "%s takes %s", b.name, plural(len(names), "argument"))
		}
		if !has(names, name) {
			e.m.fail(nameSpan(arg), diag.WrongArgs, "%s has no argument %s%s", b.name, name, diag.DidYouMean(name, bare(names)))
		}
		if a.vals[name] != nil {
			e.m.fail(nameSpan(arg), diag.WrongArgs, "%s is given twice", name)
		}
		a.expr[name] = arg.Value
		if isLazy(b, name) {
			a.vals[name] = poison{}
			continue
		}
		a.vals[name] = e.raw(arg.Value)
	}
	for _, n := range names {
		if !strings.HasSuffix(n, "?") && a.vals[n] == nil {
			e.m.fail(x.Span, diag.WrongArgs, "%s needs the argument %s", b.name, n)
		}
	}
	e.m.span = x.Span
	return b.do(e, a)
}

// isLazy reports whether an argument is looked at as it is written: wrt may name an argument of the function.
func isLazy(b *builtin, name string) bool { return name == "wrt" }

func has(names []string, name string) bool {
	for _, n := range names {
		if strings.TrimSuffix(n, "?") == name {
			return true
		}
	}
	return false
}

func bare(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.TrimSuffix(n, "?")
	}
	return out
}

// tens is an argument as a tensor.
func (a *args) tens(e eval, name string) *tens { return a.tensAs(e, name, tensor.Invalid) }

func (a *args) tensAs(e eval, name string, dt ir.DType) *tens {
	if x := a.expr[name]; x != nil {
		defer e.m.at(x.At())()
	}
	v := e.load(e.asTree(a.vals[name]))
	if t, ok := v.(*tree); ok {
		e.m.fail(e.m.span, diag.WrongKind, "%s needs a tensor, not %s", a.b.name, t.what())
	}
	return e.tens(v, dt)
}

// dim is an argument as a dim.
func (a *args) dim(e eval, name string) ir.Dim {
	d, ok := asDim(a.vals[name])
	if !ok {
		e.m.fail(a.expr[name].At(), diag.WrongKind, "%s: %s is %s, not a dim", a.b.name, name, a.vals[name].what())
	}
	return d
}

// flag is a bool argument.
func (a *args) flag(e eval, name string, def bool) bool {
	v, ok := a.vals[name]
	if !ok {
		return def
	}
	b, ok := v.(cbool)
	if !ok {
		e.m.fail(a.expr[name].At(), diag.NotConstant, "%s: %s is %s, not true or false", a.b.name, name, v.what())
	}
	return bool(b)
}

// ints is an argument that is a number for all of n axes, or a list of n.
func (a *args) ints(e eval, name string, n int, def int64) []int {
	out := make([]int, n)
	v, ok := a.vals[name]
	if !ok {
		v = intNum(def)
	}
	l, isL := v.(*list)
	for i := range out {
		x := v
		if isL && len(l.elems) == n {
			x = l.elems[i]
		}
		k, isInt := asInt(x)
		if !isInt || k < -1<<30 || k > 1<<30 {
			e.m.fail(e.m.span, diag.WrongKind, "%s: %s is %s, not a whole number or a list of %d", a.b.name, name, v.what(), n)
		}
		out[i] = int(k)
	}
	return out
}

// shape is an argument that is a list of dims; axes written 1 stretch.
func (a *args) shape(e eval, name string) ([]ir.Dim, uint16) {
	l, ok := a.vals[name].(*list)
	if !ok {
		e.m.fail(a.expr[name].At(), diag.WrongKind, "%s: the shape is %s, not a list of dims such as [B, 3]", a.b.name, a.vals[name].what())
	}
	if len(l.elems) > ir.MaxRank {
		e.m.fail(a.at, diag.WrongRank, "a tensor has at most %d axes", ir.MaxRank)
	}
	dims, ones := make([]ir.Dim, len(l.elems)), uint16(0)
	written, _ := syntax.Unparen(a.expr[name]).(*syntax.List)
	for i, x := range l.elems {
		d, ok := asDim(x)
		if !ok {
			e.m.fail(a.expr[name].At(), diag.WrongKind, "%s: %s is not a dim", a.b.name, x.what())
		}
		if n, fixed := d.Int(); fixed && n < 0 {
			e.m.fail(a.expr[name].At(), diag.BadDim, "the dim %d is negative", n)
		}
		if written != nil && len(written.Elems) == len(l.elems) && isOne(written.Elems[i]) {
			ones |= 1 << i
		}
		dims[i] = d
	}
	return dims, ones
}

// each applies f to a tensor argument, or to each leaf of a tree.
func (a *args) each(e eval, name string, f func(t *tens) *tens) []value {
	v := e.load(e.asTree(a.vals[name]))
	return one(e.mapTree(v, func(v value) value { return f(e.tens(v, tensor.Invalid)) }))
}

// floats refuses a tensor of other dtypes.
func (a *args) floats(e eval, t *tens) *tens {
	if !t.typ().DType.IsFloat() {
		e.m.failHint("convert it: f32(...)", e.m.span, diag.NeedsFloat, "%s needs floats: the operand is %v", a.b.name, t.typ())
	}
	return t
}
