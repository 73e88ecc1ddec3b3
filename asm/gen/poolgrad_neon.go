package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// emitPoolGradNEON works on four channels at a time, then on one, in vectors that hold one float.
//
// General registers: R0 block, R1 segment, R2 segments left, R3 x, R4 dx, R5 y, R6 dy, R7 pixels, R8 offset of the channels, R9
// channels left, R10 xstep, R11 ystep, R12 an input, R13 and R14 temporary. V0 dy, V1 y, V2 x, V3 dx, V4 the divisor, V5 channels whose
// gradient is still to be given, V6 and V7 temporary, V8 all ones.
func emitPoolGradNEON(f *neon.Func, op poolGradOp) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R7", gradM)
	f.Op("MOVD %d(R0), R9", gradC)
	f.Op("MOVD %d(R0), R2", gradNSeg)
	for _, r := range []int{7, 9, 2} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	f.Op("MOVD %d(R0), R10", gradXStep)
	f.Op("MOVD %d(R0), R11", gradYStep)
	f.Op("MOVWU %d(R0), R13", gradDiv)
	f.Op("VDUP R13, V4.S4")
	f.Op("MOVD $-1, R13")
	f.Op("VDUP R13, V8.D2")
	f.Op("MOVD $0, R8")
	for _, lanes := range []int{4, 1} {
		poolGradNEON{op, lanes}.emit(f)
	}
	f.Label("done")
	f.Op("RET")
}

// A poolGradNEON is the code for some channels.
type poolGradNEON struct {
	op    poolGradOp
	lanes int
}

func (p poolGradNEON) load(f *neon.Func, base, to int) {
	if p.lanes == 1 {
		f.Op("FMOVS (R%d), F%d", base, to)
		return
	}
	f.Op("FMOVQ (R%d), F%d", base, to)
}

func (p poolGradNEON) emit(f *neon.Func) {
	name := fmt.Sprintf("c%d", p.lanes)
	f.Label(name)
	f.Op("CMP $%d, R9", p.lanes)
	f.Op("BLT %send", name)
	for i, off := range []int{gradX, gradDX, gradY, gradDY} {
		f.Op("MOVD %d(R0), R%d", off, 3+i)
		f.Op("ADD R8, R%d", 3+i)
	}
	f.Op("MOVD %d(R0), R7", gradM)
	f.Label(name + "pixel")
	p.load(f, 6, 0)
	if p.op.greatest {
		p.load(f, 5, 1)
		f.Mov(5, 8)
	} else {
		f.Fdiv(0, 0, 4)
	}
	f.Op("MOVD %d(R0), R1", gradSegs)
	f.Op("MOVD %d(R0), R2", gradNSeg)
	f.Label(name + "tap")
	f.Op("MOVD %d(R1), R13", segA)
	f.Op("ADD R13, R4, R14")
	p.load(f, 14, 3)
	f.Fadd(6, 3, 0)
	if p.op.greatest {
		f.Op("ADD R13, R3, R12")
		p.load(f, 12, 2)
		f.Three(neon.Fcmeq, 7, 2, 2)
		f.Two(neon.Not, 7, 7)
		f.Three(neon.Fcmeq, 9, 2, 1)
		f.Three(neon.Orr, 7, 7, 9)
		f.Three(neon.And, 7, 7, 5)
		f.Three(neon.Bic, 5, 5, 7) // those that did not get it
		f.Three(neon.Bif, 6, 3, 7)
	}
	if p.lanes == 1 {
		f.Op("FMOVS F6, (R14)")
	} else {
		f.Op("FMOVQ F6, (R14)")
	}
	f.Op("ADD $%d, R1", segSize)
	f.Op("SUBS $1, R2")
	f.Op("BNE %stap", name)
	for _, r := range [][2]int{{10, 3}, {10, 4}, {11, 5}, {11, 6}} {
		f.Op("ADD R%d, R%d", r[0], r[1])
	}
	f.Op("SUBS $1, R7")
	f.Op("BNE %spixel", name)
	f.Op("ADD $%d, R8", 4*p.lanes)
	f.Op("SUB $%d, R9", p.lanes)
	f.Op("B %s", name)
	f.Label(name + "end")
}
