// Package asmtest is the kit of the kernels' tests: memory that faults beside the operands, canaries between rows,
// numbers that are hard, and an f32 FMA in plain Go. It knows no kernel.
package asmtest
