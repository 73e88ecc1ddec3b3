package text

import (
	"unicode"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// dimExpr evaluates a dim whose names are all known.
func (e eval) dimExpr(x syntax.Expr) ir.Dim {
	defer e.m.at(x.At())()
	if id, ok := syntax.Unparen(x).(*syntax.Ident); ok && e.m.find(e.s, id.Name) == nil {
		e.unknownDim(id)
	}
	v := e.raw(x)
	if d, ok := asDim(v); ok {
		if n, ok := d.Int(); ok && n < 0 {
			e.m.fail(x.At(), diag.BadDim, "the dim %s is %d", spell(x), n)
		}
		return d
	}
	if n, ok := v.(num); ok {
		if i, whole := n.int(); whole {
			return ir.Const(i)
		}
		e.m.fail(x.At(), diag.BadDim, "the dim %s is %s, not a whole number", spell(x), n.text())
	}
	if l, ok := v.(*lazy); ok && !l.whole {
		e.m.fail(x.At(), diag.BadDim, "the dim %s does not divide exactly", spell(x))
	}
	e.m.fail(x.At(), diag.WrongKind, "%s is %s, not a dim", spell(x), v.what())
	return ir.Dim{}
}

func (e eval) unknownDim(id *syntax.Ident) {
	known := e.m.known(e.s)
	e.m.fail(id.Span, diag.UnknownDim, "unknown dim %s; a dim that a call binds begins with a capital%s", id.Name, diag.DidYouMean(id.Name, known))
}

// dtype reads the word of a tensor type.
func (e eval) dtype(t *syntax.Type) ir.DType {
	dt, ok := tensor.ParseDType(t.Name)
	if !ok {
		e.m.fail(t.Span, diag.UnknownType, "unknown type %s", t.Name)
	}
	return dt
}

// tensorType evaluates a type whose dims are all known; axes written 1 stretch.
func (e eval) tensorType(t *syntax.Type) (ir.Type, uint16) {
	if t.Kind != syntax.TensorType {
		e.m.fail(t.Span, diag.WrongType, "%s is not a tensor type", t.Name)
	}
	var dims []ir.Dim
	ones := uint16(0)
	for i, d := range t.Dims {
		if d.Kind == syntax.DimRest {
			rest, ok := e.m.find(e.s, "...").(dimsv)
			if !ok {
				e.m.fail(d.Span, diag.BadDim, "... stands for the dims of an argument; there are none here")
			}
			dims = append(dims, rest...)
			continue
		}
		if d.Kind != syntax.DimExpr {
			e.m.fail(d.Span, diag.BadDim, "? stands in results only")
		}
		if isOne(d.X) {
			ones |= 1 << i
		}
		dims = append(dims, e.dimExpr(d.X))
	}
	if len(dims) > ir.MaxRank {
		e.m.fail(t.Span, diag.WrongRank, "a tensor has at most %d axes", ir.MaxRank)
	}
	return ir.T(e.dtype(t), dims...), ones
}

// dimsv is what ... stands for in a function.
type dimsv []ir.Dim

func (dimsv) what() string { return "some dims" }

// isOne reports whether a dim is written 1.
func isOne(x syntax.Expr) bool {
	n, ok := syntax.Unparen(x).(*syntax.Number)
	return ok && n.Text == "1"
}

// A free dim: a capital name that nothing declares.
func (e eval) free(x syntax.Expr) string {
	id, ok := syntax.Unparen(x).(*syntax.Ident)
	if !ok || !unicode.IsUpper(rune(id.Name[0])) || e.m.find(e.s, id.Name) != nil {
		return ""
	}
	return id.Name
}

// freePlus is a free name alone or with a constant added: name + plus.
func (e eval) freePlus(x syntax.Expr) (string, int64) {
	if n := e.free(x); n != "" {
		return n, 0
	}
	b, ok := syntax.Unparen(x).(*syntax.Binary)
	if !ok || b.Op != "+" && b.Op != "-" {
		return "", 0
	}
	n := e.free(b.X)
	lit, ok := syntax.Unparen(b.Y).(*syntax.Number)
	if n == "" || !ok {
		return "", 0
	}
	v, ok := parseNum(lit.Text, lit.Int)
	k, whole := v.int()
	if !ok || !whole {
		return "", 0
	}
	if b.Op == "-" {
		k = -k
	}
	return n, k
}

// bindDims binds the free dims of a declared type from an actual one; plain names first, N + 1 in a second round.
func (e eval) bindDims(decl *syntax.Type, actual ir.Type, offsets bool) {
	if decl.Kind != syntax.TensorType {
		return
	}
	place := e.places(decl, actual)
	if place == nil {
		return
	}
	for i, d := range decl.Dims {
		switch d.Kind {
		case syntax.DimRest:
			if _, bound := e.s.names["..."]; !bound {
				n := actual.Rank() - (len(decl.Dims) - 1)
				e.s.names["..."] = dimsv(actual.Dims()[place[i] : place[i]+n])
			}
		case syntax.DimExpr:
			name, plus := e.freePlus(d.X)
			if name != "" && (plus == 0 || offsets) {
				e.s.names[name] = dimOf(actual.Dim(place[i]).Sub(ir.Const(plus)))
			}
		}
	}
}

// places are the axes that the dims of a declared type stand for; nil if the ranks differ.
func (e eval) places(decl *syntax.Type, actual ir.Type) []int {
	rest := -1
	for i, d := range decl.Dims {
		if d.Kind == syntax.DimRest {
			rest = i
		}
	}
	if rest < 0 && actual.Rank() != len(decl.Dims) || rest >= 0 && actual.Rank() < len(decl.Dims)-1 {
		return nil
	}
	place := make([]int, len(decl.Dims))
	for i := range place {
		place[i] = i
		if rest >= 0 && i > rest {
			place[i] = actual.Rank() - (len(decl.Dims) - i)
		}
	}
	return place
}

// checkArg holds an actual tensor to a declared type, whose names are bound by now; name says which argument or result.
func (e eval) checkArg(what string, decl *syntax.Type, t *tens, at diag.Span) *tens {
	return e.check(what, decl, t, at, diag.WrongDType, diag.WrongRank)
}

// check is checkArg with the codes for a wrong dtype and a wrong rank.
func (e eval) check(what string, decl *syntax.Type, t *tens, at diag.Span, dtype, rank diag.Code) *tens {
	actual := t.typ()
	if dt := e.dtype(decl); dt != actual.DType {
		e.m.fail(at, dtype, "%s is %v, should be %s", what, actual, typeText(decl))
	}
	place := e.places(decl, actual)
	if place == nil {
		e.m.fail(at, rank, "%s is %v, should be %s", what, actual, typeText(decl))
	}
	ones := uint16(0)
	for i, d := range decl.Dims {
		switch d.Kind {
		case syntax.DimRest:
			e.checkRest(what, decl, actual, place[i], len(decl.Dims)-1, at)
		case syntax.DimExpr:
			want := e.dimExpr(d.X)
			if got := actual.Dim(place[i]); got != want && e.asserted(got, want) {
				t = &tens{v: e.meet(t.v, place[i], want), ones: t.ones, run: t.run}
			} else if got != want {
				code, verb := diag.DimMismatch, "is not"
				if diff, ok := got.Sub(want).Int(); !ok || diff == 0 {
					code, verb = diag.DimNotProved, "is not known to be"
				}
				e.m.fail(at, code, "%s is %v, should be %s: axis %d is %v, which %s %s", what, actual, typeText(decl), place[i], got, verb, dimText(d, want))
			}
			if isOne(d.X) {
				ones |= 1 << place[i]
			}
		}
	}
	return &tens{v: t.v, ones: ones | t.ones, run: t.run}
}

// dimText is a dim as written, with its value where they differ.
func dimText(d *syntax.Dim, want ir.Dim) string {
	written := spell(d.X)
	if written == want.String() {
		return written
	}
	return written + " = " + want.String()
}

func (e eval) checkRest(what string, decl *syntax.Type, actual ir.Type, from, others int, at diag.Span) {
	rest, _ := e.m.find(e.s, "...").(dimsv)
	n := actual.Rank() - others
	ok := n == len(rest)
	for i := 0; ok && i < n; i++ {
		ok = actual.Dim(from+i) == rest[i]
	}
	if !ok {
		e.m.fail(at, diag.DimMismatch, "%s is %v, should be %s, where ... is %v", what, actual, typeText(decl), []ir.Dim(rest))
	}
}

// typeText is a type as written.
func typeText(t *syntax.Type) string {
	if s := t.Span.Text(); s != "" {
		return s
	}
	return t.Name
}
