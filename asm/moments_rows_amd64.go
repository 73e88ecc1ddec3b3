//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of moments are never assigned to.
var (
	momentsSumRows = [...]Row[MomentsFunc]{
		{Name: "moments_sum/generic", ISA: Generic, Fn: momentsSumGeneric},
		{Name: "moments_sum/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsSumAVX2},
		{Name: "moments_sum/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsSumAVX512},
	}
	momentsSquaresRows = [...]Row[MomentsFunc]{
		{Name: "moments_squares/generic", ISA: Generic, Fn: momentsSquaresGeneric},
		{Name: "moments_squares/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsSquaresAVX2},
		{Name: "moments_squares/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsSquaresAVX512},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
		{Name: "moments_dots/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MomentsDotsAVX2},
		{Name: "moments_dots/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MomentsDotsAVX512},
	}
)
