//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of weights of 8 and 4 bits are never assigned to; generic first. NR is how many columns a call takes at most.
var (
	wgemv8Rows = [...]Row[WeightsFunc]{
		{Name: "wgemv8/generic", ISA: Generic, NR: 64, Fn: wgemv8Generic},
		{Name: "wgemv8/avx2", ISA: AVX2, Needs: AVX2Base | HasF16C, NR: 32, Fn: kernels.WGemv8AVX2},
		{Name: "wgemv8/avx512", ISA: AVX512, Needs: AVX512Base, NR: 64, Fn: kernels.WGemv8AVX512},
	}
	wgemv4Rows = [...]Row[WeightsFunc]{
		{Name: "wgemv4/generic", ISA: Generic, NR: 64, Fn: wgemv4Generic},
		{Name: "wgemv4/avx2", ISA: AVX2, Needs: AVX2Base | HasF16C, NR: 32, Fn: kernels.WGemv4AVX2},
		{Name: "wgemv4/avx512", ISA: AVX512, Needs: AVX512Base, NR: 64, Fn: kernels.WGemv4AVX512},
	}
	wdecode8Rows = [...]Row[WeightsFunc]{
		{Name: "wdecode8/generic", ISA: Generic, NR: 64, Fn: wdecode8Generic},
		{Name: "wdecode8/avx2", ISA: AVX2, Needs: AVX2Base | HasF16C, NR: 32, Fn: kernels.WDecode8AVX2},
		{Name: "wdecode8/avx512", ISA: AVX512, Needs: AVX512Base, NR: 64, Fn: kernels.WDecode8AVX512},
	}
	wdecode4Rows = [...]Row[WeightsFunc]{
		{Name: "wdecode4/generic", ISA: Generic, NR: 64, Fn: wdecode4Generic},
		{Name: "wdecode4/avx2", ISA: AVX2, Needs: AVX2Base | HasF16C, NR: 32, Fn: kernels.WDecode4AVX2},
		{Name: "wdecode4/avx512", ISA: AVX512, Needs: AVX512Base, NR: 64, Fn: kernels.WDecode4AVX512},
	}
)
