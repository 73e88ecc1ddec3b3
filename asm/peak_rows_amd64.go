//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// peakRows is never assigned to.
var peakRows = [...]Row[PeakFunc]{
	{Name: "peak/generic", ISA: Generic, Fn: peakGeneric},
	{Name: "peak/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.PeakAVX2},
	{Name: "peak/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.PeakAVX512},
}

// peakWordsRows is never assigned to.
var peakWordsRows = [...]Row[PeakFunc]{
	{Name: "peakwords/generic", ISA: Generic, Fn: peakGeneric},
	{Name: "peakwords/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.PeakWordsAVX2},
}

// peakTilesRows is never assigned to.
var peakTilesRows = [...]Row[PeakFunc]{
	{Name: "peaktiles/generic", ISA: Generic, Fn: peakGeneric},
	{Name: "peaktiles/avx512/amx", ISA: AVX512, Needs: AVX512Base | HasAMXInt8, Fn: kernels.PeakAMX},
}
