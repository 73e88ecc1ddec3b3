//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// qgemmRows is never assigned to; generic first.
var qgemmRows = [...]Row[GemmFunc]{
	{Name: "qgemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: qgemmGeneric},
	{Name: "qgemm/avx2/6x16vnni", ISA: AVX2, Needs: AVX2Base | HasAVXVNNI, MR: 6, NR: 16, Fn: kernels.QGemm6x16AVXVNNI},
	{Name: "qgemm/avx2/5x16", ISA: AVX2, Needs: AVX2Base, MR: 5, NR: 16, Fn: kernels.QGemm5x16AVX2},
	{Name: "qgemm/avx512/32x32amx", ISA: AVX512, Needs: AVX512Base | HasAMXInt8, MR: 32, NR: 32, Fn: kernels.QGemm32x32AMX},
	{Name: "qgemm/avx512/6x64", ISA: AVX512, Needs: AVX512Base | HasAVX512VNNI, MR: 6, NR: 64, Fn: kernels.QGemm6x64VNNI},
	{Name: "qgemm/avx512/14x32", ISA: AVX512, Needs: AVX512Base | HasAVX512VNNI, MR: 14, NR: 32, Fn: kernels.QGemm14x32VNNI},
}

// qwidenRows and qwidenLineRows are never assigned to; generic first.
var (
	qwidenRows = [...]Row[MoveFunc]{
		{Name: "qwiden/generic", ISA: Generic, Fn: qwidenGeneric},
		{Name: "qwiden/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.QWidenAAVX2},
	}
	qwidenLineRows = [...]Row[MoveFunc]{
		{Name: "qwidenline/generic", ISA: Generic, Fn: qwidenLineGeneric},
		{Name: "qwidenline/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.QWidenBAVX2},
	}
)
