package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
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
