package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// The NEON tile is 6 x 16: 24 accumulators V0..V23, two registers of B (V24, V25) and one for each row of A
// (V26..V31), which holds four k where those are adjacent. B's row is read in two pairs.
//
// General registers: R0 block, R1 row of B, R2 ldb, R3 csa, R4 k, R5 segment, R6 segments left, R7 C (or its copy),
// R8 its stride, R9 tiles left, R10 A, R11 C, R12 rsa, R13 ldc, R14 N, R15 and R16 temporary, R19..R24 rows of A.
const (
	neonRows   = 6
	neonEdgeLd = 64
	neonTile   = 8                                // copy of C on the stack: 8(RSP)
	neonBRow   = neonTile + neonRows*neonEdgeLd   // copy of a row of B
	neonFrame  = neonRows*neonEdgeLd + neonEdgeLd // both
)

func emitGemmNEON(f *neon.Func) {
	f.Frame(neonFrame)
	f.Op("MOVD a+0(FP), R0")
	for _, l := range []struct{ off, reg int }{
		{gemmLdb, 2}, {gemmCsa, 3}, {gemmTiles, 9}, {gemmA, 10}, {gemmC, 11}, {gemmRsa, 12}, {gemmLdc, 13}, {gemmN, 14}, {gemmM, 15},
	} {
		f.Op("MOVD %d(R0), R%d", l.off, l.reg)
	}
	for _, r := range []int{9, 14, 15} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	for h := neonRows; h > 1; h-- {
		f.Op("CMP $%d, R15", h)
		f.Op("BEQ h%d", h)
	}
	for h := 1; h <= neonRows; h++ {
		neonBody(f, h)
	}
	f.Label("done")
	f.Op("RET")
}

func neonBody(f *neon.Func, h int) {
	name := fmt.Sprintf("h%d", h)
	f.Label(name)
	neonChoose(f, h, name)
	neonBegin(f, h, name)
	f.Op("MOVD %d(R0), R15", gemmNB)
	f.Op("CMP $16, R15")
	f.Op("BLT %sedge", name)
	neonSegments(f, h, name+"full", func(label string) { neonFull(f, h, label) })
	f.Op("B %sout", name)
	f.Label(name + "edge")
	neonSegments(f, h, name+"mask", func(label string) { neonMasked(f, h, label) })
	f.Label(name + "out")
	neonFinish(f, h, name)
	f.Op("MOVD $%d, R15", h)
	f.Op("MUL R12, R15, R16")
	f.Op("ADD R16, R10")
	f.Op("MUL R13, R15, R16")
	f.Op("ADD R16, R11")
	f.Op("SUBS $1, R9")
	f.Op("BNE %s", name)
	f.Op("B done")
}

// neonChoose points R7 and R8 at C or, where columns are missing, at the stack, and copies C there if it is read.
func neonChoose(f *neon.Func, h int, name string) {
	f.Op("MOVD R11, R7")
	f.Op("MOVD R13, R8")
	f.Op("CMP $16, R14")
	f.Op("BGE %swhole", name)
	f.Op("MOVD $%d(RSP), R7", neonTile)
	f.Op("MOVD $%d, R8", neonEdgeLd)
	f.Op("MOVD %d(R0), R15", gemmInit)
	f.Op("CBZ R15, %swhole", name)
	f.Op("MOVD R11, R15")
	f.Op("MOVD R7, R16")
	neonCopy(f, h, name+"in", 13, 8)
	f.Label(name + "whole")
}

// neonCopy copies h rows of N floats from R15 to R16, with the strides in the given registers.
func neonCopy(f *neon.Func, h int, label string, srcLd, dstLd int) {
	f.Op("MOVD $%d, R4", h)
	f.Label(label)
	neonCopyRow(f, label+"r")
	f.Op("ADD R%d, R15", srcLd)
	f.Op("ADD R%d, R16", dstLd)
	f.Op("SUBS $1, R4")
	f.Op("BNE %s", label)
}

// neonCopyRow copies N floats from R15 to R16: four at a time, then one. It uses R1, R5, R6, R19, V24.
func neonCopyRow(f *neon.Func, label string) {
	f.Op("MOVD R15, R5")
	f.Op("MOVD R16, R6")
	f.Op("MOVD R14, R19")
	f.Label(label + "q")
	f.Op("SUBS $4, R19")
	f.Op("BLT %st", label)
	f.Op("FMOVQ.P 16(R5), F24")
	f.Op("FMOVQ.P F24, 16(R6)")
	f.Op("B %sq", label)
	f.Label(label + "t")
	f.Op("ADDS $4, R19")
	f.Op("BEQ %sd", label)
	f.Label(label + "s")
	f.Op("FMOVS.P 4(R5), F24")
	f.Op("FMOVS.P F24, 4(R6)")
	f.Op("SUBS $1, R19")
	f.Op("BNE %ss", label)
	f.Label(label + "d")
}

func neonAcc(r, q int) int { return 4*r + q }

func neonBegin(f *neon.Func, h int, name string) {
	f.Op("MOVD %d(R0), R15", gemmInit)
	f.Op("CBNZ R15, %sload", name)
	for i := range 4 * h {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	f.Op("B %srun", name)
	f.Label(name + "load")
	f.Op("MOVD R7, R15")
	for r := range h {
		f.Op("FLDPQ (R15), (F%d, F%d)", neonAcc(r, 0), neonAcc(r, 1))
		f.Op("FLDPQ 32(R15), (F%d, F%d)", neonAcc(r, 2), neonAcc(r, 3))
		f.Op("ADD R8, R15")
	}
	f.Label(name + "run")
}

// neonSegments loops over the segments; body emits the loop over k, with its count in R4.
func neonSegments(f *neon.Func, h int, label string, body func(label string)) {
	f.Op("MOVD %d(R0), R5", gemmSegs)
	f.Op("MOVD %d(R0), R6", gemmNSeg)
	f.Label(label + "seg")
	f.Op("SUBS $1, R6")
	f.Op("BLT %send", label)
	f.Op("MOVD %d(R5), R19", segA)
	f.Op("ADD R10, R19")
	for r := 1; r < h; r++ {
		f.Op("ADD R12, R%d, R%d", 18+r, 19+r)
	}
	f.Op("MOVD %d(R0), R1", gemmB)
	f.Op("MOVD %d(R5), R15", segB)
	f.Op("ADD R15, R1")
	f.Op("MOVD %d(R5), R4", segK)
	f.Op("ADD $%d, R5", segSize)
	f.Op("CMP $0, R4")
	f.Op("BLE %sseg", label)
	body(label)
	f.Op("B %sseg", label)
	f.Label(label + "end")
}

// neonFull is the loop over k with whole rows of B: four k at a time where A's are adjacent, then one.
func neonFull(f *neon.Func, h int, label string) {
	f.Op("CMP $4, R3")
	f.Op("BNE %sone", label)
	f.Op("SUBS $4, R4")
	f.Op("BLT %srest", label)
	f.Label(label + "four")
	for r := range h {
		f.Op("FMOVQ.P 16(R%d), F%d", 19+r, 26+r)
	}
	for k := range 4 {
		neonRow(f, h, "R1", k)
		f.Op("ADD R2, R1")
	}
	f.Op("SUBS $4, R4")
	f.Op("BGE %sfour", label)
	f.Label(label + "rest")
	f.Op("ADDS $4, R4")
	f.Op("BEQ %sseg", label)
	f.Label(label + "one")
	neonLoadA(f, h)
	neonRow(f, h, "R1", 0)
	f.Op("ADD R2, R1")
	f.Op("SUBS $1, R4")
	f.Op("BNE %sone", label)
}

// neonMasked is the loop over k with rows of B that end early: each is copied to the stack first.
func neonMasked(f *neon.Func, h int, label string) {
	f.Op("MOVD R5, R25")
	f.Op("MOVD R6, R26")
	f.Label(label + "one")
	f.Op("MOVD R19, R17")
	f.Op("MOVD R1, R15")
	f.Op("MOVD $%d(RSP), R16", neonBRow)
	neonCopyRow(f, label+"b")
	f.Op("MOVD R17, R19")
	neonLoadA(f, h)
	neonRow(f, h, "R16", 0)
	f.Op("ADD R2, R1")
	f.Op("SUBS $1, R4")
	f.Op("BNE %sone", label)
	f.Op("MOVD R25, R5")
	f.Op("MOVD R26, R6")
}

// neonLoadA loads one element of each row of A and steps by csa.
func neonLoadA(f *neon.Func, h int) {
	for r := range h {
		f.Op("FMOVS (R%d), F%d", 19+r, 26+r)
		f.Op("ADD R3, R%d", 19+r)
	}
}

// neonRow adds lane k of each row of A times the row of B at ptr.
func neonRow(f *neon.Func, h int, ptr string, k int) {
	for pair := range 2 {
		f.Op("FLDPQ %d(%s), (F24, F25)", 32*pair, ptr)
		for r := range h {
			f.FmlaElem(neonAcc(r, 2*pair), 24, 26+r, k)
			f.FmlaElem(neonAcc(r, 2*pair+1), 25, 26+r, k)
		}
	}
}

// neonFinish adds the bias, stores the tile and copies it from the stack if it is there.
func neonFinish(f *neon.Func, h int, name string) {
	f.Op("MOVD %d(R0), R15", gemmBias)
	f.Op("CBZ R15, %sstore", name)
	f.Op("MOVD $%d(RSP), R16", neonBRow)
	neonCopyRow(f, name+"bias")
	for q := range 4 {
		f.Op("FMOVQ %d(R16), F24", 16*q)
		for r := range h {
			f.Fadd(neonAcc(r, q), neonAcc(r, q), 24)
		}
	}
	f.Label(name + "store")
	f.Op("MOVD R7, R15")
	for r := range h {
		f.Op("FSTPQ (F%d, F%d), (R15)", neonAcc(r, 0), neonAcc(r, 1))
		f.Op("FSTPQ (F%d, F%d), 32(R15)", neonAcc(r, 2), neonAcc(r, 3))
		f.Op("ADD R8, R15")
	}
	f.Op("CMP $16, R14")
	f.Op("BGE %snext", name)
	f.Op("MOVD R7, R15")
	f.Op("MOVD R11, R16")
	neonCopy(f, h, name+"copy", 8, 13)
	f.Label(name + "next")
}
