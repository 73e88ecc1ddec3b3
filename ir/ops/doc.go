// Package ops holds every op of the graph but for those of users: one file an op, with its type rule (Infer, whose
// constraints are numbered in the op's comment and broken one by one in the tests), its meaning (Eval, plain Go), its
// gradient (VJP), its form with one more leading axis (Batch) and samples. A table of rows serves families of trivial
// elementwise ops and reductions. [All] names every op.
//
// No op stretches an operand by itself: who builds a graph inserts [Broadcast]; build.go has helpers for that. Scalars
// have rank 0. Layouts are ignored by all ops here but the one that changes them.
//
// The package knows nothing of kernels, plans, passes or source text. It stands on the standard library alone.
package ops
