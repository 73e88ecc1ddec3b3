package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Select takes each element from a where cond holds, else from b: bool[S], T[S], T[S] -> T[S].
// (C1) cond is bool. (C2) a and b have one dtype. (C3) all three have one shape.
type Select struct{}

// Name implements [ir.Op].
func (Select) Name() string { return "where" }

// Infer implements [ir.Op].
func (Select) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	c, a, b := in[0], in[1], in[2]
	if c.DType != tensor.Bool { // C1
		return nil, fmt.Errorf("the condition is %v, not bool", c)
	}
	if a.DType != b.DType { // C2
		return nil, fmt.Errorf("dtypes differ: %v and %v", a, b)
	}
	if !c.SameShape(a) || !a.SameShape(b) { // C3
		return nil, fmt.Errorf("shapes differ: %v, %v and %v", c, a, b)
	}
	return one(a)
}
