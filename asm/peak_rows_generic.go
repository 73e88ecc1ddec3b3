//go:build purego || !(amd64 || arm64)

package asm

// peakRows is never assigned to.
var peakRows = [...]Row[PeakFunc]{
	{Name: "peak/generic", ISA: Generic, Fn: peakGeneric},
}

// peakWordsRows is never assigned to. The instructions are those of AVX2.
var peakWordsRows = [...]Row[PeakFunc]{{Name: "peakwords/generic", ISA: Generic, Fn: peakGeneric}}

// peakTilesRows is never assigned to. The instructions are those of AMX.
var peakTilesRows = [...]Row[PeakFunc]{{Name: "peaktiles/generic", ISA: Generic, Fn: peakGeneric}}
