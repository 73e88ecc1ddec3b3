package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// A foldNEON writes one kernel. V0..V3 is what is folded so far, V4..V7, for an arg, the places of it, V16..V19 are temporaries, V20 the
// identity, V21 the place of now, V22 its step, V23 the first lane alone, V24..V27 the integers from 0 on.
//
// General registers: R0 block, R1 x, R2 y, R3 rows, R4 columns, R5 and R6 x and y at the block, R7 element, R8 elements left, R9 step, R10
// and R11 temporary.
type foldNEON struct {
	f  *neon.Func
	op foldOp
}

const (
	foldTemp  = 16
	foldFrom  = 20
	foldNow   = 21
	foldStep  = 22
	foldLane  = 23
	foldFirst = 24
	foldAccs  = 4
)

func (n *foldNEON) lanes() int { return 16 / n.op.size() }

func (n *foldNEON) emit() {
	f := n.f
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R3", foldRows)
	for _, off := range []int{foldN, foldCols, foldRows} {
		f.Op("MOVD %d(R0), R10", off)
		f.Op("CMP $0, R10")
		f.Op("BLE done")
	}
	f.Op("MOVD %d(R0), R1", foldX)
	f.Op("MOVD %d(R0), R2", foldY)
	f.Op("MOVD %d(R0), R9", foldXStep)
	n.fill(foldFrom, n.op.identity(), n.op.size())
	if n.op.arg() && n.op.rows {
		n.constants()
	}
	f.Label("row")
	if n.op.rows {
		n.along()
	} else {
		n.down()
	}
	f.Op("MOVD %d(R0), R10", foldXRow)
	f.Op("ADD R10, R1")
	f.Op("MOVD %d(R0), R10", foldYRow)
	f.Op("ADD R10, R2")
	f.Op("SUBS $1, R3")
	f.Op("BNE row")
	f.Label("done")
	f.Op("RET")
}

// constants are the first lane alone, and the integers.
func (n *foldNEON) constants() {
	f := n.f
	n.zero(foldLane)
	f.Op("MOVW $-1, R10")
	f.Op("VMOV R10, V%d.S[0]", foldLane)
	for i := range 4 * foldAccs {
		f.Op("MOVD $%d, R10", i)
		f.Op("VMOV R10, V%d.S[%d]", foldFirst+i/4, i%4)
	}
}

// fill sets all lanes of size bytes.
func (n *foldNEON) fill(v int, bits uint64, size int) {
	if bits == 0 {
		n.zero(v)
		return
	}
	n.f.Op("MOVD $%d, R10", int64(bits))
	lanes := "S4"
	if size == 8 {
		lanes = "D2"
	}
	n.f.Op("VDUP R10, V%d.%s", v, lanes)
}

func (n *foldNEON) zero(v int) { n.f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", v, v, v) }

// load and store move vector i, or a lane alone.
func (n *foldNEON) load(base, i, v int, alone bool) {
	switch {
	case !alone:
		n.f.Op("FMOVQ %d(R%d), F%d", 16*i, base, v)
	case n.op.size() == 8:
		n.f.Op("FMOVD (R%d), F%d", base, v)
	default:
		n.f.Op("FMOVS (R%d), F%d", base, v)
	}
}

func (n *foldNEON) store(v, base, i int, alone bool) {
	switch {
	case !alone:
		n.f.Op("FMOVQ F%d, %d(R%d)", v, 16*i, base)
	case n.op.size() == 8:
		n.f.Op("FMOVD F%d, (R%d)", v, base)
	default:
		n.f.Op("FMOVS F%d, (R%d)", v, base)
	}
}

// combine folds x into acc; t is a temporary.
func (n *foldNEON) combine(x, acc, t int) {
	f, wide, most := n.f, n.op.size() == 8, n.op.most()
	switch {
	case n.op.kind == foldSum && wide:
		f.Three(neon.AddWide, acc, acc, x)
	case n.op.kind == foldSum:
		f.Three(neon.Add, acc, acc, x)
	case n.op.float() && most:
		f.Fmax(acc, acc, x)
	case n.op.float():
		f.Fmin(acc, acc, x)
	case wide && most:
		f.Three(neon.CmgtWide, t, x, acc)
		f.Three(neon.Bit, acc, x, t)
	case wide:
		f.Three(neon.CmgtWide, t, acc, x)
		f.Three(neon.Bit, acc, x, t)
	case most:
		f.Three(neon.Smax, acc, acc, x)
	default:
		f.Three(neon.Smin, acc, acc, x)
	}
}

// better puts x, and the place of now, where x beats acc i, in the first lane only if it is alone. NaN beats all but NaN.
func (n *foldNEON) better(x, i, t int, alone bool) {
	f := n.f
	switch most := n.op.most(); {
	case n.op.float():
		if most {
			f.Three(neon.Fcmge, t, i, x)
		} else {
			f.Three(neon.Fcmge, t, x, i)
		}
		f.Three(neon.Fcmeq, t+1, i, i)
		f.Three(neon.Bic, t, t+1, t)
	case most:
		f.Three(neon.Cmgt, t, x, i)
	default:
		f.Three(neon.Cmgt, t, i, x)
	}
	if alone && n.op.rows {
		f.Three(neon.And, t, t, foldLane)
	}
	f.Three(neon.Bit, i, x, t)
	f.Three(neon.Bit, foldAccs+i, foldNow, t)
}

// fold takes a vector of memory, or an element, into acc i.
func (n *foldNEON) fold(base, at, i int, alone bool) {
	n.load(base, at, foldTemp, alone)
	if n.op.arg() {
		n.better(foldTemp, i, foldTemp+1, alone)
		return
	}
	if alone && n.op.rows { // other lanes add nothing
		n.f.Mov(foldTemp+2, foldFrom)
		n.f.Op("VMOV V%d.%s[0], V%d.%[2]s[0]", foldTemp, n.letter(), foldTemp+2)
		n.combine(foldTemp+2, i, foldTemp+1)
		return
	}
	n.combine(foldTemp, i, foldTemp+1)
}

// letter is that of a lane.
func (n *foldNEON) letter() string {
	if n.op.size() == 8 {
		return "D"
	}
	return "S"
}

func (n *foldNEON) begin(accs int) {
	for i := range accs {
		n.f.Mov(i, foldFrom)
		if n.op.arg() {
			n.zero(foldAccs + i)
		}
	}
}

// down takes the columns of a row: four vectors at a time, then one, then an element.
func (n *foldNEON) down() {
	f := n.f
	f.Op("MOVD %d(R0), R4", foldCols)
	f.Op("MOVD R1, R5")
	f.Op("MOVD R2, R6")
	for _, b := range []struct {
		vectors, elements int
	}{{foldAccs, foldAccs * n.lanes()}, {1, n.lanes()}, {1, 1}} {
		name := fmt.Sprintf("e%d", b.elements)
		f.Label(name)
		f.Op("CMP $%d, R4", b.elements)
		f.Op("BLT %send", name)
		n.block(name, b.vectors, b.elements == 1)
		f.Op("ADD $%d, R5", b.elements*n.op.size())
		f.Op("ADD $%d, R6", b.elements*n.op.size())
		f.Op("SUB $%d, R4", b.elements)
		f.Op("B %s", name)
		f.Label(name + "end")
	}
}

// block folds columns.
func (n *foldNEON) block(name string, vectors int, alone bool) {
	f := n.f
	n.begin(vectors)
	if n.op.arg() {
		n.zero(foldNow)
		n.fill(foldStep, 1, 4)
	} else {
		f.Op("MOVD %d(R0), R10", foldInit)
		f.Op("CBZ R10, %sgo", name)
		for i := range vectors {
			n.load(6, i, i, alone)
		}
		f.Label(name + "go")
	}
	f.Op("MOVD R5, R7")
	f.Op("MOVD %d(R0), R8", foldN)
	f.Label(name + "loop")
	for i := range vectors {
		n.fold(7, i, i, alone)
	}
	if n.op.arg() {
		f.Three(neon.Add, foldNow, foldNow, foldStep)
	}
	f.Op("ADD R9, R7")
	f.Op("SUBS $1, R8")
	f.Op("BNE %sloop", name)
	for i := range vectors {
		v := i
		if n.op.arg() {
			v += foldAccs
		}
		n.store(v, 6, i, alone)
	}
}

// along folds a row: four vectors at a time, then one, then an element.
func (n *foldNEON) along() {
	f := n.f
	n.begin(foldAccs)
	if n.op.arg() {
		n.zero(foldNow)
	}
	f.Op("MOVD R1, R7")
	f.Op("MOVD %d(R0), R8", foldN)
	for _, b := range []struct {
		vectors, elements int
	}{{foldAccs, foldAccs * n.lanes()}, {1, n.lanes()}, {1, 1}} {
		name := fmt.Sprintf("e%d", b.elements)
		if n.op.arg() {
			n.fill(foldStep, uint64(b.elements), 4)
		}
		f.Label(name)
		f.Op("CMP $%d, R8", b.elements)
		f.Op("BLT %send", name)
		for i := range b.vectors {
			n.fold(7, i, i, b.elements == 1)
		}
		if n.op.arg() {
			f.Three(neon.Add, foldNow, foldNow, foldStep)
		}
		f.Op("ADD $%d, R7", b.elements*n.op.size())
		f.Op("SUB $%d, R8", b.elements)
		f.Op("B %s", name)
		f.Label(name + "end")
	}
	if n.op.arg() {
		n.first()
		return
	}
	for i := 1; i < foldAccs; i++ {
		n.combine(i, 0, foldTemp)
	}
	n.allLanes(0)
	n.store(0, 2, 0, true)
}

// allLanes folds the lanes of a register into all of them.
func (n *foldNEON) allLanes(v int) {
	for by := 8; by >= n.op.size(); by /= 2 {
		n.f.Ext(foldTemp, v, v, by)
		n.combine(foldTemp, v, foldTemp+1)
	}
}

// first stores the least place of all lanes that hold the best. If one holds NaN, so does the best of all, which equals none then: the
// lanes are those that differ from themselves.
func (n *foldNEON) first() {
	f := n.f
	const best, result = foldTemp + 3, foldFirst + foldAccs
	f.Mov(best, 0)
	for i := 1; i < foldAccs; i++ {
		n.combine(i, best, foldTemp)
	}
	n.allLanes(best)
	n.fill(result, maxInt32, 4)
	for i := range foldAccs {
		if n.op.float() {
			f.Three(neon.Fcmeq, foldTemp, i, best)
			f.Three(neon.Fcmeq, foldTemp+1, i, i)
			f.Two(neon.Not, foldTemp+1, foldTemp+1)
			f.Three(neon.Orr, foldTemp, foldTemp, foldTemp+1)
		} else {
			f.Three(neon.Cmeq, foldTemp, i, best)
		}
		f.Three(neon.Add, foldTemp+1, foldAccs+i, foldFirst+i)
		n.fill(foldTemp+2, maxInt32, 4)
		f.Three(neon.Bit, foldTemp+2, foldTemp+1, foldTemp)
		f.Three(neon.Smin, result, result, foldTemp+2)
	}
	f.LeastOf(result, result)
	f.Op("FMOVS F%d, (R2)", result)
}
