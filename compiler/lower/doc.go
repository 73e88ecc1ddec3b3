// Package lower turns an optimised graph into a plan: elementwise ops are fused into groups, groups become tile programs,
// products become calls of the GEMM family with what follows them, loops and branches keep their bodies, and what has no
// kernel becomes a step that evaluates the op. Views (transposes, slices, stretched operands) cost nothing where the
// reader can walk by strides.
//
// The package knows ops, tile programs and the plan; nothing of kernels, instruction sets or sizes at run time.
package lower
