package ops

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Solve is x with A x = b: A [..., n, n], b [..., n, m] -> [..., n, m]. A singular matrix is an error of the call.
// (C1) A is of square matrices of floats. (C2) b has A's dtype, its rank and its dims but the last.
type Solve struct{}

// Name implements [ir.Op].
func (Solve) Name() string { return "solve" }

// Infer implements [ir.Op].
func (Solve) Infer(in []ir.Type) ([]ir.Type, error) { return solveType(in) }

// Eval implements [ir.Evaler].
func (Solve) Eval(in, out []tensor.Tensor) error {
	a, x := floatsOf(in[0]), floatsOf(in[1])
	n, m := in[0].Dim(-1), in[1].Dim(-1)
	var err error
	eachMatrix(in[0], func(i, at int) {
		if !eliminate(a[at:at+n*n], x[i*n*m:(i+1)*n*m], n, m) && err == nil {
			err = fmt.Errorf("matrix %d is singular", i)
		}
	})
	storeFloats(out[0], x)
	return err
}

// eliminate solves a x = x in place, n equations with m right sides, by rows with the greatest pivot first.
func eliminate(a, x []float64, n, m int) bool {
	for c := range n {
		pivot := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r*n+c]) > math.Abs(a[pivot*n+c]) {
				pivot = r
			}
		}
		if a[pivot*n+c] == 0 {
			return false
		}
		swapRows(a, pivot, c, n)
		swapRows(x, pivot, c, m)
		for r := c + 1; r < n; r++ {
			f := a[r*n+c] / a[c*n+c]
			subtractRow(a[r*n:(r+1)*n], a[c*n:], f)
			subtractRow(x[r*m:(r+1)*m], x[c*m:], f)
		}
	}
	for r, row := range slices.Backward(slices.Collect(slices.Chunk(a, n))) {
		for c := r + 1; c < n; c++ {
			subtractRow(x[r*m:(r+1)*m], x[c*m:], row[c])
		}
		for j := range m {
			x[r*m+j] /= row[r]
		}
	}
	return true
}

func swapRows(a []float64, i, j, n int) {
	for k := range n {
		a[i*n+k], a[j*n+k] = a[j*n+k], a[i*n+k]
	}
}

// subtractRow is to -= f*row.
func subtractRow(to, row []float64, f float64) {
	for i := range to {
		to[i] -= f * row[i]
	}
}

// VJP implements [ir.VJPer].
func (o Solve) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	db := b.Op1(o, SwapLast(b, n.In[0]), dOut[0])
	return []ir.Value{b.Op1(Neg(), b.Op1(MatMul{TransB: true}, db, n.Value(0))), db}
}

// Batched implements [ir.Batcher].
func (o Solve) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Solve) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Solve{}, In: types(f32(3, 3), f32(3, 2)), Tol: 1e-4}, {Op: Solve{}, In: types(f32(2, 2, 2), f32(2, 2, 1)), Tol: 1e-4},
		{Op: Solve{}, In: types(f32(0, 0), f32(0, 2))},
	}
}
