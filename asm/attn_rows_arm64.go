//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// attnStepRows is never assigned to.
var attnStepRows = [...]Row[AttnStepFunc]{
	{Name: "attn/generic", ISA: Generic, Fn: attnStepGeneric},
	{Name: "attn/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.AttnStepNEON},
}
