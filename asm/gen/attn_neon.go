package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// attnNEON writes the kernel for vectors of four floats: a key at a time, its 32 lanes in V0..V7.
//
// General registers: R0 block, R1 keys left, R2 row of K, R3 KRow, R4 keys of the block, R5 score, R6 keys of the block left, R7 in
// the row, R8 in Q, R9 columns left, R10 mask, R11 temporary, R12 row of V, R13 VRow, R14 O, R15 columns of O left, R16 V, R17
// constants, R19 for a walk through them.
type attnNEON struct {
	*neon.Func
	x *vasm.NEON
}

const (
	attnNEONTop   = 30
	attnNEONDecay = 31 // what sums and values of earlier blocks shrink by
)

func emitAttnNEON(f *neon.Func, pool *vasm.Pool) {
	a := attnNEON{f, &vasm.NEON{Pool: pool, Base: "R17", Next: "R19"}}
	a.x.Begin(f)
	f.Op("MOVD a+0(FP), R0")
	a.load(attnKeys, 1)
	f.Op("CMP $0, R1")
	f.Op("BLE done")
	f.Op("MOVD $%s<>(SB), R17", pool.Symbol)
	for _, l := range [][2]int{{attnK, 2}, {attnKRow, 3}, {attnMask, 10}, {attnVRow, 13}, {attnV, 16}} {
		a.load(l[0], l[1])
	}
	f.Label("block")
	f.Op("MOVD $%d, R4", attnBlock)
	f.Op("CMP R4, R1")
	f.Op("CSEL LT, R1, R4, R4")
	a.scores()
	a.softmax()
	a.values()
	f.Op("MUL R4, R13, R11")
	f.Op("ADD R11, R16")
	f.Op("SUBS R4, R1")
	f.Op("BGT block")
	f.Label("done")
	f.Op("RET")
}

func (a attnNEON) load(off, r int) { a.Op("MOVD %d(R0), R%d", off, r) }

// pairs loads or stores eight vectors from V0 on at a field of the block; R11 is used.
func (a attnNEON) pairs(op string, off int) {
	a.Op("ADD $%d, R0, R11", off)
	for i := 0; i < 8; i += 2 {
		if op == "FLDPQ" {
			a.Op("FLDPQ %d(R11), (F%d, F%d)", 16*i, i, i+1)
		} else {
			a.Op("FSTPQ (F%d, F%d), %d(R11)", i, i+1, 16*i)
		}
	}
}

// scores fills Scores, with -Inf where there is no key.
func (a attnNEON) scores() {
	a.Op("CMP $%d, R4", attnBlock)
	a.Op("BEQ all")
	a.Op("MOVD $0x%x, R11", 0xff800000)
	for i := range 8 {
		a.Op("VDUP R11, V%d.S4", i)
	}
	a.pairs("FSTPQ", attnScores)
	a.Label("all")
	a.Op("ADD $%d, R0, R5", attnScores)
	a.Op("MOVD R4, R6")
	a.Label("key")
	for i := range 8 {
		a.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	a.Op("MOVD R2, R7")
	a.load(attnQ, 8)
	a.load(attnD, 9)
	a.dot()
	for n := 4; n > 0; n /= 2 {
		for i := range n {
			a.Fadd(i, i, i+n)
		}
	}
	a.turn(a.Fadd, 0, 16)
	a.Op("FMOVS %d(R0), F16", attnFactor)
	a.Fmul(0, 0, 16)
	a.Op("CBZ R10, unmasked")
	a.Op("FMOVS.P 4(R10), F16")
	a.Fadd(0, 0, 16)
	a.Label("unmasked")
	a.Op("FMOVS.P F0, 4(R5)")
	a.Op("ADD R3, R2")
	a.Op("SUBS $1, R6")
	a.Op("BNE key")
}

// turn folds the four lanes of v onto each other; t is free.
func (a attnNEON) turn(op func(d, n, m int), v, t int) {
	for _, by := range []int{8, 4} {
		a.Ext(t, v, v, by)
		op(v, v, t)
	}
}

// dot adds the products along a row of K to the lanes.
func (a attnNEON) dot() {
	a.Op("SUBS $%d, R9", attnBlock)
	a.Op("BLT tail")
	a.Label("columns")
	for i := 0; i < 8; i += 2 {
		a.Op("FLDPQ.P 32(R8), (F%d, F%d)", 16+i, 17+i)
		a.Op("FLDPQ.P 32(R7), (F%d, F%d)", 24+i, 25+i)
	}
	for i := range 8 {
		a.Fmla(i, 16+i, 24+i)
	}
	a.Op("SUBS $%d, R9", attnBlock)
	a.Op("BGE columns")
	a.Label("tail")
	a.load(attnTail, 9)
	for i := range 8 {
		a.Op("CMP $4, R9")
		a.Op("BLT part%d", i)
		a.Op("FMOVQ.P 16(R8), F16")
		a.Op("FMOVQ.P 16(R7), F24")
		a.Fmla(i, 16, 24)
		a.Op("SUB $4, R9")
	}
	for i := range 8 {
		a.Label(fmt.Sprintf("part%d", i))
		a.Op("CBZ R9, folded")
		a.Op("FMOVS.P 4(R8), F16") // and zeros in the other lanes
		a.Op("FMOVS.P 4(R7), F24")
		for lane := 1; lane < 3; lane++ {
			a.Op("SUBS $1, R9")
			a.Op("BEQ last%d", i)
			a.Op("VLD1.P 4(R8), V16.S[%d]", lane)
			a.Op("VLD1.P 4(R7), V24.S[%d]", lane)
		}
		a.Label(fmt.Sprintf("last%d", i))
		a.Fmla(i, 16, 24)
		a.Op("B folded")
	}
	a.Label("folded")
}

// softmax makes weights of the scores and adds them to the sums.
func (a attnNEON) softmax() {
	const top, decay = attnNEONTop, attnNEONDecay
	a.pairs("FLDPQ", attnScores)
	a.Fmax(top, 0, 1)
	for i := 2; i < 8; i++ {
		a.Fmax(top, top, i)
	}
	a.turn(a.Fmax, top, 8)
	a.Op("ADD $%d, R0, R11", attnTop)
	a.Op("VLD1R (R11), [V%d.S4]", decay)
	a.Fmax(top, top, decay)
	a.Op("FMOVS F%d, (R11)", top)
	acc, temps := []int{0, 1, 2, 3, 4, 5, 6, 7, decay}, []int{}
	for i := 8; i < top; i++ {
		temps = append(temps, i)
	}
	b, y := expUnder(a.x.Features(), top)
	if err := vasm.Emit(a.x, b, y, acc, temps, 4, 0); err != nil {
		panic(fmt.Errorf("attention: %w", err)) // TestFresh runs it: the generator's registers do not suffice
	}
	a.pairs("FSTPQ", attnScores)
	a.Op("ADD $%d, R0, R11", attnSums)
	for i := range 8 {
		a.Op("FMOVQ %d(R11), F8", 16*i)
		a.Fmla(i, 8, decay)
		a.Op("FMOVQ F%d, %d(R11)", i, 16*i)
	}
}

// values adds the rows of V by weight to O: 32 columns at a time, then four, then one.
func (a attnNEON) values() {
	a.load(attnO, 14)
	a.load(attnDV, 15)
	a.Op("MOVD R16, R20")
	for _, n := range []int{32, 4, 1} {
		name := fmt.Sprintf("wide%d", n)
		vectors, move := max(1, n/4), "FMOVQ"
		if n == 1 {
			move = "FMOVS"
		}
		a.Label(name)
		a.Op("CMP $%d, R15", n)
		a.Op("BLT %send", name)
		for i := range vectors {
			a.Op("%s %d(R14), F%d", move, 16*i, i)
			a.Fmul(i, i, attnNEONDecay)
		}
		a.Op("ADD $%d, R0, R5", attnScores)
		a.Op("MOVD R20, R12")
		a.Op("MOVD R4, R6")
		a.Label(name + "key")
		a.Op("VLD1R (R5), [V16.S4]")
		a.Op("ADD $4, R5")
		for i := range vectors {
			a.Op("%s %d(R12), F%d", move, 16*i, 17+i)
		}
		for i := range vectors {
			a.Fmla(i, 17+i, 16)
		}
		a.Op("ADD R13, R12")
		a.Op("SUBS $1, R6")
		a.Op("BNE %skey", name)
		for i := range vectors {
			a.Op("%s F%d, %d(R14)", move, i, 16*i)
		}
		a.Op("ADD $%d, R14", 4*n)
		a.Op("ADD $%d, R20", 4*n)
		a.Op("SUB $%d, R15", n)
		a.Op("B %s", name)
		a.Label(name + "end")
	}
}
