package main

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// What moves a tape on: from block to block, from set to set, from row to row.

func (a *tapeNEON) jumpBy() {
	a.op("MOVW 8(%s), R3", neonPC)
	a.op("ADD R3, %s", neonPC)
	a.dispatch()
}

// left compares the offset n bytes on with the end of the row.
func (a *tapeNEON) left(n int) {
	a.op("ADD $%d, %s, R3", n, neonCol)
	a.op("CMP %s, R3", neonEnd)
}

func (a *tapeNEON) either(jump string) {
	a.op("%s on", jump)
	a.jumpBy()
	a.x.F.Label("on")
	a.end()
}

func (a *tapeNEON) beginRow(tapeSet) {
	a.op("MOVD ZR, %s", neonCol)
	a.left(8 * neonVec)
	a.either("BLE")
}

func (a *tapeNEON) loopWide(tapeSet) {
	a.op("ADD $%d, %s", 8*neonVec, neonCol)
	a.left(8 * neonVec)
	a.either("BGT")
}

func (a *tapeNEON) enterSingle(tapeSet) {
	a.left(neonVec)
	a.either("BLE")
}

func (a *tapeNEON) loopSingle(tapeSet) {
	a.op("ADD $%d, %s", neonVec, neonCol)
	a.left(neonVec)
	a.either("BGT")
}

func (a *tapeNEON) enterTail(tapeSet) {
	a.op("CMP %s, %s", neonEnd, neonCol)
	a.either("BLT")
}

func (a *tapeNEON) loopTail(tapeSet) {
	a.op("ADD $4, %s", neonCol)
	a.op("CMP %s, %s", neonEnd, neonCol)
	a.either("BGE")
}

func (a *tapeNEON) loopRow(tapeSet) {
	a.op("SUBS $1, %s", neonLeft)
	a.op("BNE more")
	a.end()
	a.x.F.Label("more")
	row := unsafe.Offsetof(args.Tape{}.Row)
	a.op("MOVW %d(%s), R3", row, neonBlock)
	a.op("ADD $1, R3")
	a.op("MOVW R3, %d(%s)", row, neonBlock)
	a.op("MOVD %d(%s), R4", unsafe.Offsetof(args.Tape{}.NSlots), neonBlock)
	a.op("SUB $%d, %s, R5", tapeSlotCur, neonSlots)
	a.x.F.Label("slot")
	a.op("SUBS $1, R4")
	a.op("BLT done")
	a.op("MOVD %d(R5), R6", unsafe.Offsetof(args.TapeSlot{}.Row))
	a.op("MOVD %d(R5), R7", tapeSlotCur)
	a.op("ADD R6, R7")
	a.op("MOVD R7, %d(R5)", tapeSlotCur)
	a.op("ADD $%d, R5", tapeSlotSize)
	a.op("JMP slot")
	a.x.F.Label("done")
	a.rebind()
	a.jumpBy()
}

// rebind moves what instructions are bound to by a row.
func (a *tapeNEON) rebind() {
	var b args.TapeBind
	a.op("MOVD %d(%s), R4", unsafe.Offsetof(args.Tape{}.NBinds), neonBlock)
	a.op("MOVD %d(%s), R5", unsafe.Offsetof(args.Tape{}.Binds), neonBlock)
	a.op("MOVD %d(%s), R6", unsafe.Offsetof(args.Tape{}.Code), neonBlock)
	a.op("ADD %s, R6", neonBound2)
	a.op("SUB $%d, %s, R7", tapeSlotCur, neonSlots)
	a.x.F.Label("bind")
	a.op("SUBS $1, R4")
	a.op("BLT bound")
	a.op("MOVWU %d(R5), R1", unsafe.Offsetof(b.Slot))
	a.op("MOVWU %d(R5), R2", unsafe.Offsetof(b.At))
	a.op("ADD R7, R1")
	a.op("MOVD %d(R1), R3", unsafe.Offsetof(args.TapeSlot{}.Row))
	a.op("MOVD (R6)(R2), R1")
	a.op("ADD R3, R1")
	a.op("MOVD R1, (R6)(R2)")
	a.op("ADD $%d, R5", unsafe.Sizeof(b))
	a.op("JMP bind")
	a.x.F.Label("bound")
}
