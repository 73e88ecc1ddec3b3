//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// attnStepRows is never assigned to.
var attnStepRows = [...]Row[AttnStepFunc]{
	{Name: "attn/generic", ISA: Generic, Fn: attnStepGeneric},
	{Name: "attn/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.AttnStepAVX2},
	{Name: "attn/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.AttnStepAVX512},
}
