//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// transposeRows and copyRows are never assigned to.
var (
	transposeRows = [...]Row[MoveFunc]{
		{Name: "transpose/generic", ISA: Generic, Fn: transposeGeneric},
		{Name: "transpose/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.TransposeAVX2},
		{Name: "transpose/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.TransposeAVX512},
	}
	copyRows = [...]Row[MoveFunc]{
		{Name: "copy2d/generic", ISA: Generic, Fn: copyGeneric},
		{Name: "copy2d/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.CopyAVX2},
	}
)
