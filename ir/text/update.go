package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// changeAt is x[...] op= v for a tensor: the index is worked out once, repeated indices add up. It is false where x is an
// array: then the element is changed as a whole.
func (e eval) changeAt(p *syntax.Index, op string, v value, s *syntax.Assign) bool {
	e.target(p.X)
	base := e.raw(p.X)
	switch base.(type) {
	case *array, *list:
		return false
	}
	e.m.span = s.Span
	e.put(p.X, e.replace(e.load(base), p, op, v))
	return true
}

// replace is x with the part at an index changed: op is =, +=, -= or *=.
func (e eval) replace(x value, p *syntax.Index, op string, v value) value {
	if t, ok := x.(*tree); ok {
		v = e.load(e.asTree(v))
		vt, isTree := v.(*tree)
		if isTree {
			e.sameLeaves(t, vt)
		}
		out := &tree{}
		for _, l := range t.leaves {
			w := v
			if isTree {
				w = vt.find(l.name)
			}
			out.leaves = append(out.leaves, leaf{l.name, e.replace(l.val, p, op, w).(*tens)})
		}
		return out
	}
	t := e.tens(x, tensor.Invalid)
	w := e.tens(v, t.typ().DType)
	if w.typ().DType != t.typ().DType {
		e.m.fail(e.m.span, diag.WrongDType, "%s is %v and gets %v", spell(p), t.typ(), w.typ())
	}
	ps := e.picks(t, p)
	return &tens{v: e.into(t.v, ps, op, w), ones: t.ones}
}

// into writes w to the part of x that the picks take.
func (e eval) into(x ir.Value, ps []pick, op string, w *tens) ir.Value {
	dims, region := e.partShape(x.Type(), ps)
	cur := &tens{v: x}
	if op == "*=" || op == "-=" && hasTensor(ps) {
		if hasTensor(ps) && op == "*=" {
			e.m.fail(e.m.span, diag.BadIndex, "*= with a tensor index: an index may repeat")
		}
		if op == "-=" {
			w, op = &tens{v: e.c.op(ops.Neg(), w.v), ones: w.ones}, "+="
		}
	}
	if op != "=" && !hasTensor(ps) {
		old := e.pickFrom(cur, ps)
		w = e.arith(op[:1], old, w).(*tens)
		op = "="
	}
	v := e.fit(w, dims)
	return e.write(x, 0, withoutNew(ps), op, e.reshape(v, region...))
}

func hasTensor(ps []pick) bool {
	for _, p := range ps {
		if p.kind == pickTensor {
			return true
		}
	}
	return false
}

func withoutNew(ps []pick) []pick {
	var out []pick
	for _, p := range ps {
		if p.kind != pickNew {
			out = append(out, p)
		}
	}
	return out
}

// fit stretches a value to the shape of the part it is written to.
func (e eval) fit(w *tens, dims []ir.Dim) ir.Value {
	d := w.typ().Dims()
	if len(d) > len(dims) {
		e.m.fail(e.m.span, diag.WrongRank, "the part that is written is %v, and gets %v", ir.T(w.typ().DType, dims...), w.typ())
	}
	for i, n := range d {
		want := dims[len(dims)-len(d)+i]
		if n != want && w.ones>>i&1 == 0 {
			e.differ("=", w.typ(), w.typ().WithDims(dims...), n, want)
		}
	}
	return e.spread(w, dims)
}

// partShape is the shape of the part that picks take, as the language sees it, and with the axes of x that a number drops
// still there.
func (e eval) partShape(t ir.Type, ps []pick) (dims, region []ir.Dim) {
	axis := 0
	for _, p := range ps {
		switch p.kind {
		case pickNew:
			dims = append(dims, ir.Const(1))
			continue
		case pickAt, pickDyn:
			region = append(region, ir.Const(1))
		case pickRange:
			dims, region = append(dims, p.len), append(region, p.len)
		case pickRun:
			e.m.fail(p.span, diag.RunLength, "a part whose length is known only in the run can't be assigned")
		case pickTensor:
			d := p.start.Type().Dims()
			dims, region = append(dims, d...), append(region, d...)
		default:
			dims, region = append(dims, t.Dim(axis)), append(region, t.Dim(axis))
		}
		axis++
	}
	if len(region) > ir.MaxRank || len(dims) > ir.MaxRank {
		e.m.fail(e.m.span, diag.WrongRank, "a tensor has at most %d axes", ir.MaxRank)
	}
	return dims, region
}

// write replaces the part of x that picks take, axis by axis: an axis that is not whole is cut out, written to, and put
// back. The axis of a tensor index comes last.
func (e eval) write(x ir.Value, axis int, ps []pick, op string, v ir.Value) ir.Value {
	for axis < len(ps) && (ps[axis].kind == pickAll || ps[axis].kind == pickTensor || e.whole(x, axis, ps[axis])) {
		axis++
	}
	if axis == len(ps) {
		return e.scatter(x, ps, op, v)
	}
	p := ps[axis]
	inner := v
	if later(ps[axis+1:]) || hasTensor(ps) {
		inner = e.write(e.cut(x, axis, p), axis+1, ps, op, v)
	}
	switch {
	case p.kind == pickDyn:
		return e.c.op(ops.DynUpdate{Axis: axis}, x, inner, p.start)
	case p.kind == pickRange && p.step != 1:
		e.m.fail(p.span, diag.BadIndex, "a slice with a step can't be assigned")
	}
	return e.c.op(ops.Update{Axis: axis, Start: p.at}, x, inner)
}

// whole reports whether a range takes all of an axis.
func (e eval) whole(x ir.Value, axis int, p pick) bool {
	return p.kind == pickRange && p.step == 1 && p.at.Is(0) && p.len == x.Type().Dim(axis) ||
		p.kind == pickAt && x.Type().Dim(axis).Is(1)
}

// later reports whether an axis is still to be cut.
func later(ps []pick) bool {
	for _, p := range ps {
		if p.kind != pickAll {
			return true
		}
	}
	return false
}

// scatter is what is left when all other axes are cut: a tensor index, or the whole.
func (e eval) scatter(x ir.Value, ps []pick, op string, v ir.Value) ir.Value {
	for axis, p := range ps {
		if p.kind != pickTensor {
			continue
		}
		if op == "+=" {
			return e.c.op(ops.ScatterAdd{Axis: axis}, x, p.start, v)
		}
		return e.c.op(ops.Scatter{Axis: axis}, x, p.start, v)
	}
	return v
}
