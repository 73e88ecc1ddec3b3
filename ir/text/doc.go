// Package text makes graphs out of specs: it reads a file and what it imports, gives every instance of every module its
// config, and elaborates functions into flat graphs with regions (docs/LANGUAGE.md). Shapes, dtypes, effects and gradient
// targets are checked on the way; errors are a [diag.List].
//
// Calls of a model's own functions are inlined, calls of the prelude become composites, params and state become
// arguments and results, random keys become values. The library of layers and optimisers is text, in std/.
//
// It knows nothing of passes, plans, kernels or machines, and it opens no data sets: recipes get them through [Options].
package text
