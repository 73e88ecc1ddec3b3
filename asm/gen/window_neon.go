package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// emitWindowNEON works on blocks of 16 channels, then 4, then 1, where vectors hold one float.
//
// General registers: R0 block, R1 segment, R2 segments left, R3 x, R4 y, R5 pixels, R6 offset of the channels, R7 xstep, R8 ystep,
// R9 channels left, R10..R13 inputs of the four pixels, R14 weights, R15 and R16 temporary. Accumulators are V0..V15, weights
// V16..V19, V20 temporary, V21 minus infinity.
func emitWindowNEON(f *neon.Func, op windowOp) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R7", winXStep)
	f.Op("MOVD %d(R0), R8", winYStep)
	f.Op("MOVD %d(R0), R5", winM)
	f.Op("MOVD %d(R0), R9", winC)
	for _, r := range []int{5, 9} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	if op.greatest {
		f.Op("MOVD $%d, R15", minusInf)
		f.Op("VDUP R15, V21.S4")
	}
	f.Op("MOVD $0, R6")
	for _, b := range []windowNEON{{op, 16, 4}, {op, 4, 1}, {op, 1, 1}} {
		b.emit(f)
	}
	f.Label("done")
	f.Op("RET")
}

// A windowNEON is the code for blocks of some channels.
type windowNEON struct {
	op       windowOp
	channels int
	vectors  int
}

func (w windowNEON) emit(f *neon.Func) {
	name := fmt.Sprintf("c%d", w.channels)
	f.Label(name)
	f.Op("CMP $%d, R9", w.channels)
	f.Op("BLT %send", name)
	f.Op("MOVD %d(R0), R3", winX)
	f.Op("ADD R6, R3")
	f.Op("MOVD %d(R0), R4", winY)
	f.Op("ADD R6, R4")
	f.Op("MOVD %d(R0), R5", winM)
	f.Op("SUBS $4, R5")
	f.Op("BLT %srest", name)
	f.Label(name + "four")
	w.tile(f, windowPixels, name+"p4")
	f.Op("ADD R7<<2, R3")
	f.Op("ADD R8<<2, R4")
	f.Op("SUBS $4, R5")
	f.Op("BGE %sfour", name)
	f.Label(name + "rest")
	f.Op("ADDS $4, R5")
	f.Op("BEQ %snext", name)
	f.Label(name + "one")
	w.tile(f, 1, name+"p1")
	f.Op("ADD R7, R3")
	f.Op("ADD R8, R4")
	f.Op("SUBS $1, R5")
	f.Op("BNE %sone", name)
	f.Label(name + "next")
	f.Op("ADD $%d, R6", 4*w.channels)
	f.Op("SUB $%d, R9", w.channels)
	f.Op("B %s", name)
	f.Label(name + "end")
}

func (w windowNEON) load(f *neon.Func, base, i, to int) {
	if w.channels == 1 {
		f.Op("FMOVS (R%d), F%d", base, to)
		return
	}
	f.Op("FMOVQ %d(R%d), F%d", 16*i, base, to)
}

func (w windowNEON) store(f *neon.Func, from, base, i int) {
	if w.channels == 1 {
		f.Op("FMOVS F%d, (R%d)", from, base)
		return
	}
	f.Op("FMOVQ F%d, %d(R%d)", from, 16*i, base)
}

func (w windowNEON) acc(p, i int) int { return p*w.vectors + i }

func (w windowNEON) tile(f *neon.Func, pixels int, name string) {
	w.begin(f, pixels, name)
	f.Op("MOVD %d(R0), R1", winSegs)
	f.Op("MOVD %d(R0), R2", winNSeg)
	f.Op("CBZ R2, %sout", name)
	f.Label(name + "tap")
	f.Op("MOVD %d(R1), R10", segA)
	f.Op("ADD R3, R10")
	for p := 1; p < pixels; p++ {
		f.Op("ADD R7, R%d, R%d", 9+p, 10+p)
	}
	if w.op.weights {
		f.Op("MOVD %d(R0), R14", winW)
		f.Op("MOVD %d(R1), R15", segB)
		f.Op("ADD R15, R14")
		f.Op("ADD R6, R14")
	}
	for i := range w.vectors {
		if w.op.weights {
			w.load(f, 14, i, 16+i)
		}
		for p := range pixels {
			w.load(f, 10+p, i, 20)
			w.apply(f, w.acc(p, i), 16+i)
		}
	}
	f.Op("ADD $%d, R1", segSize)
	f.Op("SUBS $1, R2")
	f.Op("BNE %stap", name)
	f.Label(name + "out")
	w.finish(f, pixels, name)
}

// apply takes in the inputs in V20.
func (w windowNEON) apply(f *neon.Func, acc, weight int) {
	switch {
	case w.op.weights:
		f.Fmla(acc, 20, weight)
	case w.op.greatest:
		f.Fmax(acc, acc, 20)
	default:
		f.Fadd(acc, acc, 20)
	}
}

func (w windowNEON) begin(f *neon.Func, pixels int, name string) {
	n := pixels * w.vectors
	if w.op.greatest {
		for i := range n {
			f.Op("VMOV V21.B16, V%d.B16", i)
		}
		return
	}
	if w.op.weights {
		f.Op("MOVD %d(R0), R15", winInit)
		f.Op("CBNZ R15, %sload", name)
	}
	for i := range n {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	if !w.op.weights {
		return
	}
	f.Op("B %srun", name)
	f.Label(name + "load")
	f.Op("MOVD R4, R15")
	for p := range pixels {
		for i := range w.vectors {
			w.load(f, 15, i, w.acc(p, i))
		}
		f.Op("ADD R8, R15")
	}
	f.Label(name + "run")
}

func (w windowNEON) finish(f *neon.Func, pixels int, name string) {
	if w.op.mean {
		f.Op("MOVWU %d(R0), R15", winDiv)
		f.Op("VDUP R15, V20.S4")
		for i := range pixels * w.vectors {
			f.Fdiv(i, i, 20)
		}
	}
	if w.op.weights {
		f.Op("MOVD %d(R0), R14", winBias)
		f.Op("CBZ R14, %sstore", name)
		f.Op("ADD R6, R14")
		for i := range w.vectors {
			w.load(f, 14, i, 20)
			for p := range pixels {
				f.Fadd(w.acc(p, i), w.acc(p, i), 20)
			}
		}
		f.Label(name + "store")
	}
	f.Op("MOVD R4, R15")
	for p := range pixels {
		for i := range w.vectors {
			w.store(f, w.acc(p, i), 15, i)
		}
		f.Op("ADD R8, R15")
	}
}
