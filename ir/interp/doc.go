// Package interp runs a graph node by node with each op's own Eval: the meaning that passes, plans and kernels are
// tested against (the oracle), and what evaluates constants at compile time.
//
// [Run] runs one function on tensors. A [Machine] holds the params and state of a module besides. [Wide] turns a module
// of f32 into one of f64.
//
// The package knows nothing of passes, plans or kernels; of ops it knows their abilities, and two of those of random
// keys by name.
package interp
