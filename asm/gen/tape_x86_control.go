package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// jumpBy jumps by the signed number of bytes in operand X and dispatches.
func (a *tapeX86) jumpBy() {
	a.c.MOVLQSX(a.field(0), reg.RAX)
	a.c.ADDQ(reg.RAX, tapePC)
	a.dispatch()
}

// left computes in AX what the offset becomes n bytes on and compares it with the end of the row.
func (a *tapeX86) left(n int) {
	a.c.LEAQ(operand.Mem{Base: tapeCol, Disp: n}, reg.RAX)
	a.c.CMPQ(reg.RAX, tapeEnd)
}

// either goes on if the flags say so, else jumps by X.
func (a *tapeX86) either(jump func(operand.Op)) {
	jump(operand.LabelRef("on"))
	a.jumpBy()
	a.c.Label("on")
	a.end()
}

func (a *tapeX86) beginRow(tapeSet) {
	a.c.XORQ(tapeCol, tapeCol)
	a.c.LEAQ(operand.Mem{Base: tapePC, Disp: 16}, tapeLoop)
	a.left(8 * a.vec())
	a.either(a.c.JLE)
}

func (a *tapeX86) loopWide(tapeSet) {
	a.c.ADDQ(operand.U32(uint32(8*a.vec())), tapeCol)
	a.left(8 * a.vec())
	a.c.JGT(operand.LabelRef("on"))
	a.c.MOVQ(tapeLoop, tapePC) // the way by X takes longer, and all of the next block waits for it
	a.dispatch()
	a.c.Label("on")
	a.end()
}

func (a *tapeX86) enterSingle(tapeSet) {
	a.left(a.vec())
	a.either(a.c.JLE)
}

func (a *tapeX86) loopSingle(tapeSet) {
	a.c.ADDQ(operand.Imm(uint64(a.vec())), tapeCol)
	a.left(a.vec())
	a.either(a.c.JGT)
}

func (a *tapeX86) enterTail(tapeSet) {
	a.c.CMPQ(tapeCol, tapeEnd)
	a.c.JLT(operand.LabelRef("some"))
	a.jumpBy()
	a.c.Label("some")
	a.tailCount()
	if a.wide() {
		a.c.MOVL(operand.U32(0xffff), reg.EAX)
		a.c.BZHIL(reg.ECX, reg.EAX, reg.EAX)
		a.c.KMOVW(reg.EAX, reg.K1)
	} else {
		a.c.VMOVD(reg.ECX, reg.X15)
		a.c.VPBROADCASTD(reg.X15, reg.Y15)
		a.c.VPCMPGTD(a.x.LanesAddr(0), reg.Y15, reg.Y15)
	}
	a.end()
}

func (a *tapeX86) loopTail(tapeSet) { a.end() }

func (a *tapeX86) loopRow(tapeSet) {
	a.c.DECQ(tapeRows)
	a.c.JNE(operand.LabelRef("more"))
	a.end()
	a.c.Label("more")
	a.c.INCL(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Row))})
	a.c.MOVQ(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.NSlots))}, reg.RCX)
	a.c.MOVQ(tapeSlots, reg.RBX)
	a.c.Label("slot")
	a.c.DECQ(reg.RCX)
	a.c.JLT(operand.LabelRef("done"))
	a.c.MOVQ(operand.Mem{Base: reg.RBX, Disp: int(unsafe.Offsetof(args.TapeSlot{}.Row))}, reg.RDX)
	a.c.ADDQ(reg.RDX, operand.Mem{Base: reg.RBX, Disp: tapeSlotCur})
	a.c.ADDQ(operand.Imm(uint64(tapeSlotSize)), reg.RBX)
	a.c.JMP(operand.LabelRef("slot"))
	a.c.Label("done")
	a.rebind()
	a.jumpBy()
}

// rebind moves what instructions are bound to by a row. The column is begun anew after it.
func (a *tapeX86) rebind() {
	var b args.TapeBind
	a.c.MOVQ(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.NBinds))}, reg.RCX)
	a.c.MOVQ(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Binds))}, reg.RBX)
	a.c.MOVQ(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Code))}, tapeCol)
	a.c.ADDQ(tapeBound, tapeCol)
	a.c.Label("bind")
	a.c.DECQ(reg.RCX)
	a.c.JLT(operand.LabelRef("bound"))
	a.c.MOVL(operand.Mem{Base: reg.RBX, Disp: int(unsafe.Offsetof(b.Slot))}, reg.EAX)
	a.c.MOVQ(operand.Mem{Base: tapeSlots, Index: reg.RAX, Scale: 1, Disp: int(unsafe.Offsetof(args.TapeSlot{}.Row))}, reg.RDX)
	a.c.MOVL(operand.Mem{Base: reg.RBX, Disp: int(unsafe.Offsetof(b.At))}, reg.EAX)
	a.c.ADDQ(reg.RDX, operand.Mem{Base: tapeCol, Index: reg.RAX, Scale: 1})
	a.c.ADDQ(operand.Imm(uint64(unsafe.Sizeof(b))), reg.RBX)
	a.c.JMP(operand.LabelRef("bind"))
	a.c.Label("bound")
}

func (a *tapeX86) exit(tapeSet) {
	a.c.VZEROUPPER()
	a.c.RET()
}
