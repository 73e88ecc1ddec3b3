//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// gatherRows, scatterRows and seekRows are never assigned to.
var (
	gatherRows = [...]Row[IndexFunc]{
		{Name: "gather/generic", ISA: Generic, Fn: gatherGeneric},
		{Name: "gather/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.GatherNEON},
	}
	scatterRows = [...]Row[IndexFunc]{
		{Name: "scatter/generic", ISA: Generic, Fn: scatterGeneric},
		{Name: "scatter/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.ScatterNEON},
	}
	seekRows = [...]Row[SeekFunc]{
		{Name: "seek/generic", ISA: Generic, Fn: seekGeneric},
		{Name: "seek/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.SeekNEON},
	}
)
