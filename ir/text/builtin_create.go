package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// createRows are the functions that make tensors from nothing.
func createRows() []builtin {
	return []builtin{
		{"zeros", "shape dtype?", func(e eval, a *args) []value { return filled(e, a, "0") }},
		{"ones", "shape dtype?", func(e eval, a *args) []value { return filled(e, a, "1") }},
		{"full", "shape x", full},
		{"zeros_like", "x", func(e eval, a *args) []value {
			return one(mapTens(e.runtime(a.vals["x"]), func(_ string, t *tens) *tens {
				zero := "0"
				if t.typ().DType == tensor.Bool {
					zero = "false"
				}
				return &tens{v: e.full(e.c.lit(zero, t.typ().DType), t.typ().Dims()), ones: t.ones}
			}))
		}},
		{"eye", "n dtype?", eye},
		{"arange", "a b?", arange},
		{"linspace", "a b n", linspace},
	}
}

// dtype is an argument that names a dtype.
func (a *args) dtype(e eval, def ir.DType) ir.DType {
	v, ok := a.vals["dtype"]
	if !ok {
		return def
	}
	dt, ok := v.(dtypev)
	if !ok {
		e.m.fail(a.expr["dtype"].At(), diag.WrongKind, "%s: %s is not a dtype", a.b.name, v.what())
	}
	return ir.DType(dt)
}

func filled(e eval, a *args, text string) []value {
	e.running("a tensor")
	dims, ones := a.shape(e, "shape")
	dt := a.dtype(e, tensor.F32)
	if dt == tensor.Bool {
		text = map[string]string{"0": "false", "1": "true"}[text]
	}
	return one(&tens{v: e.full(e.c.lit(text, dt), dims), ones: ones})
}

func full(e eval, a *args) []value {
	e.running("a tensor")
	dims, ones := a.shape(e, "shape")
	x := a.tens(e, "x")
	if x.typ().Rank() > 0 {
		e.m.fail(a.expr["x"].At(), diag.NotScalar, "full takes a scalar, not %v", x.typ())
	}
	return one(&tens{v: e.full(x.v, dims), ones: ones})
}

func eye(e eval, a *args) []value {
	e.running("a tensor")
	n := a.dim(e, "n")
	i := e.c.op(ops.Iota{N: n, DType: tensor.I32})
	dims := []ir.Dim{n, n}
	eq := e.c.op(ops.Eq(), e.along(i, dims, 0), e.along(i, dims, 1))
	return one(&tens{v: e.c.op(ops.Cast{To: a.dtype(e, tensor.F32)}, eq)})
}

// arange is 0, 1, ... n - 1, or a, a + 1, ... b - 1, as i32.
func arange(e eval, a *args) []value {
	e.running("a tensor")
	lo, hi := ir.Const(0), a.dim(e, "a")
	if a.vals["b"] != nil {
		lo, hi = hi, a.dim(e, "b")
	}
	n := hi.Sub(lo)
	if k, ok := n.Int(); ok && k < 0 {
		e.m.fail(a.at, diag.BadDim, "arange from %v to %v", lo, hi)
	}
	i := e.c.op(ops.Iota{N: n, DType: tensor.I32})
	if !lo.Is(0) {
		i = e.c.op(ops.Add(), i, e.full(e.c.dim(lo, tensor.I32), []ir.Dim{n}))
	}
	return one(&tens{v: i})
}

// linspace is n numbers from a to b, both included.
func linspace(e eval, a *args) []value {
	e.running("a tensor")
	n := a.dim(e, "n")
	i := &tens{v: e.c.op(ops.Iota{N: n, DType: tensor.F32})}
	last := dimOf(n.Sub(ir.Const(1)))
	if n.Is(1) {
		last = intNum(1)
	}
	step := e.arith("/", e.arith("-", a.vals["b"], a.vals["a"]), last)
	return one(e.arith("+", e.arith("*", i, step), a.vals["a"]))
}
