package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// Handlers that move what is not plain 4-byte elements: bytes, 16-bit elements, strided operands, column indices.

// byteElement is element for an operand of bytes.
func (a *tapeX86) byteElement() operand.Mem {
	m := a.bound(0)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
	a.c.ADDQ(reg.RCX, reg.RAX)
	return m
}

// tailCount leaves the number of elements in the tail in CX.
func (a *tapeX86) tailCount() {
	a.c.MOVQ(tapeEnd, reg.RCX)
	a.c.SUBQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
}

func (a *tapeX86) load8(set tapeSet) {
	m := a.byteElement()
	switch {
	case set != tapeTail:
		for i := range vectors(set) {
			a.c.VPMOVZXBD(m.Offset(i*a.vec()/4), a.x.Vec(i))
		}
	case a.wide():
		a.c.VPMOVZXBD_Z(m, reg.K1, reg.Z0)
	default:
		a.tailCount()
		a.c.XORQ(reg.RDX, reg.RDX)
		a.c.Label("load") // the last byte first, so that the first ends lowest
		a.c.SHLQ(operand.Imm(8), reg.RDX)
		a.c.MOVBLZX(operand.Mem{Base: reg.RAX, Index: reg.RCX, Scale: 1, Disp: -1}, reg.EBX)
		a.c.ORQ(reg.RBX, reg.RDX)
		a.c.DECQ(reg.RCX)
		a.c.JNE(operand.LabelRef("load"))
		a.c.VMOVQ(reg.RDX, reg.X0)
		a.c.VPMOVZXBD(reg.X0, reg.Y0)
	}
	a.end()
}

// shortElement is element for an operand of 16 bits.
func (a *tapeX86) shortElement() operand.Mem {
	m := a.bound(0)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(1), reg.RCX)
	a.c.ADDQ(reg.RCX, reg.RAX)
	return m
}

// copyShorts copies CX > 0 elements of 16 bits, the last one first.
func (a *tapeX86) copyShorts(from, to reg.Register) {
	a.c.Label("copy")
	a.c.MOVWLZX(operand.Mem{Base: from, Index: reg.RCX, Scale: 2, Disp: -2}, reg.EDX)
	a.c.MOVW(reg.DX, operand.Mem{Base: to, Index: reg.RCX, Scale: 2, Disp: -2})
	a.c.DECQ(reg.RCX)
	a.c.JNE(operand.LabelRef("copy"))
}

func (a *tapeX86) load16(set tapeSet) {
	m := a.shortElement()
	switch {
	case set == tapeTail && a.wide():
		a.c.VPMOVZXWD_Z(m, reg.K1, reg.Z0)
	case set == tapeTail:
		a.tailCount()
		a.copyShorts(reg.RAX, tapeScratch)
		a.c.VPMOVZXWD(operand.Mem{Base: tapeScratch}, reg.Y0)
	default:
		for i := range vectors(set) {
			a.c.VPMOVZXWD(m.Offset(i*a.vec()/2), a.x.Vec(i))
		}
	}
	a.end()
}

func (a *tapeX86) store16(set tapeSet) {
	m := a.shortElement()
	for i := range vectors(set) {
		switch {
		case a.wide() && set == tapeTail:
			a.c.VPMOVDW(reg.Z0, reg.K1, m)
		case a.wide():
			a.c.VPMOVDW(a.x.Vec(i), m.Offset(i*32))
		default:
			a.c.VANDPS(a.x.PoolAddr(0xffff), a.x.Vec(i), reg.Y8)
			a.c.VEXTRACTF128(operand.Imm(1), reg.Y8, reg.X9)
			a.c.VPACKUSDW(reg.X9, reg.X8, reg.X8)
			if set == tapeTail {
				a.c.VMOVUPS(reg.X8, operand.Mem{Base: tapeScratch})
				a.tailCount()
				a.copyShorts(tapeScratch, reg.RAX)
				continue
			}
			a.c.VMOVUPS(reg.X8, m.Offset(i*16))
		}
	}
	a.end()
}

func (a *tapeX86) loadByte(set tapeSet) {
	a.c.MOVBLZX(a.slot(0), reg.ECX)
	a.broadcast(set)
}

func (a *tapeX86) loadShort(set tapeSet) {
	a.c.MOVWLZX(a.slot(0), reg.ECX)
	a.broadcast(set)
}

func (a *tapeX86) storeShort(tapeSet) {
	m := a.slot(0)
	a.c.VMOVD(reg.X0, reg.ECX)
	a.c.MOVW(reg.CX, m)
	a.end()
}

// broadcast puts CX into all lanes of the accumulators.
func (a *tapeX86) broadcast(set tapeSet) {
	a.c.VMOVD(reg.ECX, reg.X0)
	a.c.VPBROADCASTD(reg.X0, a.x.Vec(0))
	for i := 1; i < vectors(set); i++ {
		a.x.Move(i, 0)
	}
	a.end()
}

func (a *tapeX86) storeByte(tapeSet) {
	m := a.slot(0)
	a.c.VMOVD(reg.X0, reg.ECX)
	a.c.MOVB(reg.CL, m)
	a.end()
}

func (a *tapeX86) store8(set tapeSet) {
	m := a.byteElement()
	switch {
	case a.wide() && set == tapeTail:
		a.c.VPMOVDB(reg.Z0, reg.K1, m)
	case a.wide():
		for i := range vectors(set) {
			a.c.VPMOVDB(a.x.Vec(i), m.Offset(i*16))
		}
	default:
		for i := range vectors(set) {
			a.packBytes(i)
			if set != tapeTail {
				a.c.MOVQ(reg.RDX, m.Offset(i*8))
				continue
			}
			a.tailCount()
			a.c.Label("store")
			a.c.MOVB(reg.DL, operand.Mem{Base: reg.RAX})
			a.c.SHRQ(operand.Imm(8), reg.RDX)
			a.c.INCQ(reg.RAX)
			a.c.DECQ(reg.RCX)
			a.c.JNE(operand.LabelRef("store"))
		}
	}
	a.end()
}

// packBytes leaves the low bytes of the eight lanes of Yi in DX.
func (a *tapeX86) packBytes(i int) {
	y, t := a.x.Vec(i), a.x.Vec(8)
	a.c.VANDPS(a.x.PoolAddr(0xff), y, t)
	a.c.VEXTRACTF128(operand.Imm(1), t, reg.X9)
	a.c.VPACKUSDW(reg.X9, reg.X8, reg.X8)
	a.c.VPACKUSWB(reg.X8, reg.X8, reg.X8)
	a.c.VMOVQ(reg.X8, reg.RDX)
}

// strided leaves the address of the current element of a strided operand in CX, its column stride in DX, the number of
// elements of the set in AX and the address of the spill room in BX.
func (a *tapeX86) strided(set tapeSet) {
	var s args.TapeSlot
	a.c.MOVL(a.field(0), reg.EAX)
	a.c.ADDQ(tapeSlots, reg.RAX)
	a.c.MOVQ(operand.Mem{Base: reg.RAX, Disp: int(unsafe.Offsetof(s.Col))}, reg.RDX)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
	a.c.IMULQ(reg.RDX, reg.RCX)
	a.c.ADDQ(operand.Mem{Base: reg.RAX, Disp: tapeSlotCur}, reg.RCX)
	a.c.MOVQ(tapeScratch, reg.RBX)
	if set != tapeTail {
		a.c.MOVQ(operand.U32(uint32(vectors(set)*a.vec()/4)), reg.RAX)
		return
	}
	a.c.MOVQ(tapeEnd, reg.RAX)
	a.c.SUBQ(tapeCol, reg.RAX)
	a.c.SHRQ(operand.Imm(2), reg.RAX)
}

// copyStrided copies AX elements from one address to the other.
func (a *tapeX86) copyStrided(from, to reg.GPPhysical) {
	a.c.Label("copy")
	a.c.VMOVD(operand.Mem{Base: from}, reg.X8)
	a.c.VMOVD(reg.X8, operand.Mem{Base: to})
	a.c.ADDQ(reg.RDX, reg.RCX)
	a.c.ADDQ(operand.Imm(4), reg.RBX)
	a.c.DECQ(reg.RAX)
	a.c.JNE(operand.LabelRef("copy"))
}

func (a *tapeX86) loadStrided(set tapeSet) {
	a.strided(set)
	a.copyStrided(reg.RCX, reg.RBX)
	for i := range vectors(set) {
		a.spill(i, i, false)
	}
	a.end()
}

func (a *tapeX86) storeStrided(set tapeSet) {
	for i := range vectors(set) {
		a.spill(i, i, true)
	}
	a.strided(set)
	a.copyStrided(reg.RBX, reg.RCX)
	a.end()
}

// column is Col0 + index of the lane.
func (a *tapeX86) column(set tapeSet) {
	a.c.MOVQ(tapeCol, reg.RAX)
	a.c.SHRQ(operand.Imm(2), reg.RAX)
	a.c.ADDL(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Col0))}, reg.EAX)
	a.c.VMOVD(reg.EAX, reg.X8)
	a.c.VPBROADCASTD(reg.X8, a.x.Vec(8))
	for i := range vectors(set) {
		a.c.VPADDD(a.x.LanesAddr(i*a.vec()/4), a.x.Vec(8), a.x.Vec(i))
	}
	a.end()
}
