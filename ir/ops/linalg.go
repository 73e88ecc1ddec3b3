package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
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

// eachMatrix calls f for every matrix of a tensor with the place of its first element.
func eachMatrix(t tensor.Tensor, f func(i, at int)) {
	size := t.Dim(-1) * t.Dim(-2)
	if size == 0 {
		return
	}
	for i := range t.Len() / size {
		f(i, i*size)
	}
}

// triangle keeps the lower or the upper triangle of matrices, the diagonal times a factor.
func triangle(b *ir.Builder, a ir.Value, lower bool, diagonal float64) ir.Value {
	t := a.Type()
	r := t.Rank()
	row := alongAxis(b, t.Dim(-1), t.Dims(), r-2)
	col := alongAxis(b, t.Dim(-1), t.Dims(), r-1)
	inside := Gt()
	if !lower {
		inside = Lt()
	}
	kept := gated(b, b.Op1(inside, row, col), a)
	return b.Op1(Select{}, b.Op1(Eq(), row, col), scaled(b, a, diagonal), kept)
}
