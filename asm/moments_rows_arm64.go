//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of moments are never assigned to.
var (
	momentsSumRows = [...]Row[MomentsFunc]{
		{Name: "moments_sum/generic", ISA: Generic, Fn: momentsSumGeneric},
		{Name: "moments_sum/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsSumNEON},
	}
	momentsSquaresRows = [...]Row[MomentsFunc]{
		{Name: "moments_squares/generic", ISA: Generic, Fn: momentsSquaresGeneric},
		{Name: "moments_squares/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsSquaresNEON},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
		{Name: "moments_dots/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsDotsNEON},
	}
)
