//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of windows are never assigned to.
var (
	depthwiseRows = [...]Row[WindowFunc]{
		{Name: "depthwise/generic", ISA: Generic, Fn: depthwiseGeneric},
		{Name: "depthwise/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.DepthwiseAVX2},
		{Name: "depthwise/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.DepthwiseAVX512},
	}
	maxPoolRows = [...]Row[WindowFunc]{
		{Name: "maxpool/generic", ISA: Generic, Fn: maxPoolGeneric},
		{Name: "maxpool/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MaxPoolAVX2},
		{Name: "maxpool/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MaxPoolAVX512},
	}
	meanPoolRows = [...]Row[WindowFunc]{
		{Name: "meanpool/generic", ISA: Generic, Fn: meanPoolGeneric},
		{Name: "meanpool/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.MeanPoolAVX2},
		{Name: "meanpool/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.MeanPoolAVX512},
	}
)
