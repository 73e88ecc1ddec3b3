//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// tapeRows is never assigned to; generic first.
var tapeRows = [...]Row[tapeRow]{
	{Name: "tape/generic", ISA: Generic},
	{Name: "tape/avx2", ISA: AVX2, Needs: AVX2Base,
		Fn: tapeRow{run: kernels.TapeAVX2, table: kernels.TapeTableAVX2, block: 8 * 32}},
	{Name: "tape/avx512", ISA: AVX512, Needs: AVX512Base,
		Fn: tapeRow{run: kernels.TapeAVX512, table: kernels.TapeTableAVX512, block: 8 * 64}},
}
