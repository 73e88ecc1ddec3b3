//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// readRows is never assigned to.
var readRows = [...]Row[ReadFunc]{
	{Name: "read/generic", ISA: Generic, Fn: readGeneric},
	{Name: "read/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.ReadAVX2},
	{Name: "read/avx2/ahead", ISA: AVX2, Needs: AVX2Base, Fn: kernels.ReadAheadAVX2},
	{Name: "read/avx2/four", ISA: AVX2, Needs: AVX2Base, Fn: kernels.ReadFourAVX2},
	{Name: "read/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.ReadAVX512},
	{Name: "read/avx512/ahead", ISA: AVX512, Needs: AVX512Base, Fn: kernels.ReadAheadAVX512},
	{Name: "read/avx512/four", ISA: AVX512, Needs: AVX512Base, Fn: kernels.ReadFourAVX512},
}
