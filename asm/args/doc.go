// Package args holds the argument blocks of the kernels. A kernel gets a pointer to one and nothing else; generators
// take field offsets from here. The package imports nothing but unsafe, so that it compiles when generated files are
// broken. All strides and offsets are bytes.
package args
