package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A cumsumX86 writes one kernel, of sums in vectors of so many bytes. Registers 0 to 7 are sums, 8 to 11 what is read, 12 to
// 15 what is written. K1 is the lanes of a part of a vector; without masks, and of one column, columns are taken one by one.
//
// RDI block, RSI x, RDX y and R8 sums of the columns of now, R9 columns left, R10 and R11 the steps, RAX and RBX x and y in the column, RCX
// elements left.
type cumsumX86 struct {
	c     *build.Context
	elem  string
	bytes int
}

func (k *cumsumX86) wide() bool                 { return k.bytes == 64 }
func (k *cumsumX86) float() bool                { return k.elem == "F32" }
func (k *cumsumX86) v(i int) reg.VecPhysical    { return vasm.VecReg(i, k.bytes) }
func (k *cumsumX86) x(i int) reg.VecPhysical    { return vasm.VecReg(i, 16) }
func (k *cumsumX86) half(i int) reg.VecPhysical { return vasm.VecReg(i, k.bytes/2) }

// size is the bytes of an element, lanes those of a vector of sums, and sum the bytes of a sum.
func (k *cumsumX86) size() int {
	if k.elem == "I64" {
		return 8
	}
	return 4
}

func (k *cumsumX86) sum() int {
	if k.elem == "I32" {
		return 4
	}
	return 8
}

func (k *cumsumX86) lanes() int { return k.bytes / k.sum() }

// The forms of a block.
const (
	cumWhole = iota
	cumMasked
	cumSingle
)

func (k *cumsumX86) emit() {
	c := k.c
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	for _, off := range []int{cumN, cumCols} {
		c.CMPQ(at(reg.RDI, off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	for _, l := range []struct {
		off int
		r   reg.Register
	}{{cumX, reg.RSI}, {cumY, reg.RDX}, {cumAcc, reg.R8}, {cumCols, reg.R9}, {cumXStep, reg.R10}, {cumYStep, reg.R11}} {
		c.MOVQ(at(reg.RDI, l.off), l.r)
	}
	for _, n := range []int{8, 4, 1} {
		k.blocks(fmt.Sprintf("w%d", n), n, n*k.lanes(), cumWhole)
	}
	if k.wide() {
		c.CMPQ(reg.R9, operand.Imm(1))
		c.JLE(operand.LabelRef("one"))
		c.MOVQ(operand.I32(-1), reg.RAX)
		c.BZHIQ(reg.R9, reg.RAX, reg.RAX)
		c.KMOVW(reg.EAX, kreg(1))
		k.block("rest", 1, cumMasked)
		c.JMP(operand.LabelRef("done"))
	}
	k.blocks("one", 1, 1, cumSingle)
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// blocks takes n vectors, of so many columns, as long as there are as many.
func (k *cumsumX86) blocks(name string, n, columns, form int) {
	c := k.c
	c.Label(name)
	c.CMPQ(reg.R9, operand.Imm(uint64(columns)))
	c.JL(operand.LabelRef(name + "end"))
	k.block(name, n, form)
	c.ADDQ(operand.U32(uint32(columns*k.size())), reg.RSI)
	c.ADDQ(operand.U32(uint32(columns*k.size())), reg.RDX)
	c.ADDQ(operand.U32(uint32(columns*k.sum())), reg.R8)
	c.SUBQ(operand.Imm(uint64(columns)), reg.R9)
	c.JMP(operand.LabelRef(name))
	c.Label(name + "end")
}

// block goes down n vectors of columns.
func (k *cumsumX86) block(name string, n, form int) {
	c := k.c
	for i := range n {
		k.loadSum(i, form)
	}
	c.MOVQ(reg.RSI, reg.RAX)
	c.MOVQ(reg.RDX, reg.RBX)
	c.MOVQ(at(reg.RDI, cumN), reg.RCX)
	c.CMPQ(at(reg.RDI, cumExclusive), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "before"))
	k.walk(name+"with", n, form, false)
	c.JMP(operand.LabelRef(name + "walked"))
	c.Label(name + "before")
	k.walk(name+"without", n, form, true)
	c.Label(name + "walked")
	for i := range n {
		k.storeSum(i, form)
	}
}

func (k *cumsumX86) walk(label string, n, form int, exclusive bool) {
	c := k.c
	c.Label(label)
	for i := range n {
		k.load(at(reg.RAX, i*k.lanes()*k.size()), 8+i%4, form)
		if exclusive {
			k.store(i, 12+i%4, at(reg.RBX, i*k.lanes()*k.size()), form)
		}
		k.add(8+i%4, i, form)
		if !exclusive {
			k.store(i, 12+i%4, at(reg.RBX, i*k.lanes()*k.size()), form)
		}
	}
	c.ADDQ(reg.R10, reg.RAX)
	c.ADDQ(reg.R11, reg.RBX)
	c.DECQ(reg.RCX)
	c.JNZ(operand.LabelRef(label))
}

func (k *cumsumX86) loadSum(i, form int) {
	m := at(reg.R8, i*k.bytes)
	switch {
	case form != cumSingle:
		k.c.VMOVUPS(m, k.v(i))
	case k.sum() == 8:
		k.c.VMOVSD(m, k.x(i))
	default:
		k.c.VMOVSS(m, k.x(i))
	}
}

func (k *cumsumX86) storeSum(i, form int) {
	m := at(reg.R8, i*k.bytes)
	switch {
	case form != cumSingle:
		k.c.VMOVUPS(k.v(i), m)
	case k.sum() == 8:
		k.c.VMOVSD(k.x(i), m)
	default:
		k.c.VMOVSS(k.x(i), m)
	}
}

// load reads elements as sums are: those that a mask leaves out are 0.
func (k *cumsumX86) load(m operand.Mem, i, form int) {
	c := k.c
	switch {
	case form == cumSingle && k.float():
		c.VMOVSS(m, k.x(i))
		c.VCVTSS2SD(k.x(i), k.x(i), k.x(i))
	case form == cumSingle && k.size() == 8:
		c.VMOVSD(m, k.x(i))
	case form == cumSingle:
		c.VMOVSS(m, k.x(i))
	case form == cumMasked && k.float():
		c.VCVTPS2PD_Z(m, kreg(1), k.v(i))
	case form == cumMasked && k.size() == 8:
		c.VMOVUPD_Z(m, kreg(1), k.v(i))
	case form == cumMasked:
		c.VMOVUPS_Z(m, kreg(1), k.v(i))
	case k.float():
		c.VCVTPS2PD(m, k.v(i))
	default:
		c.VMOVUPS(m, k.v(i))
	}
}

// store writes sum i; t is a temporary.
func (k *cumsumX86) store(i, t int, m operand.Mem, form int) {
	c := k.c
	switch {
	case form == cumSingle && k.float():
		c.VCVTSD2SS(k.x(i), k.x(i), k.x(t))
		c.VMOVSS(k.x(t), m)
	case form == cumSingle && k.size() == 8:
		c.VMOVSD(k.x(i), m)
	case form == cumSingle:
		c.VMOVSS(k.x(i), m)
	case k.float():
		if k.wide() {
			c.VCVTPD2PS(k.v(i), k.half(t))
		} else {
			c.VCVTPD2PSY(k.v(i), k.half(t))
		}
		if form == cumMasked {
			c.VMOVUPS(k.half(t), kreg(1), m)
			return
		}
		c.VMOVUPS(k.half(t), m)
	case form == cumMasked && k.size() == 8:
		c.VMOVUPD(k.v(i), kreg(1), m)
	case form == cumMasked:
		c.VMOVUPS(k.v(i), kreg(1), m)
	default:
		c.VMOVUPS(k.v(i), m)
	}
}

// add adds register x to sum i.
func (k *cumsumX86) add(x, i, form int) {
	c, v := k.c, k.v
	if form == cumSingle {
		v = k.x
	}
	switch {
	case k.float() && form == cumSingle:
		c.VADDSD(v(x), v(i), v(i))
	case k.float():
		c.VADDPD(v(x), v(i), v(i))
	case k.size() == 8:
		c.VPADDQ(v(x), v(i), v(i))
	default:
		c.VPADDD(v(x), v(i), v(i))
	}
}
