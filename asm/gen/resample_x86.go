package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A resampleX86 writes one kernel for vectors of so many bytes. Registers 0 to 3 are sums, 4 to 7 temporaries. Lanes that a load or a
// store leaves out: K1 and K2, or registers 14 and 15.
type resampleX86 struct {
	c     *build.Context
	bytes int
}

func newResampleX86(c *build.Context, bytes int) *resampleX86 { return &resampleX86{c, bytes} }

func (r *resampleX86) wide() bool                  { return r.bytes == 64 }
func (r *resampleX86) lanes() int                  { return r.bytes / 4 }
func (r *resampleX86) v(i int) reg.VecPhysical     { return vasm.VecReg(i, r.bytes) }
func (r *resampleX86) field(off int) operand.Mem   { return at(reg.RDI, off) }
func (r *resampleX86) get(off int, x reg.Register) { r.c.MOVQ(r.field(off), x) }

// The lanes of a mask.
const (
	maskLoads = iota
	maskStores
)

// setMask makes mask i of n lanes, of which there are at most as many as a vector has. It changes n, and t.
func (r *resampleX86) setMask(i int, n, t reg.GPPhysical) {
	c := r.c
	if r.wide() {
		c.MOVQ(operand.I32(-1), t)
		c.BZHIQ(n, t, t)
		c.KMOVW(t.As32(), kreg(1+i))
		return
	}
	c.LEAQ(windowMaskTable(c), t)
	c.NEGQ(n)
	c.VMOVUPS(operand.Mem{Base: t, Index: n, Scale: 4, Disp: 32}, ymm(14+i))
}

func (r *resampleX86) load(m operand.Mem, i int, masked bool) {
	switch {
	case !masked:
		r.c.VMOVUPS(m, r.v(i))
	case r.wide():
		r.c.VMOVUPS_Z(m, kreg(1+maskLoads), r.v(i))
	default:
		r.c.VMASKMOVPS(m, ymm(14+maskLoads), r.v(i))
	}
}

func (r *resampleX86) store(i int, m operand.Mem, masked bool) {
	switch {
	case !masked:
		r.c.VMOVUPS(r.v(i), m)
	case r.wide():
		r.c.VMOVUPS(r.v(i), kreg(1+maskStores), m)
	default:
		r.c.VMASKMOVPS(r.v(i), ymm(14+maskStores), m)
	}
}

func (r *resampleX86) zero(i int) {
	r.c.VXORPS(vasm.VecReg(i, 16), vasm.VecReg(i, 16), vasm.VecReg(i, 16))
}

// leave returns if what is in a field is not positive.
func (r *resampleX86) leave(fields ...int) {
	for _, off := range fields {
		r.c.CMPQ(r.field(off), operand.Imm(0))
		r.c.JLE(operand.LabelRef("done"))
	}
}

func (r *resampleX86) done() {
	r.c.Label("done")
	r.c.VZEROUPPER()
	r.c.RET()
}

// blend: RSI x, RDX y, R8 counts, R9 the taps of a row, R10 rows left, R11 columns left, R12 their offset, RCX the taps of the row,
// RAX and RBX the tap and how many are left, R13 the row of x, R15 temporary.
func (r *resampleX86) blend() {
	c := r.c
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	r.leave(blendM, blendCols)
	r.get(blendX, reg.RSI)
	r.get(blendY, reg.RDX)
	r.get(blendCounts, reg.R8)
	r.get(blendTaps, reg.R9)
	r.get(blendM, reg.R10)
	r.get(blendCols, reg.R11)
	c.ANDQ(operand.Imm(uint64(r.lanes()-1)), reg.R11)
	c.MOVQ(reg.R11, reg.R12)
	r.setMask(maskLoads, reg.R11, reg.R15)
	r.setMask(maskStores, reg.R12, reg.R15)
	c.Label("row")
	c.MOVLQSX(at(reg.R8, 0), reg.RCX)
	r.get(blendCols, reg.R11)
	c.XORQ(reg.R12, reg.R12)
	for _, n := range []int{4, 1} {
		name := fmt.Sprintf("w%d", n)
		c.SUBQ(operand.Imm(uint64(n*r.lanes())), reg.R11)
		c.JL(operand.LabelRef(name + "end"))
		c.Label(name)
		r.blendBlock(name, n, false)
		c.ADDQ(operand.U32(uint32(n*r.bytes)), reg.R12)
		c.SUBQ(operand.Imm(uint64(n*r.lanes())), reg.R11)
		c.JGE(operand.LabelRef(name))
		c.Label(name + "end")
		c.ADDQ(operand.Imm(uint64(n*r.lanes())), reg.R11)
	}
	c.TESTQ(reg.R11, reg.R11)
	c.JZ(operand.LabelRef("next"))
	r.blendBlock("rest", 1, true)
	c.Label("next")
	c.SHLQ(operand.Imm(4), reg.RCX)
	c.ADDQ(reg.RCX, reg.R9)
	c.ADDQ(operand.Imm(4), reg.R8)
	c.ADDQ(r.field(blendYLd), reg.RDX)
	c.DECQ(reg.R10)
	c.JNZ(operand.LabelRef("row"))
	r.done()
}

// blendBlock sums n vectors of columns.
func (r *resampleX86) blendBlock(name string, n int, masked bool) {
	c := r.c
	for i := range n {
		r.zero(i)
	}
	c.MOVQ(reg.R9, reg.RAX)
	c.MOVQ(reg.RCX, reg.RBX)
	c.TESTQ(reg.RBX, reg.RBX)
	c.JLE(operand.LabelRef(name + "put"))
	c.Label(name + "tap")
	c.MOVQ(at(reg.RAX, tapOff), reg.R13)
	c.ADDQ(reg.RSI, reg.R13)
	c.VBROADCASTSS(at(reg.RAX, tapW), r.v(7))
	for i := range n {
		m := operand.Mem{Base: reg.R13, Index: reg.R12, Scale: 1, Disp: i * r.bytes}
		if !masked {
			c.VFMADD231PS(m, r.v(7), r.v(i))
			continue
		}
		r.load(m, 4, true)
		c.VFMADD231PS(r.v(4), r.v(7), r.v(i))
	}
	c.ADDQ(operand.Imm(uint64(tapSize)), reg.RAX)
	c.DECQ(reg.RBX)
	c.JNZ(operand.LabelRef(name + "tap"))
	c.Label(name + "put")
	for i := range n {
		r.store(i, operand.Mem{Base: reg.RDX, Index: reg.R12, Scale: 1, Disp: i * r.bytes}, masked)
	}
}

// along: RSI x, RDX y, R8 and R9 the counts and parts of a block, R10 rows left, R11 elements left of a row, R12 y in the row, RBX parts
// left, R13 where a part's vector begins.
func (r *resampleX86) along() {
	c := r.c
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	r.leave(resRows, resM, resN)
	r.get(resX, reg.RSI)
	r.get(resY, reg.RDX)
	r.get(resRows, reg.R10)
	r.get(resN, reg.R11)
	c.MOVQ(operand.U32(uint32(r.lanes())), reg.R12)
	c.CMPQ(reg.R11, reg.R12)
	c.CMOVQGT(reg.R12, reg.R11)
	r.setMask(maskLoads, reg.R11, reg.R15)
	r.get(resM, reg.R11)
	c.ANDQ(operand.Imm(uint64(r.lanes()-1)), reg.R11)
	r.setMask(maskStores, reg.R11, reg.R15)
	if r.wide() {
		c.VPXORD(r.v(31), r.v(31), r.v(31))
	}
	c.CMPQ(r.field(resMove), operand.Imm(0))
	c.JNE(operand.LabelRef("move"))
	r.rows("sum", r.sum)
	c.JMP(operand.LabelRef("done"))
	c.Label("move")
	r.rows("pick", r.pick)
	r.done()
}

// rows goes through all rows; part takes a vector's picks into register 0.
func (r *resampleX86) rows(name string, part func()) {
	c := r.c
	c.Label(name + "row")
	r.get(resCounts, reg.R8)
	r.get(resParts, reg.R9)
	r.get(resM, reg.R11)
	c.MOVQ(reg.RDX, reg.R12)
	c.Label(name + "block")
	r.zero(0)
	c.MOVLQSX(at(reg.R8, 0), reg.RBX)
	c.TESTQ(reg.RBX, reg.RBX)
	c.JLE(operand.LabelRef(name + "put"))
	c.Label(name + "part")
	c.MOVQ(at(reg.R9, 0), reg.R13)
	r.load(operand.Mem{Base: reg.RSI, Index: reg.R13, Scale: 1}, 4, true)
	c.VMOVUPS(at(reg.R9, resHead), r.v(5))
	part()
	c.ADDQ(operand.U32(uint32(resHead+2*r.bytes)), reg.R9)
	c.DECQ(reg.RBX)
	c.JNZ(operand.LabelRef(name + "part"))
	c.Label(name + "put")
	c.ADDQ(operand.Imm(4), reg.R8)
	c.CMPQ(reg.R11, operand.Imm(uint64(r.lanes())))
	c.JL(operand.LabelRef(name + "rest"))
	r.store(0, at(reg.R12, 0), false)
	c.ADDQ(operand.Imm(uint64(r.bytes)), reg.R12)
	c.SUBQ(operand.Imm(uint64(r.lanes())), reg.R11)
	c.JNZ(operand.LabelRef(name + "block"))
	c.JMP(operand.LabelRef(name + "next"))
	c.Label(name + "rest")
	r.store(0, at(reg.R12, 0), true)
	c.Label(name + "next")
	c.ADDQ(r.field(resXLd), reg.RSI)
	c.ADDQ(r.field(resYLd), reg.RDX)
	c.DECQ(reg.R10)
	c.JNZ(operand.LabelRef(name + "row"))
}

// sum adds what the places in register 5 pick out of register 4, by the part's weights. A lane whose place is negative stays.
func (r *resampleX86) sum() {
	c, weights := r.c, at(reg.R9, resHead+r.bytes)
	if r.wide() {
		c.VPCMPD(operand.Imm(notLess), r.v(31), r.v(5), kreg(3))
		c.VPERMPS(r.v(4), r.v(5), r.v(4))
		c.VFMADD231PS(weights, r.v(4), kreg(3), r.v(0))
		return
	}
	c.VPERMPS(r.v(4), r.v(5), r.v(4))
	c.VFMADD132PS(weights, r.v(0), r.v(4))
	c.VBLENDVPS(r.v(5), r.v(0), r.v(4), r.v(0))
}

// pick moves them.
func (r *resampleX86) pick() {
	c := r.c
	if r.wide() {
		c.VPCMPD(operand.Imm(notLess), r.v(31), r.v(5), kreg(3))
		c.VPERMPS(r.v(4), r.v(5), kreg(3), r.v(0))
		return
	}
	c.VPERMPS(r.v(4), r.v(5), r.v(4))
	c.VBLENDVPS(r.v(5), r.v(0), r.v(4), r.v(0))
}

// notLess is the predicate of whole numbers.
const notLess = 5
