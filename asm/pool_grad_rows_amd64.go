//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of the gradients of pools are never assigned to.
var (
	maxPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "maxpoolgrad/generic", ISA: Generic, Fn: maxPoolGradGeneric},
		{Name: "maxpoolgrad/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MaxPoolGradAVX2},
		{Name: "maxpoolgrad/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MaxPoolGradAVX512},
	}
	meanPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "meanpoolgrad/generic", ISA: Generic, Fn: meanPoolGradGeneric},
		{Name: "meanpoolgrad/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MeanPoolGradAVX2},
		{Name: "meanpoolgrad/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MeanPoolGradAVX512},
	}
)
