// Package plan is what a compiled model is before it meets a machine: for each function the steps to run, in waves, and
// where every operand lies. The compiler writes plans, the runtime binds and runs them, files hold them.
//
// A plan names kernel families, never rows of asm's table, and nothing of a CPU: one plan serves every machine. Sizes are
// [ir.Dim] expressions over the function's symbols; binding evaluates them.
//
// The package knows the graph's types and ops (a step without a kernel evaluates an op) and tile programs, and nothing of
// kernels, threads or memory addresses.
package plan
