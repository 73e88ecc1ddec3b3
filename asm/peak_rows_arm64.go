//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// peakRows is never assigned to.
var peakRows = [...]Row[PeakFunc]{
	{Name: "peak/generic", ISA: Generic, Fn: peakGeneric},
	{Name: "peak/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.PeakNEON},
}

// peakWordsRows is never assigned to. The instructions are those of AVX2.
var peakWordsRows = [...]Row[PeakFunc]{{Name: "peakwords/generic", ISA: Generic, Fn: peakGeneric}}

// peakTilesRows is never assigned to. The instructions are those of AMX.
var peakTilesRows = [...]Row[PeakFunc]{{Name: "peaktiles/generic", ISA: Generic, Fn: peakGeneric}}
