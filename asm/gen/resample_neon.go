package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// emitBlendNEON: R0 block, R1 x, R2 y, R3 counts, R4 the taps of a row, R5 rows left, R6 columns left, R7 x of them, R8 y of them, R9 taps
// of the row, R10 and R11 the tap and how many are left, R12 the row of x. V0 to V3 are sums, V4 to V7 elements, V16 the weight.
func emitBlendNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	for i, off := range []int{blendX, blendY, blendCounts, blendTaps, blendM, blendCols} {
		f.Op("MOVD %d(R0), R%d", off, i+1)
	}
	for _, r := range []int{5, 6} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	f.Label("row")
	f.Op("MOVW.P 4(R3), R9")
	f.Op("MOVD %d(R0), R6", blendCols)
	f.Op("MOVD R1, R7")
	f.Op("MOVD R2, R8")
	for _, n := range []int{16, 4, 1} {
		name := fmt.Sprintf("c%d", n)
		f.Label(name)
		f.Op("CMP $%d, R6", n)
		f.Op("BLT %send", name)
		blendBlockNEON(f, name, n)
		f.Op("ADD $%d, R7", 4*n)
		f.Op("ADD $%d, R8", 4*n)
		f.Op("SUB $%d, R6", n)
		f.Op("B %s", name)
		f.Label(name + "end")
	}
	f.Op("ADD R9<<4, R4")
	f.Op("MOVD %d(R0), R12", blendYLd)
	f.Op("ADD R12, R2")
	f.Op("SUBS $1, R5")
	f.Op("BNE row")
	f.Label("done")
	f.Op("RET")
}

// blendBlockNEON sums n columns: vectors, or one float in the first lane.
func blendBlockNEON(f *neon.Func, name string, n int) {
	vectors := max(1, n/4)
	for i := range vectors {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	f.Op("MOVD R4, R10")
	f.Op("SUBS $0, R9, R11")
	f.Op("BLE %sput", name)
	f.Label(name + "tap")
	f.Op("MOVD %d(R10), R12", tapOff)
	f.Op("FMOVS %d(R10), F16", tapW)
	f.Op("ADD R7, R12")
	switch n {
	case 16:
		f.Op("VLD1 (R12), %s", neonFour(4))
	case 4:
		f.Op("FMOVQ (R12), F4")
	default:
		f.Op("FMOVS (R12), F4")
	}
	for i := range vectors {
		f.FmlaElem(i, 4+i, 16, 0)
	}
	f.Op("ADD $%d, R10", tapSize)
	f.Op("SUBS $1, R11")
	f.Op("BNE %stap", name)
	f.Label(name + "put")
	switch n {
	case 16:
		f.Op("VST1 %s, (R8)", neonFour(0))
	case 4:
		f.Op("FMOVQ F0, (R8)")
	default:
		f.Op("FMOVS F0, (R8)")
	}
}

// A resampleNEON writes the kernel. Places are bytes of a vector.
//
// R0 block, R1 x, R2 y, R3 and R4 the counts and parts of a block, R5 rows left, R6 elements left of a row, R7 y in the row, R8 parts left,
// R9 where a part's vector begins, R10 elements of x, R11 temporary. V0 sums, V1 elements of x, V2 places, V3 weights, V4 what comes of
// them, V5 the lanes that have none.
type resampleNEON struct{ f *neon.Func }

func (r *resampleNEON) emit() {
	f := r.f
	f.Op("MOVD a+0(FP), R0")
	for _, l := range [][2]int{{1, resX}, {2, resY}, {5, resRows}, {10, resN}, {6, resM}, {11, resMove}} {
		f.Op("MOVD %d(R0), R%d", l[1], l[0])
	}
	for _, n := range []int{5, 6, 10} {
		f.Op("CMP $0, R%d", n)
		f.Op("BLE done")
	}
	f.Op("CBNZ R11, move")
	r.rows("sum", true)
	f.Op("B done")
	f.Label("move")
	r.rows("pick", false)
	f.Label("done")
	f.Op("RET")
}

// rows goes through all rows.
func (r *resampleNEON) rows(name string, weights bool) {
	f := r.f
	f.Label(name + "row")
	f.Op("MOVD %d(R0), R3", resCounts)
	f.Op("MOVD %d(R0), R4", resParts)
	f.Op("MOVD %d(R0), R6", resM)
	f.Op("MOVD R2, R7")
	f.Label(name + "block")
	f.Op("VEOR V0.B16, V0.B16, V0.B16")
	f.Op("MOVW.P 4(R3), R8")
	f.Op("CMP $0, R8")
	f.Op("BLE %sput", name)
	f.Label(name + "part")
	f.Op("MOVD.P %d(R4), R9", resHead)
	f.Op("ADD R1, R9")
	r.load(name)
	f.Label(name + "loaded")
	f.Op("FMOVQ.P 16(R4), F2")
	f.Op("FMOVQ.P 16(R4), F3")
	f.Op("VTBL V2.B16, [V1.B16], V4.B16")
	f.ShiftRight(5, 2, 31, true)
	if weights {
		f.Mov(6, 0)
		f.Fmla(6, 4, 3)
		f.Three(neon.Bif, 0, 6, 5)
	} else {
		f.Three(neon.Bif, 0, 4, 5)
	}
	f.Op("SUBS $1, R8")
	f.Op("BNE %spart", name)
	f.Label(name + "put")
	f.Op("SUBS $4, R6")
	f.Op("BLT %srest", name)
	f.Op("FMOVQ.P F0, 16(R7)")
	f.Op("BNE %sblock", name)
	f.Op("B %snext", name)
	f.Label(name + "rest")
	f.Op("ADD $4, R6")
	f.Label(name + "single")
	f.Op("FMOVS.P F0, 4(R7)")
	f.Ext(0, 0, 0, 4)
	f.Op("SUBS $1, R6")
	f.Op("BNE %ssingle", name)
	f.Label(name + "next")
	for _, l := range [][2]int{{1, resXLd}, {2, resYLd}} {
		f.Op("MOVD %d(R0), R11", l[1])
		f.Op("ADD R11, R%d", l[0])
	}
	f.Op("SUBS $1, R5")
	f.Op("BNE %srow", name)
}

// load loads four elements, or the row if it has less.
func (r *resampleNEON) load(name string) {
	f := r.f
	f.Op("CMP $4, R10")
	f.Op("BLT %sfew", name)
	f.Op("FMOVQ (R9), F1")
	f.Op("B %sloaded", name)
	f.Label(name + "few")
	f.Op("FMOVS (R9), F1")
	for n := 2; n < 4; n++ {
		f.Op("CMP $%d, R10", n)
		f.Op("BLT %sloaded", name)
		f.Op("ADD $%d, R9, R11", 4*(n-1))
		f.Op("VLD1 (R11), V1.S[%d]", n-1)
	}
}
