//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// foldRows is never assigned to; generic first.
var foldRows = [...]Row[FoldFunc]{
	{Name: "fold/generic", ISA: Generic, Fn: foldGeneric},
	{Name: "fold/neon/sum_i32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldSumI32ColsNEON},
	{Name: "fold/neon/sum_i64_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldSumI64ColsNEON},
	{Name: "fold/neon/max_i32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMaxI32ColsNEON},
	{Name: "fold/neon/max_i64_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMaxI64ColsNEON},
	{Name: "fold/neon/min_i32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMinI32ColsNEON},
	{Name: "fold/neon/min_i64_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMinI64ColsNEON},
	{Name: "fold/neon/argmax_f32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMaxF32ColsNEON},
	{Name: "fold/neon/argmax_i32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMaxI32ColsNEON},
	{Name: "fold/neon/argmin_f32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMinF32ColsNEON},
	{Name: "fold/neon/argmin_i32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMinI32ColsNEON},
	{Name: "fold/neon/sum_i32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldSumI32RowsNEON},
	{Name: "fold/neon/sum_i64_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldSumI64RowsNEON},
	{Name: "fold/neon/max_i32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMaxI32RowsNEON},
	{Name: "fold/neon/max_i64_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMaxI64RowsNEON},
	{Name: "fold/neon/min_i32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMinI32RowsNEON},
	{Name: "fold/neon/min_i64_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMinI64RowsNEON},
	{Name: "fold/neon/argmax_f32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMaxF32RowsNEON},
	{Name: "fold/neon/argmax_i32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMaxI32RowsNEON},
	{Name: "fold/neon/argmin_f32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMinF32RowsNEON},
	{Name: "fold/neon/argmin_i32_rows", ISA: NEON, Needs: NEONBase, Fn: kernels.ArgMinI32RowsNEON},
	{Name: "fold/neon/max_f32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMaxF32ColsNEON},
	{Name: "fold/neon/min_f32_cols", ISA: NEON, Needs: NEONBase, Fn: kernels.FoldMinF32ColsNEON},
}
