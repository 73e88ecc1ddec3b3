package ops

import (
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Cholesky is the lower triangular L with L L' = A, for symmetric positive definite matrices A [..., n, n]. Only the lower
// triangle of A is read, the upper one of the result is 0. A matrix that is not positive definite is an error of the
// call. The gradient is that of a symmetric A.
// (C1) A is of square matrices of floats.
type Cholesky struct{}

// Name implements [ir.Op].
func (Cholesky) Name() string { return "cholesky" }

// Infer implements [ir.Op].
func (Cholesky) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if err := squares(in[0]); err != nil { // C1
		return nil, err
	}
	return one(in[0].WithDims(in[0].Dims()...))
}

// Eval implements [ir.Evaler].
func (Cholesky) Eval(in, out []tensor.Tensor) error {
	a, l := floatsOf(in[0]), make([]float64, in[0].Len())
	n := in[0].Dim(-1)
	var err error
	eachMatrix(in[0], func(i, at int) {
		if !choleskyOf(l[at:at+n*n], a[at:at+n*n], n) && err == nil {
			err = fmt.Errorf("matrix %d is not positive definite", i)
		}
	})
	storeFloats(out[0], l)
	return err
}

// choleskyOf fills l, zeros so far, row by row.
func choleskyOf(l, a []float64, n int) bool {
	for i := range n {
		for j := 0; j <= i; j++ {
			s := a[i*n+j]
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			switch {
			case j < i:
				l[i*n+j] = s / l[j*n+j]
			case s > 0:
				l[i*n+i] = math.Sqrt(s)
			default:
				return false
			}
		}
	}
	return true
}

// VJP implements [ir.VJPer]. With P the lower triangle of L' dL, its diagonal halved, the gradient is the symmetric part of
// L'^-1 P L^-1 (Murray, Differentiation of the Cholesky decomposition, 2016).
func (Cholesky) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	l := n.Value(0)
	p := triangle(b, b.Op1(MatMul{TransA: true}, l, dOut[0]), true, 0.5)
	left := b.Op1(TriangularSolve{Lower: true, Trans: true}, l, p)
	s := SwapLast(b, b.Op1(TriangularSolve{Lower: true, Trans: true}, l, SwapLast(b, left)))
	return []ir.Value{scaled(b, b.Op1(Add(), s, SwapLast(b, s)), 0.5)}
}

// Batched implements [ir.Batcher].
func (o Cholesky) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Cholesky) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Cholesky{}, In: types(f32(2, 2)), NoGrad: true, Data: []tensor.Tensor{tensor.Of([]float32{4, 2, 2, 3}, 2, 2)}},
		{Op: Cholesky{}, In: types(f32(2, 1, 1)), Lo: 1, Hi: 2}, {Op: Cholesky{}, In: types(f32(0, 0))},
	}
}
