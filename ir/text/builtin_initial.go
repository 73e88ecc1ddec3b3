package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// initialRows are the draws that only make sense as initial values: their shape is the declared one.
func initialRows() []builtin {
	return []builtin{
		{"glorot", "", func(e eval, a *args) []value { // Glorot and Bengio 2010: uniform of variance 2 / (in + out)
			t := a.initial(e)
			in, out := fans(t)
			r := e.tens(floatFn(e, &args{b: &builtin{name: "sqrt"}, vals: map[string]value{"x": e.arith("/", intNum(6), dimOf(in.Add(out)))}}, ops.Sqrt(), nil)[0], tensor.F32)
			u := &tens{v: e.c.op(ops.Uniform{Dims: ir.MakeDims(t.Dims()...)}, e.draw(nil))}
			return one(e.arith("*", e.arith("-", e.arith("*", intNum(2), u), intNum(1)), r))
		}},
		{"he", "", func(e eval, a *args) []value { // He et al. 2015: normal of variance 2 / in
			t := a.initial(e)
			in, _ := fans(t)
			r := e.tens(floatFn(e, &args{b: &builtin{name: "sqrt"}, vals: map[string]value{"x": e.arith("/", intNum(2), dimOf(in))}}, ops.Sqrt(), nil)[0], tensor.F32)
			z := &tens{v: e.c.op(ops.Normal{Dims: ir.MakeDims(t.Dims()...)}, e.draw(nil))}
			return one(e.arith("*", z, r))
		}},
		{"orthogonal", "", orthogonal},
	}
}

// initial is the declared type of the param that gets an initial value.
func (a *args) initial(e eval) ir.Type {
	e.running("a draw")
	if e.c.initial == nil {
		e.m.fail(a.at, diag.WrongKind, "%s() makes initial values: param w: f32[m, n] = %s()", a.b.name, a.b.name)
	}
	if e.c.initial.Rank() < 2 {
		e.m.fail(a.at, diag.WrongRank, "%s() needs two axes and more: the param is %v", a.b.name, *e.c.initial)
	}
	return *e.c.initial
}

// fans are how many inputs and outputs a weight has: a matrix stands right of its input, filters are out, in, window.
func fans(t ir.Type) (in, out ir.Dim) {
	if t.Rank() == 2 {
		return t.Dim(0), t.Dim(1)
	}
	window := count(t, everyAxis(t.Rank())[2:])
	return t.Dim(1).Mul(window), t.Dim(0).Mul(window)
}

// orthogonal draws a matrix with orthonormal columns, or rows if it is wide: a normal one times the inverse of the
// Cholesky factor of its Gram matrix, in f64.
func orthogonal(e eval, a *args) []value {
	t := a.initial(e)
	if t.Rank() != 2 {
		e.m.fail(a.at, diag.WrongRank, "orthogonal() makes matrices: the param is %v", t)
	}
	rows, cols := t.Dim(0), t.Dim(1)
	n, okN := rows.Int()
	m, okM := cols.Int()
	wide := okN && okM && n < m
	if wide {
		rows, cols = cols, rows
	}
	z := e.c.op(ops.Normal{Dims: ir.MakeDims(rows, cols)}, e.draw(nil))
	x := e.c.op(ops.Cast{To: tensor.F64}, z)
	xt := e.c.op(ops.Transpose{Perm: ir.MakeInts(1, 0)}, x)
	l := e.c.op(ops.Cholesky{}, e.c.op(ops.MatMul{}, xt, x))
	q := e.c.op(ops.TriangularSolve{Lower: true}, l, xt) // [cols, rows], orthonormal rows
	if !wide {
		q = e.c.op(ops.Transpose{Perm: ir.MakeInts(1, 0)}, q)
	}
	return one(&tens{v: e.c.op(ops.Cast{To: t.DType}, q)})
}
