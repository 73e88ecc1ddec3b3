package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TriangularSolve is x with T x = b, or T' x = b if Trans, where T is the lower (if Lower) or the upper triangle of A
// [..., n, n], b [..., n, m] -> [..., n, m]. The other triangle is not read. A zero on the diagonal is an error of the call.
// (C1) A is of square matrices of floats. (C2) b has A's dtype, its rank and its dims but the last.
type TriangularSolve struct{ Lower, Trans bool }

// Name implements [ir.Op].
func (TriangularSolve) Name() string { return "triangular_solve" }

// Infer implements [ir.Op].
func (TriangularSolve) Infer(in []ir.Type) ([]ir.Type, error) { return solveType(in) }

// Eval implements [ir.Evaler].
func (o TriangularSolve) Eval(in, out []tensor.Tensor) error {
	a, x := floatsOf(in[0]), floatsOf(in[1])
	n, m := in[0].Dim(-1), in[1].Dim(-1)
	var err error
	eachMatrix(in[0], func(i, at int) {
		t := a[at : at+n*n]
		if o.Trans {
			t = swapped(t, n, n)
		}
		if !substitute(t, x[i*n*m:(i+1)*n*m], n, m, o.Lower != o.Trans) && err == nil {
			err = fmt.Errorf("matrix %d has a zero on its diagonal", i)
		}
	})
	storeFloats(out[0], x)
	return err
}

// substitute solves t x = x in place for a triangular t, from the first row on if it is lower, else from the last.
func substitute(t, x []float64, n, m int, lower bool) bool {
	for i := range n {
		r, from, to := i, 0, i
		if !lower {
			r = n - 1 - i
			from, to = r+1, n
		}
		if t[r*n+r] == 0 {
			return false
		}
		row := x[r*m : (r+1)*m]
		for c := from; c < to; c++ {
			subtractRow(row, x[c*m:], t[r*n+c])
		}
		for j := range row {
			row[j] /= t[r*n+r]
		}
	}
	return true
}

// VJP implements [ir.VJPer].
func (o TriangularSolve) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x := n.Value(0)
	db := b.Op1(TriangularSolve{o.Lower, !o.Trans}, n.In[0], dOut[0])
	outer := b.Op1(MatMul{TransB: true}, db, x)
	if o.Trans {
		outer = b.Op1(MatMul{TransB: true}, x, db)
	}
	return []ir.Value{b.Op1(Neg(), triangle(b, outer, o.Lower, 1)), db}
}

// Batched implements [ir.Batcher].
func (o TriangularSolve) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (TriangularSolve) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: TriangularSolve{}, In: types(f32(3, 3), f32(3, 2)), Lo: 0.5, Hi: 2}, {Op: TriangularSolve{Lower: true}, In: types(f32(3, 3), f32(3, 2)), Lo: 0.5, Hi: 2},
		{Op: TriangularSolve{Trans: true}, In: types(f32(2, 2, 2), f32(2, 2, 1)), Lo: 0.5, Hi: 2},
		{Op: TriangularSolve{true, true}, In: types(f32(3, 3), f32(3, 1)), Lo: 0.5, Hi: 2},
	}
}
