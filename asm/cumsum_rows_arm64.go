//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// cumsumRows is never assigned to; generic first.
var cumsumRows = [...]Row[CumSumFunc]{
	{Name: "cumsum/generic", ISA: Generic, Fn: cumsumGeneric},
	{Name: "cumsum/neon/f32", ISA: NEON, Needs: NEONBase, Fn: kernels.CumSumF32NEON},
	{Name: "cumsum/neon/i32", ISA: NEON, Needs: NEONBase, Fn: kernels.CumSumI32NEON},
	{Name: "cumsum/neon/i64", ISA: NEON, Needs: NEONBase, Fn: kernels.CumSumI64NEON},
}
