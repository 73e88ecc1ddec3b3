package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// squares refuses what is not square matrices of floats.
func squares(a ir.Type) error {
	if !a.DType.IsFloat() || a.Rank() < 2 || a.Dim(-1) != a.Dim(-2) {
		return fmt.Errorf("%v is not of square matrices of floats", a)
	}
	return nil
}

// solveType is the rule of ops that solve A x = b: a [..., n, n], b [..., n, m] -> like b.
func solveType(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	a, b := in[0], in[1]
	if err := squares(a); err != nil { // C1
		return nil, err
	}
	if b.DType != a.DType || !sameBut(a, b, a.Rank()-1) { // C2
		return nil, fmt.Errorf("%v and %v make no equations", a, b)
	}
	return one(b.WithDims(b.Dims()...))
}
