//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// cumsumRows is never assigned to; generic first.
var cumsumRows = [...]Row[CumSumFunc]{
	{Name: "cumsum/generic", ISA: Generic, Fn: cumsumGeneric},
	{Name: "cumsum/avx2/f32", ISA: AVX2, Needs: AVX2Base, Fn: kernels.CumSumF32AVX2},
	{Name: "cumsum/avx2/i32", ISA: AVX2, Needs: AVX2Base, Fn: kernels.CumSumI32AVX2},
	{Name: "cumsum/avx2/i64", ISA: AVX2, Needs: AVX2Base, Fn: kernels.CumSumI64AVX2},
	{Name: "cumsum/avx512/f32", ISA: AVX512, Needs: AVX512Base, Fn: kernels.CumSumF32AVX512},
	{Name: "cumsum/avx512/i32", ISA: AVX512, Needs: AVX512Base, Fn: kernels.CumSumI32AVX512},
	{Name: "cumsum/avx512/i64", ISA: AVX512, Needs: AVX512Base, Fn: kernels.CumSumI64AVX512},
}
