package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// The tile of CPUs with SDOT is that of f32 products: 6 x 16, a register for four steps of a row of A. SDOT multiplies signed
// bytes, so A's highest bits are turned: that is A - 128, and the driver adds the sums of B's columns 128 times.
const (
	sdotBit = 24 // before B is read into it: 128 in each byte
	sdotA   = 26
)

func emitQGemmSDOT(f *neon.Func) {
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
		sdotBody(f, h)
	}
	f.Label("done")
	f.Op("RET")
}

func sdotBody(f *neon.Func, h int) {
	name := fmt.Sprintf("h%d", h)
	f.Label(name)
	neonChoose(f, h, name)
	for i := range 4 * h {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	neonSegments(f, h, name+"full", func(label string) { sdotSteps(f, h, label) })
	sdotFinish(f, h, name)
	f.Op("MOVD $%d, R15", h)
	f.Op("MUL R12, R15, R16")
	f.Op("ADD R16, R10")
	f.Op("MUL R13, R15, R16")
	f.Op("ADD R16, R11")
	f.Op("SUBS $1, R9")
	f.Op("BNE %s", name)
	f.Op("B done")
}

// sdotSteps is the loop over steps of four k: four at a time, then one.
func sdotSteps(f *neon.Func, h int, label string) {
	turn := func() {
		f.Op("VMOVI $128, V%d.B16", sdotBit)
		for r := range h {
			f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", sdotBit, sdotA+r, sdotA+r)
		}
	}
	f.Op("SUBS $4, R4")
	f.Op("BLT %srest", label)
	f.Label(label + "four")
	for r := range h {
		f.Op("FMOVQ.P 16(R%d), F%d", 19+r, sdotA+r)
	}
	turn()
	for k := range 4 {
		sdotRow(f, h, k)
	}
	f.Op("SUBS $4, R4")
	f.Op("BGE %sfour", label)
	f.Label(label + "rest")
	f.Op("ADDS $4, R4")
	f.Op("BEQ %sseg", label)
	f.Label(label + "one")
	neonLoadA(f, h)
	turn()
	sdotRow(f, h, 0)
	f.Op("SUBS $1, R4")
	f.Op("BNE %sone", label)
}

// sdotRow adds group k of each row of A times the line of q8.
func sdotRow(f *neon.Func, h, k int) {
	for pair := range 2 {
		f.Op("FLDPQ %d(R1), (F24, F25)", 32*pair)
		for r := range h {
			f.SdotElem(neonAcc(r, 2*pair), 24, sdotA+r, k)
			f.SdotElem(neonAcc(r, 2*pair+1), 25, sdotA+r, k)
		}
	}
	f.Op("ADD R2, R1")
}

// sdotFinish adds the bias and C, stores the tile and copies it from the stack if it is there.
func sdotFinish(f *neon.Func, h int, name string) {
	f.Op("MOVD %d(R0), R15", gemmBias)
	f.Op("CBZ R15, %snobias", name)
	f.Op("MOVD $%d(RSP), R16", neonBRow)
	neonCopyRow(f, name+"bias")
	for q := range 4 {
		f.Op("FMOVQ %d(R16), F24", 16*q)
		for r := range h {
			f.Op("VADD V24.S4, V%d.S4, V%d.S4", neonAcc(r, q), neonAcc(r, q))
		}
	}
	f.Label(name + "nobias")
	f.Op("MOVD %d(R0), R15", gemmInit)
	f.Op("CBZ R15, %sstore", name)
	f.Op("MOVD R7, R15")
	for r := range h {
		for q := range 4 {
			f.Op("FMOVQ %d(R15), F24", 16*q)
			f.Op("VADD V24.S4, V%d.S4, V%d.S4", neonAcc(r, q), neonAcc(r, q))
		}
		f.Op("ADD R8, R15")
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
