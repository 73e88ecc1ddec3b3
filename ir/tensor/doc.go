// Package tensor holds dense tensors: a dtype, up to eight dims and the bytes, row major.
//
// A [Tensor] is a small value that views memory, as a slice does: copying it copies no elements, and two tensors may share
// theirs. It is what calls take and return, what file readers produce and what reference implementations compute on.
//
// The package knows nothing of graphs, symbolic dims, layouts, kernels or files, and imports nothing of this module.
package tensor
