package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// emitPlaneNEON does columns whose three taps are all there four at a time, the last of which may overlap the ones before, the others
// one by one, in vectors that hold one float.
//
// General registers: R0 block, R1 column, R2 rows left, R3 x, R4 y, R5 xstep, R6 ystep, R7 the first input row of a tile, R8 rows of
// the input, R9 and R10 temporary, R11 columns, R12 end of the columns whose taps are all there, R13 PadW, R14 columns of the input,
// R15 bias, R16 an input or output row. Accumulators are V0..V3, weights V4..V12, inputs V13..V20.
func emitPlaneNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R9", planeRow0)
	f.Op("MOVD %d(R0), R10", planeRow1)
	f.Op("CMP R10, R9")
	f.Op("BGE done")
	for _, l := range [][2]int{{planeXRow, 5}, {planeYRow, 6}, {planeH, 8}, {planeCols, 11}, {planePadW, 13}, {planeWide, 14}, {planeBias, 15}, {planeW, 16}} {
		f.Op("MOVD %d(R0), R%d", l[0], l[1])
	}
	for i := range 9 {
		f.Op("MOVWU %d(R16), R9", 4*i)
		f.Op("VDUP R9, V%d.S4", planeWeights+i)
	}
	f.Op("ADD R13, R14, R12")
	f.Op("SUB $2, R12")
	f.Op("CMP R11, R12")
	f.Op("CSEL GT, R11, R12, R12")
	f.Op("MOVD $0, R1")

	f.Label("column")
	f.Op("CMP R11, R1")
	f.Op("BGE done")
	f.Op("CMP R13, R1")
	f.Op("BLT single")
	f.Op("CMP R12, R1")
	f.Op("BGE single")
	f.Op("ADD $4, R1, R9")
	f.Op("CMP R12, R9")
	f.Op("BLE vector")
	f.Op("SUB $4, R12, R9")
	f.Op("CMP R13, R9")
	f.Op("BLT single")
	f.Op("CMP $0, R9")
	f.Op("BLT single")
	f.Op("MOVD R9, R1")
	f.Label("vector")
	planeNEON{name: "rows", lanes: 4}.down(f)
	f.Op("ADD $4, R1")
	f.Op("B column")
	f.Label("single")
	planeNEON{name: "one", lanes: 1}.down(f)
	f.Op("ADD $1, R1")
	f.Op("B column")
	f.Label("done")
	f.Op("RET")
}

// A planeNEON is the code of tiles of one width.
type planeNEON struct {
	name  string
	lanes int
}

// down runs tiles of four rows, then what is left, down a column.
func (p planeNEON) down(f *neon.Func) {
	f.Op("MOVD %d(R0), R9", planeRow0)
	f.Op("MOVD %d(R0), R2", planeRow1)
	f.Op("SUB R9, R2")
	f.Op("MOVD %d(R0), R4", planeY)
	f.Op("MUL R6, R9, R10")
	f.Op("ADD R10, R4")
	f.Op("ADD R1<<2, R4")
	f.Op("MOVD %d(R0), R10", planePadH)
	f.Op("SUB R10, R9, R7")
	f.Op("MOVD %d(R0), R3", planeX)
	f.Op("MUL R5, R7, R10")
	f.Op("ADD R10, R3")
	f.Op("SUB R13, R1, R10")
	f.Op("ADD R10<<2, R3")
	f.Label(p.name + "down")
	for n := planeRows; n > 1; n-- {
		f.Op("CMP $%d, R2", n)
		f.Op("BGE %s%d", p.name, n)
	}
	for n := 1; n <= planeRows; n++ {
		f.Label(fmt.Sprintf("%s%d", p.name, n))
		p.tile(f, n)
		f.Op("SUBS $%d, R2", n)
		f.Op("BEQ %snext", p.name)
		if n == planeRows {
			f.Op("ADD R5<<2, R3")
			f.Op("ADD R6<<2, R4")
			f.Op("ADD $%d, R7", planeRows)
			f.Op("B %sdown", p.name)
		}
	}
	f.Label(p.name + "next")
}

// tile is n rows: each row of input goes to the outputs whose windows hold it.
func (p planeNEON) tile(f *neon.Func, n int) {
	for i := range n {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	f.Op("MOVD R3, R16")
	for i := range n + 2 {
		skip := fmt.Sprintf("%s%dskip%d", p.name, n, i)
		f.Op("ADD $%d, R7, R9", i)
		f.Op("CMP R8, R9")
		f.Op("BHS %s", skip)
		for kw := range 3 {
			p.taps(f, n, i, kw, fmt.Sprintf("%skw%d", skip, kw))
		}
		f.Label(skip)
		f.Op("ADD R5, R16")
	}
	f.Op("CBZ R15, %s%dput", p.name, n)
	f.Op("MOVWU (R15), R9")
	f.Op("VDUP R9, V13.S4")
	for i := range n {
		f.Fadd(i, i, 13)
	}
	f.Label(fmt.Sprintf("%s%dput", p.name, n))
	f.Op("MOVD R4, R16")
	for i := range n {
		if p.lanes == 1 {
			f.Op("FMOVS F%d, (R16)", i)
		} else {
			f.Op("FMOVQ F%d, (R16)", i)
		}
		f.Op("ADD R6, R16")
	}
}

// taps takes in the inputs of row i that tap kw meets.
func (p planeNEON) taps(f *neon.Func, n, i, kw int, label string) {
	x := 13 + (3*i+kw)%8
	if p.lanes == 1 {
		f.Op("ADD $%d, R1, R9", kw)
		f.Op("SUB R13, R9")
		f.Op("CMP R14, R9")
		f.Op("BHS %s", label)
		f.Op("FMOVS %d(R16), F%d", 4*kw, x)
	} else {
		f.Op("ADD $%d, R16, R10", 4*kw)
		f.Op("FMOVQ (R10), F%d", x)
	}
	for acc := max(0, i-2); acc <= min(i, n-1); acc++ {
		f.Fmla(acc, x, planeWeights+3*(i-acc)+kw)
	}
	if p.lanes == 1 {
		f.Label(label)
	}
}
