package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A pick is one entry of an index, for one axis of the tensor.
type pick struct {
	kind  pickKind
	at    ir.Dim   // of pickAt and pickRange: the first element
	len   ir.Dim   // of pickRange
	step  int      // of pickRange
	start ir.Value // of pickDyn and pickTensor
	count ir.Value // of pickRun: the length
	span  diag.Span
}

type pickKind uint8

const (
	pickAll    pickKind = iota // the whole axis
	pickNew                    // a new axis of 1
	pickAt                     // one element, the axis goes
	pickDyn                    // one element at a place of run time, the axis goes
	pickRange                  // some elements
	pickRun                    // the first ones, as many as run time says
	pickTensor                 // by a tensor of indices
)

// index is x[items]: of an array, a list, a tensor or the leaves of a tree.
func (e eval) index(x *syntax.Index) value {
	if t := e.sliceOfLoop(x); t != nil {
		return t
	}
	base := e.raw(x.X)
	switch b := base.(type) {
	case *array:
		return e.element(b.elems, b.lo, x)
	case *list:
		return e.element(b.elems, 0, x)
	case *column:
		if c := e.rowsOf(b, x); c != nil {
			return c
		}
	}
	return e.mapTree(e.load(base), func(v value) value {
		return e.pickFrom(e.tens(v, tensor.Invalid), e.picks(v, x))
	})
}

// element is an element of an array or list, by a number.
func (e eval) element(elems []value, lo int64, x *syntax.Index) value {
	it := x.Items[0]
	if len(x.Items) != 1 || it.Kind != syntax.IndexExpr {
		if it.Kind == syntax.IndexExpr {
			rest := *x
			rest.Items = x.Items[1:]
			v := e.load(e.element(elems, lo, &syntax.Index{Loc: x.Loc, X: x.X, Items: x.Items[:1]}))
			return e.mapTree(v, func(v value) value { return e.pickFrom(e.tens(v, tensor.Invalid), e.picks(v, &rest)) })
		}
		e.m.fail(x.Span, diag.BadIndex, "%s is an array of %d: it takes one index", spell(x.X), len(elems))
	}
	n := e.constInt(it.X)
	if n < 0 && lo == 0 {
		n += int64(len(elems))
	}
	if n < lo || n-lo >= int64(len(elems)) {
		e.m.fail(it.Span, diag.BadIndex, "%d is not an index of %s: %d to %d", n, spell(x.X), lo, lo+int64(len(elems))-1)
	}
	return elems[n-lo]
}

// picks reads an index for a tensor: one pick for each axis, and for each new one.
func (e eval) picks(v value, x *syntax.Index) []pick {
	t := e.tens(v, tensor.Invalid).typ()
	used, rest := 0, false
	for _, it := range x.Items {
		switch it.Kind {
		case syntax.IndexExpr, syntax.IndexRange:
			used++
		case syntax.IndexRest:
			if rest {
				e.m.fail(it.Span, diag.BadIndex, "... stands twice")
			}
			rest = true
		}
	}
	if used > t.Rank() {
		e.m.fail(x.Span, diag.BadIndex, "%d indices for %v, which has %d axes", used, t, t.Rank())
	}
	var ps []pick
	axis, tensors := 0, 0
	for _, it := range x.Items {
		e.m.span = it.Span
		p := pick{span: it.Span}
		switch it.Kind {
		case syntax.IndexRest:
			for range t.Rank() - used {
				ps = append(ps, pick{kind: pickAll})
				axis++
			}
			continue
		case syntax.IndexNew:
			p.kind = pickNew
			axis--
		case syntax.IndexExpr:
			p = e.pickOne(it, t, axis)
		case syntax.IndexRange:
			p = e.pickRange(it, t, axis)
		}
		if p.kind == pickTensor {
			if tensors++; tensors > 1 {
				e.m.failHint("take(x, i, axis) pairs axes; or make one index of both: reshape(x, ...)[i * n + j]", it.Span, diag.TwoIndices,
					"two tensor indices in one pair of brackets")
			}
		}
		axis++
		ps = append(ps, p)
	}
	for ; axis < t.Rank(); axis++ {
		ps = append(ps, pick{kind: pickAll})
	}
	e.m.span = x.Span
	return ps
}

// pickOne is an index: a number, a scalar or a tensor of run time.
func (e eval) pickOne(it *syntax.IndexItem, t ir.Type, axis int) pick {
	v := e.raw(it.X)
	e.m.span = it.Span
	if d, ok := asDim(v); ok {
		return pick{kind: pickAt, at: e.place(d, t.Dim(axis), it.Span), span: it.Span}
	}
	i := e.tens(v, tensor.I32)
	if !i.typ().DType.IsInt() {
		e.m.fail(it.Span, diag.BadIndex, "the index is %v; whole numbers are needed", i.typ())
	}
	if i.typ().Rank() > 0 {
		return pick{kind: pickTensor, start: i.v, span: it.Span}
	}
	return pick{kind: pickDyn, start: i.v, span: it.Span}
}

// place is an index known when sizes are bound; negative numbers count from the end.
func (e eval) place(d, n ir.Dim, at diag.Span) ir.Dim {
	if c, ok := d.Int(); ok && c < 0 {
		d = n.Add(d)
		if k, ok := d.Int(); ok && k < 0 {
			e.m.fail(at, diag.BadIndex, "index %d is outside an axis of length %v", c, n)
		}
	}
	if c, ok := n.Sub(d).Int(); ok && c <= 0 {
		e.m.fail(at, diag.BadIndex, "index %v is outside an axis of length %v", d, n)
	}
	e.fact(ir.Guard{A: d, B: n, Rel: "<", Span: at})
	return d
}

// pickRange is a:b:c.
func (e eval) pickRange(it *syntax.IndexItem, t ir.Type, axis int) pick {
	n := t.Dim(axis)
	p := pick{kind: pickRange, step: 1, span: it.Span}
	if it.Step != nil {
		p.step = int(e.constInt(it.Step))
	}
	if p.step < 0 && it.Lo == nil && it.Hi == nil && p.step == -1 {
		p.at, p.len = n.Sub(ir.Const(1)), n
		return p
	}
	if p.step <= 0 {
		e.m.fail(it.Span, diag.BadIndex, "a step is positive; ::-1 reverses a whole axis")
	}
	hi := n
	if it.Lo != nil {
		p.at = e.bound(it.Lo, n)
	}
	if it.Hi != nil {
		v := e.raw(it.Hi)
		d, ok := asDim(v)
		if !ok {
			return e.pickRun(it, v, p)
		}
		hi = fromEnd(d, n)
	}
	e.within(p.at, hi, n, it.Span)
	p.len = hi.Sub(p.at)
	if p.step > 1 {
		p.len = p.len.Add(ir.Const(int64(p.step - 1))).FloorDiv(ir.Const(int64(p.step)))
	}
	return p
}

// pickRun is :k with a k of run time.
func (e eval) pickRun(it *syntax.IndexItem, v value, p pick) pick {
	e.m.span = it.Hi.At()
	k := e.tens(v, tensor.I32)
	if k.typ().Rank() != 0 || !k.typ().DType.IsInt() {
		e.m.fail(e.m.span, diag.BadIndex, "the end of a slice is a whole number, not %v", k.typ())
	}
	if !p.at.Is(0) || p.step != 1 {
		e.m.fail(it.Span, diag.RunLength, "the length of this slice is known only in the run: such a slice begins at 0, and can only be returned")
	}
	return pick{kind: pickRun, count: k.v, span: it.Span}
}

func (e eval) bound(x syntax.Expr, n ir.Dim) ir.Dim {
	v := e.raw(x)
	d, ok := asDim(v)
	if !ok {
		e.m.fail(x.At(), diag.RunLength, "%s is %s; the bounds of a slice are dims", spell(x), v.what())
	}
	return fromEnd(d, n)
}

func fromEnd(d, n ir.Dim) ir.Dim {
	if c, ok := d.Int(); ok && c < 0 {
		return n.Add(d)
	}
	return d
}

// within holds lo <= hi <= n, now or when sizes are bound.
func (e eval) within(lo, hi, n ir.Dim, at diag.Span) {
	if c, ok := hi.Sub(lo).Int(); ok && c < 0 {
		e.m.fail(at, diag.BadIndex, "the slice from %v to %v is empty the wrong way round", lo, hi)
	}
	if c, ok := n.Sub(hi).Int(); ok && c < 0 {
		e.m.fail(at, diag.BadIndex, "the slice ends at %v, past an axis of length %v", hi, n)
	}
	if c, ok := lo.Int(); ok && c < 0 {
		e.m.fail(at, diag.BadIndex, "the slice begins at %v", lo)
	}
	e.fact(ir.Guard{A: lo, B: hi, Rel: "<=", Span: at})
	e.fact(ir.Guard{A: hi, B: n, Rel: "<=", Span: at})
}

// pickFrom applies picks to a tensor.
func (e eval) pickFrom(t *tens, ps []pick) *tens {
	v := t.v
	axis, old := 0, 0
	var dims []ir.Dim
	ones, run := uint16(0), false
	gather, gatherAt := ir.Value{}, 0
	for _, p := range ps {
		switch p.kind {
		case pickNew:
			ones |= 1 << len(dims)
			dims = append(dims, ir.Const(1))
			continue
		case pickAt, pickDyn:
			v = e.cut(v, axis, p)
			axis++
			old++
			continue
		case pickRange:
			v = e.cut(v, axis, p)
		case pickRun:
			v = e.cutRun(v, axis, p)
			run = true
		case pickTensor:
			gather, gatherAt = p.start, len(dims)
		case pickAll:
			ones |= t.ones >> old & 1 << len(dims)
		}
		dims = append(dims, v.Type().Dim(axis))
		axis++
		old++
	}
	if len(dims) > ir.MaxRank {
		e.m.fail(e.m.span, diag.WrongRank, "a tensor has at most %d axes", ir.MaxRank)
	}
	v = e.reshape(v, dims...)
	if !gather.IsZero() {
		v = e.c.op(ops.Gather{Axis: gatherAt}, v, gather)
		ones = shiftOnes(ones, gatherAt, gather.Type().Rank())
	}
	return &tens{v: v, ones: ones, run: run}
}

// shiftOnes makes room for n axes in place of one.
func shiftOnes(ones uint16, at, n int) uint16 {
	low := ones & (1<<at - 1)
	return low | ones>>(at+1)<<(at+n)
}

// cut takes a range or one element of an axis, which stays with length 1.
func (e eval) cut(v ir.Value, axis int, p pick) ir.Value {
	switch p.kind {
	case pickAt:
		if p.at.Is(0) && v.Type().Dim(axis).Is(1) {
			return v
		}
		return e.c.op(ops.Slice{Axis: axis, Start: p.at, Len: ir.Const(1)}, v)
	case pickDyn:
		return e.c.op(ops.DynSlice{Axis: axis, Len: ir.Const(1)}, v, p.start)
	}
	n := v.Type().Dim(axis)
	switch {
	case p.step == -1:
		return e.c.op(ops.Reverse{Axis: axis}, v)
	case p.at.Is(0) && p.len == n && p.step == 1:
		return v
	}
	op := ops.Slice{Axis: axis, Start: p.at, Len: p.len}
	if p.step != 1 {
		op.Step = p.step
	}
	return e.c.op(op, v)
}

func (e eval) cutRun(v ir.Value, axis int, p pick) ir.Value {
	if e.c.up != nil {
		e.m.fail(p.span, diag.RunLength, "a slice whose length is known only after the run can only be returned")
	}
	sym := e.c.runSym("len")
	e.c.op(ops.AsDim{Sym: sym, Hi: v.Type().Dim(axis), Bounded: true}, p.count)
	return e.c.op(ops.Slice{Axis: axis, Len: ir.Sym(sym)}, v)
}

// sliceOfLoop is x[..., i, ...] with all else whole and i the index of a scan, where x does not change in the scan: x becomes a
// scanned operand. It is nil where that does not hold.
func (e eval) sliceOfLoop(x *syntax.Index) value {
	id, ok := syntax.Unparen(x.X).(*syntax.Ident)
	if !ok || e.c == nil {
		return nil
	}
	r := e.scanAround()
	if r == nil || r.loop.assigned[id.Name] {
		return nil
	}
	axis, v := -1, e.variable(id)
	if v == nil || r.seesWithin(v) {
		return nil
	}
	for i, it := range x.Items {
		switch it.Kind {
		case syntax.IndexRange:
			if it.Lo != nil || it.Hi != nil || it.Step != nil {
				return nil
			}
		case syntax.IndexExpr:
			name, ok := syntax.Unparen(it.X).(*syntax.Ident)
			if !ok || axis >= 0 || e.m.find(e.s, name.Name) != any(r.loop.index) {
				return nil
			}
			axis = i
		default:
			return nil
		}
	}
	if axis < 0 {
		return nil
	}
	return e.scanned(r, v, axis)
}

// variable is what a name stands for, if it is a local, a param, a state or a table.
func (e eval) variable(id *syntax.Ident) *variable {
	switch v := e.m.find(e.s, id.Name).(type) {
	case *variable:
		return v
	case *stored:
		return v.v
	}
	return nil
}

// scanAround is the body of the nearest scan whose index is the place in scanned operands.
func (e eval) scanAround() *ctx {
	for c := e.c; c != nil; c = c.up {
		if c.loop != nil {
			if c.loop.zero {
				return c
			}
			return nil
		}
		if c.refers {
			return nil
		}
	}
	return nil
}

// seesWithin reports whether a variable lives in the body, or was written in it.
func (c *ctx) seesWithin(v *variable) bool {
	for o := v.home; o != nil; o = o.up {
		if o == c {
			return true
		}
	}
	s := c.shadows[v]
	return s != nil && s.written
}

func (e eval) scanned(r *ctx, v *variable, axis int) value {
	val := r.up.read(v)
	ts := tensors(val)
	for _, t := range ts {
		if t.typ().Rank() <= axis || t.typ().Dim(axis) != r.loop.trip {
			return nil
		}
	}
	if len(ts) == 0 {
		return nil
	}
	return mapTens(val, func(leaf string, t *tens) *tens {
		key := sliceKey{v, leaf, axis}
		s := r.loop.slices[key]
		if s == nil {
			s = e.addSlice(r, v.name+suffix(leaf), t, axis)
			r.loop.slices[key] = s
		}
		return &tens{v: e.c.use(s.v), ones: s.ones}
	})
}

func suffix(leaf string) string {
	if leaf == "" {
		return ""
	}
	return "." + leaf
}

// addSlice makes a scanned operand of a tensor.
func (e eval) addSlice(r *ctx, name string, t *tens, axis int) *tens {
	out := e
	out.c = r.up
	front := out.permute(&tens{v: r.up.use(t.v), ones: t.ones}, toFront(axis, t.typ().Rank()))
	d := front.typ().Dims()
	in := r.newArg(name, ir.Input, front.typ().WithDims(d[1:]...), front.v)
	r.loop.args = append(r.loop.args, in.Res)
	return &tens{v: in, ones: front.ones >> 1}
}
