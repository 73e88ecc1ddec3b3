// Package runtime binds and runs plans: it owns arenas and sessions and spreads the tasks of a step over the cores.
//
// There are three stages. Load prepares what depends on constants alone. Bind evaluates the sizes of a plan for given
// argument shapes, lays its buffers into one arena and checks every operand against the bounds of what it lies in; the
// last bindings are kept. A call takes a frame (an arena and the bound steps) from its binding's list, runs it, and gives
// it back: when all is warm a call allocates nothing.
//
// A model is immutable and shared by any number of goroutines. The package knows plans, kernels and the Eval of ops, and
// nothing of how a plan is made: it never imports the compiler's passes. The standard library's runtime is imported as
// goruntime.
package runtime
