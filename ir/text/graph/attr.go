package graph

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// attr sets one attribute of op. What a name or a number stands for depends on the attribute, so all readings are tried.
func (r *reader) attr(op ir.Op, a *syntax.CallArg) ir.Op {
	var err error
	for _, v := range r.readings(a.Value) {
		var set ir.Op
		if set, err = ir.WithAttrs(op, []ir.Attr{{Name: a.Name.Name, Value: v}}); err == nil {
			return set
		}
	}
	if err == nil {
		r.fail(a.Value.At(), diag.WrongType, "this is no value of an attribute")
	}
	r.fail(a.Span, diag.WrongType, "%v", err)
	return nil
}

// readings lists what an expression may mean as an attribute.
func (r *reader) readings(x syntax.Expr) []any {
	switch x := x.(type) {
	case *syntax.Bool:
		return []any{x.Value}
	case *syntax.String:
		return []any{x.Value}
	case *syntax.TypeLit:
		return []any{r.typ(x.Type)}
	case *syntax.List:
		dims := make([]ir.Dim, len(x.Elems))
		for i, e := range x.Elems {
			dims[i] = r.dim(e)
		}
		return []any{dims}
	case *syntax.Ident:
		return r.named(x)
	case *syntax.Select:
		if name, ok := pathOf(x); ok && r.tables[name] != nil {
			return []any{r.tables[name]}
		}
		return nil
	}
	if v, ok := intOf(x); ok {
		return []any{v, float64(v)}
	}
	if v, ok := floatOf(x); ok {
		return []any{v}
	}
	return []any{r.dim(x)}
}

func (r *reader) named(x *syntax.Ident) []any {
	var all []any
	if dt, ok := tensor.ParseDType(x.Name); ok {
		all = append(all, dt, ir.T(dt))
	}
	if t := r.tables[x.Name]; t != nil {
		all = append(all, t)
	}
	if v, ok := floatOf(x); ok {
		all = append(all, v)
	}
	return append(all, ir.Sym(x.Name))
}
