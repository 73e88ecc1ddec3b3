// Package grad is reverse-mode differentiation as a graph transformation: it replaces each grad node by the graph of the
// function and of its gradient.
//
// The engine is small since each op brings its rule (ir.VJPer). A function is differentiated in a builder of its own:
// its nodes are copied there (forward), then walked from the last to the first (backward). Held functions are
// differentiated the same way: a scan's backward is a scan in reverse over what its forward stacked, a bounded while
// becomes a scan of guarded rounds first, a branch is computed again beside its gradient.
//
// What the backward part reads of the forward part is kept if it is dear (contractions, reductions, transcendental
// functions whose gradient reads their result) or lies in memory anyway (an operand of a contraction); all else is
// computed again from what is kept, and reads it through the op again, so that no later pass merges the copies.
//
// The package knows ops by their abilities, and by name only those that hold functions and those that it emits. It knows
// nothing of kernels or plans.
package grad
