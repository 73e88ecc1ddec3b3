//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// transposeRows and copyRows are never assigned to.
var (
	transposeRows = [...]Row[MoveFunc]{
		{Name: "transpose/generic", ISA: Generic, Fn: transposeGeneric},
		{Name: "transpose/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.TransposeNEON},
	}
	copyRows = [...]Row[MoveFunc]{
		{Name: "copy2d/generic", ISA: Generic, Fn: copyGeneric},
		{Name: "copy2d/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.CopyNEON},
	}
)
