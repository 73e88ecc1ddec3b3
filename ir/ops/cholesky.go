package ops

import "github.com/seed-350a5e16/nnc/ir"

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
