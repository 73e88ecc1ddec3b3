//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// randomRows is never assigned to; generic first.
var randomRows = [...]Row[RandomFunc]{
	{Name: "random/generic", ISA: Generic, Fn: randomGeneric},
	{Name: "random/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RandomAVX2},
	{Name: "random/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RandomAVX512},
}
