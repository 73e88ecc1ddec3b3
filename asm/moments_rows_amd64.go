//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of moments are never assigned to.
var (
	momentsAboutRows = [...]Row[MomentsFunc]{
		{Name: "moments_about/generic", ISA: Generic, Fn: momentsAboutGeneric},
		{Name: "moments_about/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsAboutAVX2},
		{Name: "moments_about/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsAboutAVX512},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
		{Name: "moments_dots/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsDotsAVX2},
		{Name: "moments_dots/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsDotsAVX512},
	}
	momentsGatedRows = [...]Row[MomentsFunc]{
		{Name: "moments_gated/generic", ISA: Generic, Fn: momentsGatedGeneric},
		{Name: "moments_gated/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsGatedAVX2},
		{Name: "moments_gated/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsGatedAVX512},
	}
)
