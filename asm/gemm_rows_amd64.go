//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// gemmRows is never assigned to; generic first.
var gemmRows = [...]Row[GemmFunc]{
	{Name: "gemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: gemmGeneric},
	{Name: "gemm/avx2/6x16", ISA: AVX2, Needs: AVX2Base, MR: 6, NR: 16, Fn: kernels.Gemm6x16AVX2},
	{Name: "gemm/avx2/1x64", ISA: AVX2, Needs: AVX2Base, MR: 1, NR: 64, Fn: kernels.Gemm1x64AVX2},
	{Name: "gemm/avx2/4x48", ISA: AVX2, Needs: AVX2Base, MR: 4, NR: 48, Fn: kernels.Gemm4x48AVX2},
	{Name: "gemm/avx512/6x64", ISA: AVX512, Needs: AVX512Base, MR: 6, NR: 64, Fn: kernels.Gemm6x64AVX512},
	{Name: "gemm/avx512/8x48", ISA: AVX512, Needs: AVX512Base, MR: 8, NR: 48, Fn: kernels.Gemm8x48AVX512},
	{Name: "gemm/avx512/14x32", ISA: AVX512, Needs: AVX512Base, MR: 14, NR: 32, Fn: kernels.Gemm14x32AVX512},
	{Name: "gemm/avx512/14x16", ISA: AVX512, Needs: AVX512Base, MR: 14, NR: 16, Fn: kernels.Gemm14x16AVX512},
	{Name: "gemm/avx512/1x64", ISA: AVX512, Needs: AVX512Base, MR: 1, NR: 64, Fn: kernels.Gemm1x64AVX512},
}
