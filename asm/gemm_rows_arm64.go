//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// gemmRows is never assigned to; generic first.
var gemmRows = [...]Row[GemmFunc]{
	{Name: "gemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: gemmGeneric},
	{Name: "gemm/neon/6x16", ISA: NEON, Needs: NEONBase, MR: 6, NR: 16, Fn: kernels.Gemm6x16NEON},
}
