//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// gatherRows, scatterRows and seekRows are never assigned to.
var (
	gatherRows = [...]Row[IndexFunc]{
		{Name: "gather/generic", ISA: Generic, Fn: gatherGeneric},
		{Name: "gather/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.GatherAVX2},
		{Name: "gather/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.GatherAVX512},
	}
	scatterRows = [...]Row[IndexFunc]{
		{Name: "scatter/generic", ISA: Generic, Fn: scatterGeneric},
		{Name: "scatter/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.ScatterAVX2},
		{Name: "scatter/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.ScatterAVX512},
	}
	seekRows = [...]Row[SeekFunc]{
		{Name: "seek/generic", ISA: Generic, Fn: seekGeneric},
		{Name: "seek/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.SeekAVX2},
		{Name: "seek/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.SeekAVX512},
	}
)
