package ops

import "github.com/seed-350a5e16/nnc/ir"

// TriangularSolve is x with T x = b, or T' x = b if Trans, where T is the lower (if Lower) or the upper triangle of A
// [..., n, n], b [..., n, m] -> [..., n, m]. The other triangle is not read. A zero on the diagonal is an error of the call.
// (C1) A is of square matrices of floats. (C2) b has A's dtype, its rank and its dims but the last.
type TriangularSolve struct{ Lower, Trans bool }

// Name implements [ir.Op].
func (TriangularSolve) Name() string { return "triangular_solve" }

// Infer implements [ir.Op].
func (TriangularSolve) Infer(in []ir.Type) ([]ir.Type, error) { return solveType(in) }
