//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// blendRows is never assigned to; generic first.
var blendRows = [...]Row[BlendFunc]{
	{Name: "blend/generic", ISA: Generic, Fn: blendGeneric},
	{Name: "blend/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.BlendNEON},
}

// resampleRows is never assigned to; generic first.
var resampleRows = [...]Row[ResampleFunc]{
	{Name: "resample/generic", ISA: Generic, NR: 4, Fn: resampleGeneric},
	{Name: "resample/neon", ISA: NEON, Needs: NEONBase, NR: 4, Fn: kernels.ResampleNEON},
}
