package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// resize makes the last axes as long as size says.
func resize(e eval, a *args) []value {
	x := a.tens(e, "x")
	size, _ := a.shape(e, "size")
	first := x.typ().Rank() - len(size)
	if first < 0 {
		e.m.fail(a.at, diag.WrongRank, "resize: %d lengths for the axes of %v", len(size), x.typ())
	}
	axes := make([]int, len(size))
	for i := range axes {
		axes[i] = first + i
	}
	return one(&tens{v: e.c.op(ops.Resize{
		Axes: ir.MakeInts(axes...), Sizes: ir.MakeDims(size...), Mode: a.word(e, "mode", "nearest"), Coords: a.word(e, "coords", ""), Round: a.word(e, "round", ""),
		A: a.number(e, "a", -0.75), Exclude: a.flag(e, "exclude", false), Antialias: a.flag(e, "antialias", false),
	}, x.v)})
}

// word is a string argument.
func (a *args) word(e eval, name, def string) string {
	v, ok := a.vals[name]
	if !ok {
		return def
	}
	s, ok := v.(str)
	if !ok {
		e.m.fail(a.expr[name].At(), diag.WrongKind, "%s: %s is %s, not a string", a.b.name, name, v.what())
	}
	return string(s)
}

// number is an argument that is a number when the spec is read.
func (a *args) number(e eval, name string, def float64) float64 {
	v, ok := a.vals[name]
	if !ok {
		return def
	}
	n, ok := v.(num)
	if !ok {
		e.m.fail(a.expr[name].At(), diag.NotConstant, "%s: %s is %s, not a number", a.b.name, name, v.what())
	}
	return n.float()
}
