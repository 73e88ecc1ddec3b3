//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// blendRows is never assigned to; generic first.
var blendRows = [...]Row[BlendFunc]{
	{Name: "blend/generic", ISA: Generic, Fn: blendGeneric},
	{Name: "blend/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.BlendAVX2},
	{Name: "blend/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.BlendAVX512},
}

// resampleRows is never assigned to; generic first.
var resampleRows = [...]Row[ResampleFunc]{
	{Name: "resample/generic", ISA: Generic, NR: 4, Fn: resampleGeneric},
	{Name: "resample/avx2", ISA: AVX2, Needs: AVX2Base, NR: 8, Fn: kernels.ResampleAVX2},
	{Name: "resample/avx512", ISA: AVX512, Needs: AVX512Base, NR: 16, Fn: kernels.ResampleAVX512},
}
