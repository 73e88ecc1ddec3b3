//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// streamRows is never assigned to.
var streamRows = [...]Row[StreamFunc]{
	{Name: "stream/generic", ISA: Generic, Fn: streamGeneric},
	{Name: "stream/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.StreamAVX2},
	{Name: "stream/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.StreamAVX512},
}
