package main

import (
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// weightsNEON decodes one panel after the other. R0 block, R1 weights, R2 output, R3 blocks left, R4 panels left, R5 and R6 the
// panel's beginnings, R7 whether scales are halves, R8 and R9 distances, R10 lines left; V0..V3 scales, V24..V27 what a weight
// of zero is, V4 the zero point, negated, V5 the mask of a nibble.
type weightsNEON struct{ bits int }

func (w weightsNEON) emit(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	for _, l := range []struct{ off, reg int }{
		{weightsW, 5}, {weightsY, 6}, {weightsPanels, 4}, {weightsHalf, 7}, {weightsWps, 8}, {weightsYps, 9}, {weightsZero, 11},
	} {
		f.Op("MOVD %d(R0), R%d", l.off, l.reg)
	}
	f.Op("NEG R11, R11")
	f.Op("VDUP R11, V4.S4")
	f.Two(neon.Scvtf, 4, 4)
	f.Op("VMOVI $15, V5.B16")
	f.Label("panel")
	f.Op("SUBS $1, R4")
	f.Op("BLT done")
	f.Op("MOVD R5, R1")
	f.Op("MOVD R6, R2")
	f.Op("ADD R8, R5")
	f.Op("ADD R9, R6")
	f.Op("MOVD %d(R0), R3", weightsBlocks)
	f.Label("block")
	f.Op("SUBS $1, R3")
	f.Op("BLT panel")
	w.scales(f)
	f.Op("MOVD $%d, R10", 4*w.bits)
	f.Label("line")
	f.Op("FMOVQ.P 16(R1), F6")
	if w.bits == 8 {
		w.line(f, 6)
	} else {
		f.Op("VUSHR $4, V6.B16, V7.B16")
		f.Op("VAND V5.B16, V6.B16, V6.B16")
		w.line(f, 6)
		w.line(f, 7)
	}
	f.Op("SUBS $1, R10")
	f.Op("BNE line")
	f.Op("B block")
	f.Label("done")
	f.Op("RET")
}

func (w weightsNEON) scales(f *neon.Func) {
	f.Op("CBNZ R7, half")
	f.Op("FLDPQ.P 32(R1), (F0, F1)")
	f.Op("FLDPQ.P 32(R1), (F2, F3)")
	f.Op("B scaled")
	f.Label("half")
	f.Op("FLDPQ.P 32(R1), (F16, F17)")
	for i := range 4 {
		f.WidenHalf(i, 16+i/2, i%2 == 1)
	}
	f.Label("scaled")
	for i := range 4 {
		f.Three(neon.FmulL, 24+i, 4, i)
	}
}

// line makes 16 floats of the signed bytes of n and stores them.
func (w weightsNEON) line(f *neon.Func, n int) {
	f.SignWiden8(16, n, false)
	f.SignWiden8(17, n, true)
	for i := range 4 {
		f.SignWiden16(18, 16+i/2, i%2 == 1)
		f.Two(neon.Scvtf, 18, 18)
		f.Op("VMOV V%d.B16, V%d.B16", 24+i, 20+i)
		f.Fmla(20+i, 18, i)
	}
	f.Op("FSTPQ.P (F20, F21), 32(R2)")
	f.Op("FSTPQ.P (F22, F23), 32(R2)")
}
