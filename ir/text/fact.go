package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// asserted reports whether an assert of the function says that two dims are equal.
func (e eval) asserted(p, q ir.Dim) bool {
	if e.c == nil {
		return false
	}
	for _, g := range e.c.root().b.Func().Guards {
		if g.Rel == "==" && (g.A.Sub(g.B) == p.Sub(q) || g.A.Sub(g.B) == q.Sub(p)) {
			return true
		}
	}
	return false
}

// meet gives v the dim that w has on an axis, where an assert says that they are equal: what compares dims later needs no
// facts.
func (e eval) meet(v ir.Value, axis int, want ir.Dim) ir.Value {
	if got := v.Type().Dim(axis); got == want || !e.asserted(got, want) {
		return v
	}
	return e.c.op(ops.Slice{Axis: axis, Len: want}, v)
}

// meetAll is meet for all axes that t shares with dims, aligned at the right.
func (e eval) meetAll(t *tens, dims []ir.Dim) *tens {
	out := *t
	off := len(dims) - t.typ().Rank()
	for i := range t.typ().Rank() {
		if off+i >= 0 {
			out.v = e.meet(out.v, i, dims[off+i])
		}
	}
	return &out
}
