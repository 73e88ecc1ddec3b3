package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// A momentsNEON writes one kernel. V0..V3 are sums, V4..V7 products, V8..V11 what x is measured from, V20..V23 scales, V24..V27 shifts, V16 to
// V18 temporaries, V19 is 0.
//
// General registers: R0 block, R1 x, R2 g, R3 columns left, R4 offset of the columns, R5 and R6 x and g in the row, R7 rows left, R8 and R9 the
// steps, R10 temporary.
type momentsNEON struct {
	f  *neon.Func
	op momentsOp
}

func (m *momentsNEON) emit() {
	f := m.f
	f.Op("MOVD a+0(FP), R0")
	for _, off := range []int{momRows, momCols} {
		f.Op("MOVD %d(R0), R10", off)
		f.Op("CMP $0, R10")
		f.Op("BLE done")
	}
	for _, l := range [][2]int{{1, momX}, {2, momG}, {3, momCols}, {8, momXStep}, {9, momGStep}} {
		f.Op("MOVD %d(R0), R%d", l[1], l[0])
	}
	f.Op("MOVD ZR, R4")
	for _, b := range []struct{ vectors, columns int }{{4, 16}, {1, 4}, {1, 1}} {
		name := fmt.Sprintf("c%d", b.columns)
		f.Label(name)
		f.Op("CMP $%d, R3", b.columns)
		f.Op("BLT %send", name)
		m.block(name, b.vectors, b.columns == 1)
		f.Op("ADD $%d, R4", 4*b.columns)
		f.Op("SUB $%d, R3", b.columns)
		f.Op("B %s", name)
		f.Label(name + "end")
	}
	f.Label("done")
	f.Op("RET")
}

func (m *momentsNEON) load(base string, i, v int, alone bool) {
	if alone {
		m.f.Op("FMOVS (%s), F%d", base, v)
		return
	}
	m.f.Op("FMOVQ %d(%s), F%d", 16*i, base, v)
}

// block sums vectors of columns, or one column.
func (m *momentsNEON) block(name string, vectors int, alone bool) {
	f := m.f
	for i := range vectors {
		for _, v := range []int{i, 4 + i} {
			f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", v, v, v)
		}
	}
	m.row(momAt, 8, vectors, alone)
	if m.op.gated {
		m.row(momScale, 20, vectors, alone)
		m.row(momShift, 24, vectors, alone)
		f.Op("VEOR V19.B16, V19.B16, V19.B16")
	}
	f.Op("ADD R4, R1, R5")
	f.Op("ADD R4, R2, R6")
	f.Op("MOVD %d(R0), R7", momRows)
	f.Label(name + "loop")
	for i := range vectors {
		m.take(i, alone)
	}
	f.Op("ADD R8, R5")
	f.Op("ADD R9, R6")
	f.Op("SUBS $1, R7")
	f.Op("BNE %sloop", name)
	m.store(momSum, 0, vectors, alone)
	m.store(momDot, 4, vectors, alone)
}

// row loads what there is one of for each column.
func (m *momentsNEON) row(off, first, vectors int, alone bool) {
	m.f.Op("MOVD %d(R0), R10", off)
	m.f.Op("ADD R4, R10")
	for i := range vectors {
		m.load("R10", i, first+i, alone)
	}
}

func (m *momentsNEON) store(off, first, vectors int, alone bool) {
	f := m.f
	f.Op("MOVD %d(R0), R10", off)
	f.Op("ADD R4, R10")
	for i := range vectors {
		if alone {
			f.Op("FMOVS F%d, (R10)", first)
			continue
		}
		f.Op("FMOVQ F%d, %d(R10)", first+i, 16*i)
	}
}

// take adds vector i of a row.
func (m *momentsNEON) take(i int, alone bool) {
	f := m.f
	m.load("R5", i, 16, alone)
	g := 16
	if m.op.dots {
		g = 17
		m.load("R6", i, g, alone)
	}
	f.Fsub(16, 16, 8+i)
	if m.op.gated {
		f.Fmul(18, 16, 20+i)
		f.Fadd(18, 18, 24+i)
		f.Three(neon.Fcmgt, 18, 18, 19)
		f.Op("VAND V18.B16, V17.B16, V17.B16")
	}
	f.Fadd(i, i, g)
	f.Fmla(4+i, g, 16)
}
