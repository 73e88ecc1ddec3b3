package main

import "github.com/seed-350a5e16/nnc/asm/gen/neon"

// emitTransposeNEON moves blocks of 16 x 16 elements by 4 columns at a time, a line of the destination by one store, and asks ahead as
// the AVX2 form does. What is left goes in strips of 4 columns.
func emitTransposeNEON(f *neon.Func) {
	loadMoveNEON(f)
	f.Label("cols")
	f.Op("MOVD R1, R8")
	f.Op("MOVD R2, R9")
	f.Op("MOVD R3, R10")
	f.Op("CMP $16, R4")
	f.Op("BLT edge")
	f.Label("block")
	f.Op("CMP $16, R10")
	f.Op("BLT edge")
	f.Op("ADD R6<<4, R9, R12")
	f.Op("ADD $%d, R12", askInto)
	f.Op("ADD $%d, R8, R15", askNext)
	f.Op("MOVD R9, R13")
	for q := range 4 {
		f.Op("ADD $%d, R8, R11", 16*q)
		for k := range 16 {
			f.Op("VLD1.P (R11)(R5), [V%d.S4]", k)
		}
		for g := range 4 {
			transposeFourNEON(f, g)
		}
		for k := range 4 {
			f.Op("VST1.P [V%d.S4, V%d.S4, V%d.S4, V%d.S4], (R13)(R6)", 16+4*k, 17+4*k, 18+4*k, 19+4*k)
		}
		for range 4 {
			f.Op("PRFM (R15), PLDL1KEEP")
			f.Op("PRFM (R12), PSTL1KEEP")
			f.Op("ADD R5, R15")
			f.Op("ADD R6, R12")
		}
	}
	f.Op("ADD R5<<4, R8")
	f.Op("ADD $64, R9")
	f.Op("SUB $16, R10")
	f.Op("B block")
	f.Label("edge")
	f.Op("CBZ R10, next")
	transposeEdgeNEON(f)
	f.Label("next")
	f.Op("ADD $64, R1")
	f.Op("ADD R6<<4, R2")
	f.Op("SUBS $16, R4")
	f.Op("BGT cols")
	f.Label("done")
	f.Op("RET")
}

// transposeFourNEON transposes registers 4*g to 4*g+3: columns go to every fourth register from 16+g, a quarter of a line each.
func transposeFourNEON(f *neon.Func, g int) {
	in := 4 * g
	t := [4]int{19, 23, 27, 31} // where the last four go to
	if g == 3 {
		t = [4]int{0, 1, 2, 3}
	}
	f.Op("VTRN1 V%d.S4, V%d.S4, V%d.S4", in+1, in, t[0])
	f.Op("VTRN2 V%d.S4, V%d.S4, V%d.S4", in+1, in, t[1])
	f.Op("VTRN1 V%d.S4, V%d.S4, V%d.S4", in+3, in+2, t[2])
	f.Op("VTRN2 V%d.S4, V%d.S4, V%d.S4", in+3, in+2, t[3])
	f.Op("VTRN1 V%d.D2, V%d.D2, V%d.D2", t[2], t[0], 16+g)
	f.Op("VTRN1 V%d.D2, V%d.D2, V%d.D2", t[3], t[1], 20+g)
	f.Op("VTRN2 V%d.D2, V%d.D2, V%d.D2", t[2], t[0], 24+g)
	f.Op("VTRN2 V%d.D2, V%d.D2, V%d.D2", t[3], t[1], 28+g)
}

// transposeEdgeNEON moves the R10 rows that are left, at least one, of up to 16 columns: strips of 4 columns by blocks of 4 x 4, then
// one by one.
func transposeEdgeNEON(f *neon.Func) {
	f.Op("MOVD $16, R7")
	f.Op("CMP R7, R4")
	f.Op("CSEL LT, R4, R7, R7")
	f.Label("strip")
	f.Op("MOVD R8, R15")
	f.Op("MOVD R9, R16")
	f.Op("MOVD R10, R17")
	f.Op("CMP $4, R7")
	f.Op("BLT rows")
	f.Label("four")
	f.Op("CMP $4, R17")
	f.Op("BLT rows")
	for k := range 4 {
		f.Op("VLD1.P (R15)(R5), [V%d.S4]", k)
	}
	f.Op("MOVD R16, R11")
	transposeFourNEON(f, 0)
	for k := range 4 {
		f.Op("VST1.P [V%d.S4], (R11)(R6)", 16+4*k)
	}
	f.Op("ADD $16, R16")
	f.Op("SUB $4, R17")
	f.Op("B four")
	f.Label("rows")
	f.Op("CBZ R17, across")
	f.Label("row")
	f.Op("MOVD R15, R11")
	f.Op("MOVD R16, R12")
	f.Op("MOVD $4, R13")
	f.Op("CMP R13, R7")
	f.Op("CSEL LT, R7, R13, R13")
	f.Label("one")
	f.Op("MOVWU.P 4(R11), R14")
	f.Op("MOVW R14, (R12)")
	f.Op("ADD R6, R12")
	f.Op("SUBS $1, R13")
	f.Op("BNE one")
	f.Op("ADD R5, R15")
	f.Op("ADD $4, R16")
	f.Op("SUBS $1, R17")
	f.Op("BNE row")
	f.Label("across")
	f.Op("ADD $16, R8")
	f.Op("ADD R6<<2, R9")
	f.Op("SUBS $4, R7")
	f.Op("BGT strip")
}
