package text

import (
	"slices"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// shapeRows are the functions that change or tell shapes.
func shapeRows() []builtin {
	return []builtin{
		{"reshape", "x shape", reshape},
		{"permute", "x axes", permute},
		{"concat", "xs axis?", concat},
		{"split", "x n axis?", split},
		{"repeat", "x n axis?", repeat},
		{"flatten", "x", flatten},
		{"along", "v x axis", along},
		{"size", "x", func(e eval, a *args) []value {
			n := ir.Const(0)
			for _, t := range tensors(e.runtime(a.vals["x"])) {
				n = n.Add(t.typ().Numel())
			}
			return one(dimOf(n))
		}},
		{"shape", "x", func(e eval, a *args) []value {
			l := &list{}
			for _, d := range a.tens(e, "x").typ().Dims() {
				l.elems = append(l.elems, dimOf(d))
			}
			return one(l)
		}},
		{"len", "x", length},
	}
}

func length(e eval, a *args) []value {
	switch x := a.vals["x"].(type) {
	case *list:
		return one(intNum(int64(len(x.elems))))
	case *array:
		return one(intNum(int64(len(x.elems))))
	case str:
		return one(intNum(int64(len(x))))
	}
	t := a.tens(e, "x")
	if t.typ().Rank() == 0 {
		e.m.fail(a.at, diag.WrongRank, "a scalar has no length")
	}
	return one(dimOf(t.typ().Dim(0)))
}

func reshape(e eval, a *args) []value {
	dims, ones := a.shape(e, "shape")
	return a.each(e, "x", func(t *tens) *tens {
		to := t.typ().WithDims(dims...)
		if p, q := t.typ().Numel(), to.Numel(); p != q {
			code := diag.OpConstraint
			e.m.fail(a.at, code, "reshape: %v has %v elements, %v has %v", t.typ(), p, to, q)
		}
		return &tens{v: e.reshape(t.v, dims...), ones: ones}
	})
}

func permute(e eval, a *args) []value {
	return a.each(e, "x", func(t *tens) *tens {
		perm := e.axes(a.vals["axes"], t.typ().Rank())
		if len(perm) != t.typ().Rank() {
			e.m.fail(a.at, diag.WrongRank, "permute: %d axes for %v", len(perm), t.typ())
		}
		return e.permute(t, perm)
	})
}

// concat joins tensors along an axis, the first unless another is named.
func concat(e eval, a *args) []value {
	l, ok := a.vals["xs"].(*list)
	if !ok || len(l.elems) == 0 {
		e.m.fail(a.at, diag.WrongKind, "concat takes a list of tensors: concat([a, b], axis = 1)")
	}
	var parts []ir.Value
	var first ir.Type
	for i, x := range l.elems {
		t := e.tens(x, tensor.Invalid)
		if i == 0 {
			first = t.typ()
		}
		parts = append(parts, t.v)
	}
	if first.Rank() == 0 {
		e.m.failHint("give it an axis: x[new]", a.at, diag.WrongRank, "concat joins tensors with axes, not scalars")
	}
	axis := 0
	if v := a.vals["axis"]; v != nil {
		axis = e.axis(v, first.Rank(), 0)
	}
	for i, p := range parts {
		t := p.Type()
		if t.DType != first.DType || t.Rank() != first.Rank() {
			e.m.fail(a.at, diag.WrongType, "concat: part %d is %v, the first %v", i+1, t, first)
		}
		for k := range first.Rank() {
			if k != axis && t.Dim(k) != first.Dim(k) {
				e.sides = [2]string{"the first", fmt.Sprintf("part %d", i+1)}
				e.differ("concat", first, t, first.Dim(k), t.Dim(k))
			}
		}
	}
	if len(parts) == 1 {
		return one(&tens{v: parts[0]})
	}
	return one(&tens{v: e.c.op(ops.Concat{Axis: axis}, parts...)})
}

// split cuts an axis into n equal parts, the first axis unless another is named.
func split(e eval, a *args) []value {
	t := a.tens(e, "x")
	n, ok := asInt(a.vals["n"])
	if !ok || n < 1 || n > 4096 {
		e.m.fail(a.at, diag.NotConstant, "split: the number of parts is %s", a.vals["n"].what())
	}
	axis := 0
	if v := a.vals["axis"]; v != nil {
		axis = e.axis(v, t.typ().Rank(), 0)
	}
	if t.typ().Rank() == 0 {
		e.m.fail(a.at, diag.WrongRank, "split: a scalar has no axes")
	}
	each, ok := t.typ().Dim(axis).Div(ir.Const(n))
	if !ok {
		e.m.fail(a.at, diag.BadDim, "split: %d parts don't divide %v, the length of axis %d", n, t.typ().Dim(axis), axis)
	}
	var out []value
	for i := range n {
		out = append(out, &tens{v: e.c.op(ops.Slice{Axis: axis, Start: each.Mul(ir.Const(i)), Len: each}, t.v), ones: t.ones &^ (1 << axis)})
	}
	return out
}

// repeat repeats each element n times along an axis, the first unless another is named.
func repeat(e eval, a *args) []value {
	n := a.dim(e, "n")
	return a.each(e, "x", func(t *tens) *tens {
		axis := 0
		if v := a.vals["axis"]; v != nil {
			axis = e.axis(v, t.typ().Rank(), 0)
		}
		if t.typ().Rank() == 0 {
			e.m.fail(a.at, diag.WrongRank, "repeat: a scalar has no axes; full([n], x) makes a vector of it")
		}
		d := t.typ().Dims()
		wide := append(append(d[:axis+1:axis+1], n), d[axis+1:]...)
		var axes []int
		for i := range wide {
			if i != axis+1 {
				axes = append(axes, i)
			}
		}
		v := e.c.op(ops.Broadcast{Dims: ir.MakeDims(wide...), Axes: ir.MakeInts(axes...)}, t.v)
		d[axis] = d[axis].Mul(n)
		return &tens{v: e.reshape(v, d...), ones: t.ones &^ (1 << axis)}
	})
}

// flatten makes one axis of all but the first.
func flatten(e eval, a *args) []value {
	return a.each(e, "x", func(t *tens) *tens {
		if t.typ().Rank() < 2 {
			return t
		}
		return &tens{v: e.reshape(t.v, t.typ().Dim(0), count(t.typ(), everyAxis(t.typ().Rank())[1:]))}
	})
}

// along lays a vector along an axis of a tensor's shape, or a tensor along as many axes, which ascend.
func along(e eval, a *args) []value {
	v, x := a.tens(e, "v"), a.tens(e, "x")
	axes := e.axes(a.vals["axis"], x.typ().Rank())
	if v.typ().Rank() != len(axes) || !slices.IsSorted(axes) {
		e.m.fail(a.at, diag.WrongRank, "along: %v does not lie along axes %v", v.typ(), axes)
	}
	for i, axis := range axes {
		if p, q := v.typ().Dim(i), x.typ().Dim(axis); p != q {
			e.differ("along", v.typ(), x.typ(), p, q)
		}
	}
	return one(&tens{v: e.along(v.v, x.typ().Dims(), axes...)})
}

func (e eval) along(v ir.Value, dims []ir.Dim, axes ...int) ir.Value {
	if len(dims) == len(axes) {
		return v
	}
	return e.c.op(ops.Broadcast{Dims: ir.MakeDims(dims...), Axes: ir.MakeInts(axes...)}, v)
}
