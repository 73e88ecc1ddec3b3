//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of Winograd's transforms are never assigned to.
var (
	winogradInputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_input/generic", ISA: Generic, Fn: winogradInputGeneric},
		{Name: "winograd_input/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.WinogradInputAVX2},
		{Name: "winograd_input/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.WinogradInputAVX512},
	}
	winogradOutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_output/generic", ISA: Generic, Fn: winogradOutputGeneric},
		{Name: "winograd_output/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.WinogradOutputAVX2},
		{Name: "winograd_output/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.WinogradOutputAVX512},
	}
	winograd4InputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_input/generic", ISA: Generic, Fn: winograd4InputGeneric},
		{Name: "winograd4_input/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.Winograd4InputAVX2},
		{Name: "winograd4_input/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.Winograd4InputAVX512},
	}
	winograd4OutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_output/generic", ISA: Generic, Fn: winograd4OutputGeneric},
		{Name: "winograd4_output/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.Winograd4OutputAVX2},
		{Name: "winograd4_output/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.Winograd4OutputAVX512},
	}
)
