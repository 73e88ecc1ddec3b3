package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// pickRows are the functions that select elements, and those of linear algebra.
func pickRows() []builtin {
	return []builtin{
		{"take", "x i axis", take},
		{"top_k", "x k", func(e eval, a *args) []value {
			out := e.c.ops(ops.TopK{K: a.dim(e, "k")}, nil, []ir.Value{a.tens(e, "x").v})
			return []value{&tens{v: out[0]}, &tens{v: out[1]}}
		}},
		{"compact", "x keep", func(e eval, a *args) []value {
			out := e.c.ops(ops.Compact{}, nil, []ir.Value{a.tens(e, "x").v, a.tens(e, "keep").v})
			return []value{&tens{v: out[0]}, &tens{v: out[1]}}
		}},
		{"search", "cdf u", func(e eval, a *args) []value {
			return one(&tens{v: e.c.op(ops.Search{}, a.tens(e, "cdf").v, a.tens(e, "u").v)})
		}},
	}
}

// take pairs the axes of i with those of x before the axis, then picks.
func take(e eval, a *args) []value {
	i := a.tensAs(e, "i", tensor.I32)
	if !i.typ().DType.IsInt() {
		e.m.fail(a.expr["i"].At(), diag.BadIndex, "take: the index is %v; whole numbers are needed", i.typ())
	}
	return a.each(e, "x", func(t *tens) *tens {
		axis := e.axis(a.vals["axis"], t.typ().Rank(), 0)
		if i.typ().Rank() < axis {
			e.m.fail(a.at, diag.WrongRank, "take: the index %v does not pair with the %d axes of %v before axis %d", i.typ(), axis, t.typ(), axis)
		}
		for k := range axis {
			if p, q := t.typ().Dim(k), i.typ().Dim(k); p != q {
				e.differ("take", t.typ(), i.typ(), p, q)
			}
		}
		return &tens{v: e.c.op(ops.Gather{Axis: axis, Batch: axis}, t.v, i.v)}
	})
}

func algebraRows() []builtin {
	return []builtin{
		{"cholesky", "a", func(e eval, a *args) []value {
			return one(&tens{v: e.c.op(ops.Cholesky{}, a.floats(e, a.tens(e, "a")).v)})
		}},
		{"solve", "a b", func(e eval, a *args) []value {
			m, b := a.floats(e, a.tens(e, "a")), a.floats(e, a.tens(e, "b"))
			if b.typ().Rank() != m.typ().Rank()-1 {
				return one(&tens{v: e.c.op(ops.Solve{}, m.v, b.v)})
			}
			d := b.typ().Dims()
			col := e.reshape(b.v, append(d[:len(d):len(d)], ir.Const(1))...)
			return one(&tens{v: e.reshape(e.c.op(ops.Solve{}, m.v, col), d...)})
		}},
	}
}
