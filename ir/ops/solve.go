package ops

import "github.com/seed-350a5e16/nnc/ir"

// Solve is x with A x = b: A [..., n, n], b [..., n, m] -> [..., n, m]. A singular matrix is an error of the call.
// (C1) A is of square matrices of floats. (C2) b has A's dtype, its rank and its dims but the last.
type Solve struct{}

// Name implements [ir.Op].
func (Solve) Name() string { return "solve" }

// Infer implements [ir.Op].
func (Solve) Infer(in []ir.Type) ([]ir.Type, error) { return solveType(in) }
