//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of moments are never assigned to.
var (
	momentsAboutRows = [...]Row[MomentsFunc]{
		{Name: "moments_about/generic", ISA: Generic, Fn: momentsAboutGeneric},
		{Name: "moments_about/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsAboutNEON},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
		{Name: "moments_dots/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsDotsNEON},
	}
	momentsGatedRows = [...]Row[MomentsFunc]{
		{Name: "moments_gated/generic", ISA: Generic, Fn: momentsGatedGeneric},
		{Name: "moments_gated/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MomentsGatedNEON},
	}
)
