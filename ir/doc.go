// Package ir is the dataflow graph that everything in nnc meets at: the elaborator and the importers build it, passes
// rewrite it, the interpreter gives it its meaning and the lowerer turns it into a plan.
//
// A [Module] is a list of functions. A [Func] is a list of nodes in topological order; the first node's results are
// the function's arguments. A [Node] applies an [Op] to values and may hold functions: regions of its own (the body of
// a loop) or references (the definition of a composite). A [Value] is a result of a node, and its [Type] is a dtype,
// dims and a layout. A [Dim] is a canonical integer polynomial over symbols, so that Go's == means "proved equal".
//
// Everything is a value. Params and state are arguments, what a function writes are results; regions capture nothing:
// what they use is an operand. A pass that changes something returns a new Func that shares no node with the old one.
//
// The package knows the shape of an op, never a particular one (those are in ir/ops), and nothing of kernels, plans or
// machines. It stands on the standard library alone.
package ir
