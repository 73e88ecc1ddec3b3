package asm

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PeakFunc runs FMAs on registers: the ceiling that shares of compute are of.
type PeakFunc func(*args.Peak)

// peakGeneric is what plain Go reaches: four chains of multiplies and adds.
func peakGeneric(a *args.Peak) {
	a.Flops = 8
	var w, x, y, z float32
	m := float32(0.5)
	for range a.Loops {
		w, x, y, z = w*m+1, x*m+1, y*m+1, z*m+1
	}
	if w+x+y+z < 0 {
		a.Flops = 0
	}
}

// CallPeak enters a row's loop. It panics with a *CallError if loops are not positive.
func CallPeak(row Row[PeakFunc], a *args.Peak) {
	if a.Loops <= 0 {
		panic(&CallError{"peak", "loops", fmt.Sprintf("are %d", a.Loops)})
	}
	row.Fn(a)
}

// PeakRows returns the loops that c may run, best first.
func PeakRows(c CPU) []Row[PeakFunc] { return fitting(c, peakRows[:]) }

// PeakWordsRows returns the loops that do what an exact product of bytes without VNNI is made of, best first: multiplies of words
// and additions. Without AVX2 there is the generic one alone.
func PeakWordsRows(c CPU) []Row[PeakFunc] { return fitting(c, peakWordsRows[:]) }

// PeakTilesRows returns the loops over products of bytes on tile registers, best first. Without AMX there is the generic one alone.
func PeakTilesRows(c CPU) []Row[PeakFunc] { return fitting(c, peakTilesRows[:]) }
