//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// readRows is never assigned to.
var readRows = [...]Row[ReadFunc]{
	{Name: "read/generic", ISA: Generic, Fn: readGeneric},
	{Name: "read/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.ReadAVX2},
	{Name: "read/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.ReadAVX512},
}
