package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// MatMul is a matrix product: a [L..., M, K], b [L..., K, N] -> [L..., M, N]; TransA reads a as [L..., K, M], TransB reads b as
// [L..., N, K]. After dot_general in the StableHLO specification.
// (C1) both have one rank, at least 2. (C2) both have one dtype, of numbers. (C3) the leading dims are equal. (C4) the
// inner dims are equal.
type MatMul struct{ TransA, TransB bool }

// Name implements [ir.Op].
func (MatMul) Name() string { return "matmul" }

// Infer implements [ir.Op].
func (o MatMul) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	a, b := in[0], in[1]
	if a.Rank() < 2 || a.Rank() != b.Rank() { // C1
		return nil, fmt.Errorf("%v and %v are not matrices of one rank", a, b)
	}
	if a.DType != b.DType || !isNumber(a.DType) { // C2
		return nil, fmt.Errorf("dtypes: %v and %v", a, b)
	}
	lead := a.Rank() - 2
	if !sameDims(a.Dims()[:lead], b.Dims()[:lead]) { // C3
		return nil, fmt.Errorf("leading dims differ: %v and %v", a, b)
	}
	m, k := flip(o.TransA, a.Dim(-2), a.Dim(-1))
	k2, n := flip(o.TransB, b.Dim(-2), b.Dim(-1))
	if k != k2 { // C4
		return nil, fmt.Errorf("inner dims differ: %v and %v", a, b)
	}
	return one(a.WithDims(cat(a.Dims()[:lead], []ir.Dim{m, n})...))
}

func flip[T any](swap bool, a, b T) (x, y T) {
	if swap {
		return b, a
	}
	return a, b
}

// Eval implements [ir.Evaler].
func (o MatMul) Eval(in, out []tensor.Tensor) error {
	a, b, y := in[0], in[1], out[0]
	m, n := y.Dim(-2), y.Dim(-1)
	_, k := flip(o.TransA, a.Dim(-2), a.Dim(-1))
	if !a.DType().IsFloat() {
		acc := make([]int64, y.Len())
		product3(acc, intsOf(a), intsOf(b), o, m, n, k)
		storeInts(y, acc)
		return nil
	}
	acc := make([]float64, y.Len())
	product3(acc, floatsOf(a), floatsOf(b), o, m, n, k)
	storeFloats(y, acc)
	return nil
}

// product3 adds to each matrix of y the product of those of a and b.
func product3[T float64 | int64](y, a, b []T, o MatMul, m, n, k int) {
	for at := 0; at < len(y); at += m * n {
		i := at / (m * n)
		ai, bi := a[i*m*k:(i+1)*m*k], b[i*k*n:(i+1)*k*n]
		if o.TransA {
			ai = swapped(ai, k, m)
		}
		if o.TransB {
			bi = swapped(bi, n, k)
		}
		addProduct(y[at:at+m*n], ai, bi, m, n, k)
	}
}

// addProduct is y += a b, all row-major: four rows of y at a time, so that a row of b is read once for four.
func addProduct[T float64 | int64](y, a, b []T, m, n, k int) {
	i := 0
	for ; i+4 <= m; i += 4 {
		y0, y1, y2, y3 := y[i*n:(i+1)*n], y[(i+1)*n:(i+2)*n], y[(i+2)*n:(i+3)*n], y[(i+3)*n:(i+4)*n]
		for p := range k {
			a0, a1, a2, a3 := a[i*k+p], a[(i+1)*k+p], a[(i+2)*k+p], a[(i+3)*k+p]
			for j, v := range b[p*n : (p+1)*n] {
				y0[j] += a0 * v
				y1[j] += a1 * v
				y2[j] += a2 * v
				y3[j] += a3 * v
			}
		}
	}
	for ; i < m; i++ {
		row := y[i*n : (i+1)*n]
		for p := range k {
			ap := a[i*k+p]
			for j, v := range b[p*n : (p+1)*n] {
				row[j] += ap * v
			}
		}
	}
}

// swapped is the transpose of the m x n matrix a.
func swapped[T any](a []T, m, n int) []T {
	t := make([]T, len(a))
	for i := range m {
		for j := range n {
			t[j*m+i] = a[i*n+j]
		}
	}
	return t
}

// VJP implements [ir.VJPer]. Each of the four forms has gradients that are products of the same three matrices.
func (o MatMul) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, w, dy := n.In[0], n.In[1], dOut[0]
	dx := b.Op1(MatMul{TransB: !o.TransB}, dy, w)
	if o.TransA {
		dx = b.Op1(MatMul{TransA: o.TransB, TransB: true}, w, dy)
	}
	dw := b.Op1(MatMul{TransA: !o.TransA}, x, dy)
	if o.TransB {
		dw = b.Op1(MatMul{TransA: true, TransB: o.TransA}, dy, x)
	}
	return []ir.Value{dx, dw}
}

// Batch implements [ir.Batcher]. A matrix that all share is multiplied once, with the new axis folded into the rows.
func (o MatMul) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if batched[1] || n.In[0].Type().Rank() > 2 {
		return b.Op(o, lead(b, in, batched, size)...)
	}
	x := in[0]
	if o.TransA {
		x = SwapLast(b, x)
	}
	d := x.Type().Dims()
	if len(d) != 3 { // an error from before
		return b.Op(o, in...)
	}
	y := b.Op1(MatMul{TransB: o.TransB}, ReshapeTo(b, x, d[0].Mul(d[1]), d[2]), in[1])
	return []ir.Value{ReshapeTo(b, y, d[0], d[1], n.Types[0].Dim(1))}
}

// Samples implements [ir.Sampler].
func (MatMul) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: MatMul{}, In: types(f32(5, 3), f32(3, 2))}, {Op: MatMul{TransA: true}, In: types(f32(3, 5), f32(3, 2))},
		{Op: MatMul{TransB: true}, In: types(f32(6, 3), f32(2, 3))}, {Op: MatMul{true, true}, In: types(f32(3, 5), f32(2, 3))},
		{Op: MatMul{}, In: types(f32(2, 2, 4, 3), f32(2, 2, 3, 2))}, {Op: MatMul{true, true}, In: types(f32(2, 3, 1), f32(2, 2, 3))},
		{Op: MatMul{}, In: types(f32(2, 0), f32(0, 3))}, {Op: MatMul{}, In: types(f32(0, 2), f32(2, 3))},
		{Op: MatMul{}, In: types(i32(2, 3), i32(3, 2))},
		{Op: MatMul{}, In: types(ir.T(tensor.F32, ir.Sym("B"), con(3)), f32(3, 2)), Env: map[string]int64{"B": 4}},
	}
}
