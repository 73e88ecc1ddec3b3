package graph

import (
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// maxDim bounds the text of a dim, and maxProduct that of two which are multiplied: a short expression may stand for a
// polynomial of any size.
const (
	maxDim     = 4096
	maxProduct = 1 << 16
)

// typ is a type as written.
func (r *reader) typ(t *syntax.Type) ir.Type {
	if t == nil {
		return ir.Type{}
	}
	if t.Kind == syntax.ListType {
		elem := r.typ(t.Elem)
		if elem.IsList() {
			r.fail(t.Span, diag.BadGraph, "a list holds tensors, not lists")
		}
		return ir.ListOf(elem)
	}
	dt, ok := tensor.ParseDType(t.Name)
	if t.Kind != syntax.TensorType || !ok {
		r.fail(t.Span, diag.UnknownType, "%s is no type of a graph's values", t.Name)
	}
	if len(t.Dims) > ir.MaxRank {
		r.fail(t.Span, diag.WrongRank, "%d axes; a tensor has at most %d", len(t.Dims), ir.MaxRank)
	}
	dims := make([]ir.Dim, len(t.Dims))
	for i, d := range t.Dims {
		dims[i] = r.typeDim(d)
	}
	l, ok := ir.ParseLayout(t.Layout)
	if !ok {
		r.fail(t.Span, diag.UnknownName, "unknown layout %s", t.Layout)
	}
	return ir.T(dt, dims...).WithLayout(l)
}

func (r *reader) typeDim(d *syntax.Dim) ir.Dim {
	switch d.Kind {
	case syntax.DimRest:
		r.fail(d.Span, diag.BadGraph, "a graph spells every dim out")
	case syntax.DimUnknown:
		return ir.AnyDim()
	}
	return r.dim(d.X)
}

// dim is a dim as written.
func (r *reader) dim(x syntax.Expr) ir.Dim {
	switch x := x.(type) {
	case *syntax.Number:
		return ir.Const(r.whole(x, x.Text))
	case *syntax.Ident:
		return ir.Sym(x.Name)
	case *syntax.Paren:
		return r.dim(x.X)
	case *syntax.Unary:
		return r.negated(x)
	case *syntax.Binary:
		return r.bounded(x, r.binaryDim(x, r.dim(x.X), r.dim(x.Y)))
	case *syntax.Call:
		return r.bounded(x, r.pairDim(x))
	}
	r.fail(x.At(), diag.BadDim, "a dim is made of numbers, names, + - * // %% min and max")
	return ir.Dim{}
}

func (r *reader) negated(x *syntax.Unary) ir.Dim {
	if x.Op != "-" {
		r.fail(x.Span, diag.BadDim, "%s makes no dim", x.Op)
	}
	if n, ok := x.X.(*syntax.Number); ok {
		return ir.Const(r.whole(n, "-"+n.Text))
	}
	return r.dim(x.X).Mul(ir.Const(-1))
}

func (r *reader) whole(x *syntax.Number, text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if !x.Int || err != nil {
		r.fail(x.Span, diag.BadDim, "%s is no whole number of 64 bits", text)
	}
	return n
}

func (r *reader) binaryDim(x *syntax.Binary, a, b ir.Dim) ir.Dim {
	if len(a.String())*len(b.String()) > maxProduct {
		r.fail(x.Span, diag.TooLarge, "this dim is too large")
	}
	switch x.Op {
	case "+":
		return a.Add(b)
	case "-":
		return a.Sub(b)
	case "*":
		return a.Mul(b)
	}
	if x.Op != "//" && x.Op != "%" {
		r.fail(x.OpAt, diag.BadDim, "%s makes no dim", x.Op)
	}
	if b.Is(0) {
		r.fail(x.Y.At(), diag.BadDim, "division by zero")
	}
	if x.Op == "%" {
		return a.Mod(b)
	}
	return a.FloorDiv(b)
}

func (r *reader) pairDim(x *syntax.Call) ir.Dim {
	name, _ := pathOf(x.Fun)
	if name != "min" && name != "max" || len(x.Args) != 2 || x.Args[0].Name != nil || x.Args[1].Name != nil {
		r.fail(x.Span, diag.BadDim, "the functions of dims are min(a, b) and max(a, b)")
	}
	a, b := r.dim(x.Args[0].Value), r.dim(x.Args[1].Value)
	if name == "min" {
		return a.Min(b)
	}
	return a.Max(b)
}

func (r *reader) bounded(x syntax.Expr, d ir.Dim) ir.Dim {
	s := d.String()
	if len(s) > maxDim || strings.Count(s, "(") > maxDim/64 {
		r.fail(x.At(), diag.TooLarge, "this dim is too large")
	}
	return d
}
