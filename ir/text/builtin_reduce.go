package text

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A reduction works on axes, which disappear.
type reduction func(e eval, a *args, t *tens, axes []int) ir.Value

func minRow() reduction {
	return func(e eval, _ *args, t *tens, axes []int) ir.Value { return e.c.op(ops.ReduceMin(axes...), t.v) }
}

func maxRow() reduction {
	return func(e eval, _ *args, t *tens, axes []int) ir.Value { return e.c.op(ops.ReduceMax(axes...), t.v) }
}

func reduceRows() []builtin {
	rows := []builtin{
		{"argmax", "x axis?", func(e eval, a *args) []value { return arg(e, a, func(n int) ir.Op { return ops.ArgMax{Axis: n} }) }},
		{"argmin", "x axis?", func(e eval, a *args) []value { return arg(e, a, func(n int) ir.Op { return ops.ArgMin{Axis: n} }) }},
		{"cumsum", "x axis?", func(e eval, a *args) []value { return running(e, a, func(n int) ir.Op { return ops.CumSum{Axis: n} }) }},
		{"cumprod", "x axis?", func(e eval, a *args) []value { return running(e, a, func(n int) ir.Op { return ops.CumProd{Axis: n} }) }},
		{"norm", "x axis? keep?", norm},
		{"moments", "x axis? along?", moments},
		{"comoments", "g x at axis", comoments},
	}
	reductions := map[string]reduction{
		"sum": func(e eval, _ *args, t *tens, axes []int) ir.Value { return e.c.op(ops.ReduceSum(axes...), t.v) },
		"prod": func(e eval, _ *args, t *tens, axes []int) ir.Value {
			return e.c.op(ops.ReduceProd(axes...), t.v)
		},
		"any": func(e eval, _ *args, t *tens, axes []int) ir.Value { return e.c.op(ops.ReduceAny(axes...), t.v) },
		"all": func(e eval, _ *args, t *tens, axes []int) ir.Value { return e.c.op(ops.ReduceAll(axes...), t.v) },
		"mean": func(e eval, a *args, t *tens, axes []int) ir.Value {
			return e.mean(a.floats(e, t).v, axes)
		},
		"std": func(e eval, a *args, t *tens, axes []int) ir.Value { return e.deviation(a.floats(e, t).v, axes) },
		"median": func(e eval, a *args, t *tens, axes []int) ir.Value {
			return e.median(a.floats(e, t).v, axes)
		},
	}
	for name, row := range reductions {
		rows = append(rows, builtin{name, "x axis? keep?", func(e eval, a *args) []value { return reduce(e, a, row) }})
	}
	return rows
}

// reduce applies a reduction to the axes given, or to all; keep = true leaves them with length 1.
func reduce(e eval, a *args, row reduction) []value {
	if l, ok := a.vals["x"].(*list); ok && a.b.name == "sum" && e.c == nil {
		var v value = intNum(0)
		for _, x := range l.elems {
			v = e.arith("+", v, x)
		}
		return one(v)
	}
	t := a.tens(e, "x")
	axes := everyAxis(t.typ().Rank())
	if v := a.vals["axis"]; v != nil {
		axes = e.axes(v, t.typ().Rank())
	}
	if dt := t.typ().DType; (dt == tensor.Bool) != (a.b.name == "any" || a.b.name == "all") {
		hint := ""
		if dt == tensor.Bool {
			hint = "convert it: f32(...), or use any and all"
		}
		e.m.failHint(hint, a.at, diag.WrongDType, "%s does not go with %v", a.b.name, t.typ())
	}
	v := row(e, a, t, axes)
	return one(e.kept(a, t, axes, v))
}

// kept puts the axes back with length 1, if that is wanted.
func (e eval) kept(a *args, t *tens, axes []int, v ir.Value) *tens {
	keep := a.flag(e, "keep", false)
	var dims []ir.Dim
	ones := uint16(0)
	for i, d := range t.typ().Dims() {
		switch {
		case !in(axes, i):
			ones |= t.ones >> i & 1 << len(dims)
			dims = append(dims, d)
		case keep:
			ones |= 1 << len(dims)
			dims = append(dims, ir.Const(1))
		}
	}
	return &tens{v: e.reshape(v, dims...), ones: ones}
}

func everyAxis(n int) []int {
	axes := make([]int, n)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

func in(l []int, x int) bool {
	for _, y := range l {
		if x == y {
			return true
		}
	}
	return false
}

// count is the number of elements that a reduction takes together.
func count(t ir.Type, axes []int) ir.Dim {
	n := ir.Const(1)
	for _, a := range axes {
		n = n.Mul(t.Dim(a))
	}
	return n
}

func (e eval) mean(v ir.Value, axes []int) ir.Value {
	t := v.Type()
	sum := e.c.op(ops.ReduceSum(axes...), v)
	n := e.c.dim(count(t, axes), t.DType)
	return e.c.op(ops.Div(), sum, e.full(n, sum.Type().Dims()))
}

// moments are the mean and the variance over axes, or over all but those that they lie along: one op where these are leading ones and one
// more.
func moments(e eval, a *args) []value {
	t := a.floats(e, a.tens(e, "x"))
	rank := t.typ().Rank()
	over, along := a.vals["axis"], a.vals["along"]
	if (over == nil) == (along == nil) {
		e.m.fail(a.at, diag.BadIndex, "moments takes either axis or along")
	}
	var axes []int
	if over != nil {
		axes = e.axes(over, rank)
	} else {
		axes = keptAxes(rank, e.axes(along, rank))
	}
	if op, ok := momentsAlong(keptAxes(rank, axes)); ok {
		return e.twoRows(e.c.op(op, t.v))
	}
	mean := e.mean(t.v, axes)
	d := e.c.op(ops.Sub(), t.v, e.back(mean, t.typ(), axes))
	return []value{&tens{v: mean}, &tens{v: e.mean(e.c.op(ops.Mul(), d, d), axes)}}
}

// momentsAlong is the op whose results lie along these axes; false if they are not leading ones and one more.
func momentsAlong(axes []int) (ops.Moments, bool) {
	last := len(axes) - 1
	for i := range last {
		if axes[i] != i {
			return ops.Moments{}, false
		}
	}
	if last < 0 || axes[last] < last {
		return ops.Moments{}, false
	}
	return ops.Moments{Axis: axes[last], Lead: last}, true
}

// comoments are the sums of g and of g (x - at) over all axes but those along which at lies.
func comoments(e eval, a *args) []value {
	g, x, at := a.tens(e, "g"), a.tens(e, "x"), a.tens(e, "at")
	axes := e.axes(a.vals["axis"], g.typ().Rank())
	op, ok := momentsAlong(axes)
	if !ok {
		e.m.fail(a.at, diag.BadIndex, "comoments: axes %v are not leading ones and one more", axes)
	}
	return e.twoRows(e.c.op(ops.Comoments(op), g.v, x.v, at.v))
}

// twoRows are the rows of v [..., 2, C].
func (e eval) twoRows(v ir.Value) []value {
	dims := v.Type().Dims()
	last := len(dims) - 1
	row := func(i int64) value {
		s := e.c.op(ops.Slice{Axis: last - 1, Start: ir.Const(i), Len: ir.Const(1)}, v)
		return &tens{v: e.reshape(s, slices.Concat(dims[:last-1], dims[last:])...)}
	}
	return []value{row(0), row(1)}
}

// keptAxes are the axes, of so many, that are not among those.
func keptAxes(rank int, axes []int) []int {
	var kept []int
	for i := range rank {
		if !in(axes, i) {
			kept = append(kept, i)
		}
	}
	return kept
}

// back stretches what was folded over axes to type t again.
func (e eval) back(v ir.Value, t ir.Type, axes []int) ir.Value {
	if len(axes) == 0 {
		return v
	}
	return e.c.op(ops.Broadcast{Dims: ir.MakeDims(t.Dims()...), Axes: ir.MakeInts(keptAxes(t.Rank(), axes)...)}, v)
}

// deviation is the root of the mean squared distance from the mean.
func (e eval) deviation(v ir.Value, axes []int) ir.Value {
	mean := e.mean(v, axes)
	d := e.c.op(ops.Sub(), v, e.back(mean, v.Type(), axes))
	return e.c.op(ops.Sqrt(), e.mean(e.c.op(ops.Mul(), d, d), axes))
}

// median is the middle of the sorted elements, or the mean of the two middle ones.
func (e eval) median(v ir.Value, axes []int) ir.Value {
	t := v.Type()
	var perm []int
	var dims []ir.Dim
	for i := range t.Rank() {
		if !in(axes, i) {
			perm = append(perm, i)
			dims = append(dims, t.Dim(i))
		}
	}
	n := count(t, axes)
	flat := e.permute(&tens{v: v}, append(perm, axes...))
	sorted := e.c.ops(ops.Sort{}, nil, []ir.Value{e.reshape(flat.v, append(dims[:len(dims):len(dims)], n)...)})[0]
	at := func(d ir.Dim) ir.Value {
		return e.reshape(e.c.op(ops.Slice{Axis: len(dims), Start: d, Len: ir.Const(1)}, sorted), dims...)
	}
	lo, hi := n.Sub(ir.Const(1)).FloorDiv(ir.Const(2)), n.FloorDiv(ir.Const(2))
	sum := e.c.op(ops.Add(), at(lo), at(hi))
	return e.c.op(ops.Mul(), sum, e.full(e.c.lit("0.5", t.DType), dims))
}

// norm is the root of the sum of squares, over all leaves of a tree.
func norm(e eval, a *args) []value {
	v := e.load(e.asTree(a.vals["x"]))
	ts := tensors(v)
	if _, ok := v.(*tree); !ok {
		t := a.floats(e, a.tens(e, "x"))
		axes := everyAxis(t.typ().Rank())
		if v := a.vals["axis"]; v != nil {
			axes = e.axes(v, t.typ().Rank())
		}
		sq := e.c.op(ops.ReduceSum(axes...), e.c.op(ops.Mul(), t.v, t.v))
		return one(e.kept(a, t, axes, e.c.op(ops.Sqrt(), sq)))
	}
	var sum ir.Value
	for _, t := range ts {
		a.floats(e, t)
		sq := e.c.op(ops.ReduceSum(everyAxis(t.typ().Rank())...), e.c.op(ops.Mul(), t.v, t.v))
		if sum.IsZero() {
			sum = sq
		} else {
			sum = e.c.op(ops.Add(), sum, sq)
		}
	}
	if sum.IsZero() {
		e.m.fail(a.at, diag.WrongKind, "the norm of nothing: the tree has no leaves")
	}
	return one(&tens{v: e.c.op(ops.Sqrt(), sum)})
}

// arg is argmax and argmin: over the last axis, unless another is named.
func arg(e eval, a *args, op func(axis int) ir.Op) []value {
	t := a.tens(e, "x")
	axis := lastAxis(e, a, t)
	return one(&tens{v: e.c.op(op(axis), t.v)})
}

// running is cumsum and cumprod: along the last axis, unless another is named.
func running(e eval, a *args, op func(axis int) ir.Op) []value {
	t := a.tens(e, "x")
	return one(&tens{v: e.c.op(op(lastAxis(e, a, t)), t.v), ones: t.ones})
}

func lastAxis(e eval, a *args, t *tens) int {
	if t.typ().Rank() == 0 {
		e.m.fail(a.at, diag.WrongRank, "%s needs an axis: the operand is a scalar", a.b.name)
	}
	if v := a.vals["axis"]; v != nil {
		return e.axis(v, t.typ().Rank(), 0)
	}
	return t.typ().Rank() - 1
}
