package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// moveFamily copies and transposes matrices of 4-byte elements. Loads and stores bound a copy: the ymm form serves AVX-512, too.
func moveFamily() family {
	return family{
		name: "move",
		amd64: []kernel{
			{name: "TransposeAVX2", doc: "transposes by blocks of 8 x 8.", arg: "*args.Move", emit: emitTransposeAVX2},
			{name: "TransposeAVX512", doc: "transposes by blocks of 16 x 16.", arg: "*args.Move", emit: emitTransposeAVX512},
			{name: "CopyAVX2", doc: "copies by 8 elements.", arg: "*args.Move", emit: emitCopyAVX2},
		},
		arm64: []kernel{
			{name: "TransposeNEON", doc: "transposes by blocks of 4 x 4.", arg: "*args.Move", neon: emitTransposeNEON},
			{name: "CopyNEON", doc: "copies by 4 elements.", arg: "*args.Move", neon: emitCopyNEON},
		},
	}
}

const (
	moveSrc   = int(unsafe.Offsetof(args.Move{}.Src))
	moveDst   = int(unsafe.Offsetof(args.Move{}.Dst))
	moveRows  = int(unsafe.Offsetof(args.Move{}.Rows))
	moveCols  = int(unsafe.Offsetof(args.Move{}.Cols))
	moveSrcLd = int(unsafe.Offsetof(args.Move{}.SrcLd))
	moveDstLd = int(unsafe.Offsetof(args.Move{}.DstLd))
)

type moveRegisters struct {
	src, dst, rows, cols, srcLd, dstLd, src3, dst3, s, d, n, t, u reg.GPPhysical
}

// moveRegs are the registers of both x86 kernels: src and dst of the outer loop, then of the inner one.
var moveRegs = moveRegisters{
	reg.RSI, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.RAX, reg.RBX, reg.RCX, reg.RDI, reg.R15,
}

func loadMove(c *build.Context) {
	m := &moveRegs
	c.MOVQ(operand.NewParamAddr("a", 0), m.t)
	for _, f := range []struct {
		off int
		r   reg.Register
	}{{moveSrc, m.src}, {moveDst, m.dst}, {moveRows, m.rows}, {moveCols, m.cols}, {moveSrcLd, m.srcLd}, {moveDstLd, m.dstLd}} {
		c.MOVQ(operand.Mem{Base: m.t, Disp: f.off}, f.r)
	}
	for _, r := range []reg.Register{m.rows, m.cols} {
		c.TESTQ(r, r)
		c.JLE(operand.LabelRef("done"))
	}
}

func at(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

// at4 is row r, 0..3, from base; ld3 is three times the stride.
func at4(base reg.Register, r int, ld, ld3 reg.Register) operand.Mem {
	switch r {
	case 0:
		return operand.Mem{Base: base}
	case 3:
		return operand.Mem{Base: base, Index: ld3, Scale: 1}
	}
	return operand.Mem{Base: base, Index: ld, Scale: uint8(r)}
}

func emitTransposeAVX2(c *build.Context) {
	m := &moveRegs
	loadMove(c)
	tripled := func() {
		c.LEAQ(operand.Mem{Base: m.srcLd, Index: m.srcLd, Scale: 2}, m.src3)
		c.LEAQ(operand.Mem{Base: m.dstLd, Index: m.dstLd, Scale: 2}, m.dst3)
	}
	tripled()
	c.Label("cols")
	c.MOVQ(m.src, m.s)
	c.MOVQ(m.dst, m.d)
	c.MOVQ(m.rows, m.n)
	c.CMPQ(m.cols, operand.Imm(8))
	c.JL(operand.LabelRef("edge"))
	c.Label("block")
	c.CMPQ(m.n, operand.Imm(8))
	c.JL(operand.LabelRef("edge"))
	transposeBlock(c)
	c.ADDQ(operand.Imm(32), m.d)
	c.LEAQ(operand.Mem{Base: m.s, Index: m.srcLd, Scale: 8}, m.s)
	c.SUBQ(operand.Imm(8), m.n)
	c.JMP(operand.LabelRef("block"))

	// Up to 8 columns of the rows that are left, one by one.
	c.Label("edge")
	c.TESTQ(m.n, m.n)
	c.JLE(operand.LabelRef("next"))
	c.Label("row")
	c.MOVQ(m.s, m.src3)
	c.MOVQ(m.d, m.dst3)
	c.MOVQ(m.cols, m.t)
	c.MOVQ(operand.U32(8), m.u)
	c.CMPQ(m.t, m.u)
	c.CMOVQGT(m.u, m.t)
	c.Label("one")
	c.MOVL(operand.Mem{Base: m.src3}, m.u.As32())
	c.MOVL(m.u.As32(), operand.Mem{Base: m.dst3})
	c.ADDQ(operand.Imm(4), m.src3)
	c.ADDQ(m.dstLd, m.dst3)
	c.DECQ(m.t)
	c.JNZ(operand.LabelRef("one"))
	c.ADDQ(m.srcLd, m.s)
	c.ADDQ(operand.Imm(4), m.d)
	c.DECQ(m.n)
	c.JNZ(operand.LabelRef("row"))
	tripled()

	c.Label("next")
	c.ADDQ(operand.Imm(32), m.src)
	c.LEAQ(operand.Mem{Base: m.dst, Index: m.dstLd, Scale: 8}, m.dst)
	c.SUBQ(operand.Imm(8), m.cols)
	c.JG(operand.LabelRef("cols"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// transposeBlock moves 8 x 8 elements from s to d. Loads put rows k and k+4 into the halves of a register, without a
// shuffle; then 4 x 4 blocks are transposed in both halves at once.
func transposeBlock(c *build.Context) {
	m := &moveRegs
	c.LEAQ(operand.Mem{Base: m.s, Index: m.srcLd, Scale: 4}, m.t)
	c.LEAQ(operand.Mem{Base: m.d, Index: m.dstLd, Scale: 4}, m.u)
	for half := range 2 {
		base := 8 * half
		for k := range 4 {
			lo, hi := at4(m.s, k, m.srcLd, m.src3), at4(m.t, k, m.srcLd, m.src3)
			lo.Disp, hi.Disp = 16*half, 16*half
			c.VMOVUPS(lo, xmm(base+k))
			c.VINSERTF128(operand.Imm(1), hi, ymm(base+k), ymm(base+k))
		}
		y := func(i int) reg.Register { return ymm(base + i) }
		c.VUNPCKLPS(y(1), y(0), y(4))
		c.VUNPCKHPS(y(1), y(0), y(5))
		c.VUNPCKLPS(y(3), y(2), y(6))
		c.VUNPCKHPS(y(3), y(2), y(7))
		c.VUNPCKLPD(y(6), y(4), y(0))
		c.VUNPCKHPD(y(6), y(4), y(1))
		c.VUNPCKLPD(y(7), y(5), y(2))
		c.VUNPCKHPD(y(7), y(5), y(3))
		to := m.d
		if half == 1 {
			to = m.u
		}
		for k := range 4 {
			c.VMOVUPS(y(k), at4(to, k, m.dstLd, m.dst3))
		}
	}
}

func emitCopyAVX2(c *build.Context) {
	m := &moveRegs
	loadMove(c)
	c.Label("row")
	c.MOVQ(m.src, m.s)
	c.MOVQ(m.dst, m.d)
	c.MOVQ(m.cols, m.n)
	c.SUBQ(operand.Imm(16), m.n)
	c.JL(operand.LabelRef("rest"))
	c.Label("sixteen")
	for i := range 2 {
		c.VMOVUPS(at(m.s, 32*i), ymm(i))
	}
	for i := range 2 {
		c.VMOVUPS(ymm(i), at(m.d, 32*i))
	}
	c.ADDQ(operand.Imm(64), m.s)
	c.ADDQ(operand.Imm(64), m.d)
	c.SUBQ(operand.Imm(16), m.n)
	c.JGE(operand.LabelRef("sixteen"))
	c.Label("rest")
	copyTail(c, m.n, m.s, m.d)
	c.ADDQ(m.srcLd, m.src)
	c.ADDQ(m.dstLd, m.dst)
	c.DECQ(m.rows)
	c.JNZ(operand.LabelRef("row"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// copyTail copies n mod 16 elements in pieces of 8, 4, 2 and 1.
func copyTail(c *build.Context, n, s, d reg.GPPhysical) {
	for _, piece := range []struct {
		bit   uint64
		label string
	}{{8, "no8"}, {4, "no4"}, {2, "no2"}, {1, "no1"}} {
		c.TESTQ(operand.U32(uint32(piece.bit)), n)
		c.JZ(operand.LabelRef(piece.label))
		switch piece.bit {
		case 8:
			c.VMOVUPS(at(s, 0), ymm(0))
			c.VMOVUPS(ymm(0), at(d, 0))
		case 4:
			c.VMOVUPS(at(s, 0), xmm(0))
			c.VMOVUPS(xmm(0), at(d, 0))
		case 2:
			c.VMOVQ(at(s, 0), xmm(0))
			c.VMOVQ(xmm(0), at(d, 0))
		case 1:
			c.VMOVSS(at(s, 0), xmm(0))
			c.VMOVSS(xmm(0), at(d, 0))
		}
		if piece.bit > 1 {
			c.ADDQ(operand.Imm(4*piece.bit), s)
			c.ADDQ(operand.Imm(4*piece.bit), d)
		}
		c.Label(piece.label)
	}
}

// loadMoveNEON loads the block: R1 src, R2 dst, R3 rows, R4 cols, R5 and R6 strides.
func loadMoveNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	for i, off := range []int{moveSrc, moveDst, moveRows, moveCols, moveSrcLd, moveDstLd} {
		f.Op("MOVD %d(R0), R%d", off, i+1)
	}
	for _, r := range []int{3, 4} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
}

func emitTransposeNEON(f *neon.Func) {
	loadMoveNEON(f)
	f.Label("cols")
	f.Op("MOVD R1, R8")
	f.Op("MOVD R2, R9")
	f.Op("MOVD R3, R10")
	f.Op("CMP $4, R4")
	f.Op("BLT edge")
	f.Label("block")
	f.Op("CMP $4, R10")
	f.Op("BLT edge")
	for k := range 4 {
		f.Op("FMOVQ (R8), F%d", k)
		f.Op("ADD R5, R8")
	}
	f.Op("VTRN1 V1.S4, V0.S4, V4.S4")
	f.Op("VTRN2 V1.S4, V0.S4, V5.S4")
	f.Op("VTRN1 V3.S4, V2.S4, V6.S4")
	f.Op("VTRN2 V3.S4, V2.S4, V7.S4")
	f.Op("VTRN1 V6.D2, V4.D2, V0.D2")
	f.Op("VTRN1 V7.D2, V5.D2, V1.D2")
	f.Op("VTRN2 V6.D2, V4.D2, V2.D2")
	f.Op("VTRN2 V7.D2, V5.D2, V3.D2")
	f.Op("MOVD R9, R11")
	for k := range 4 {
		f.Op("FMOVQ F%d, (R11)", k)
		f.Op("ADD R6, R11")
	}
	f.Op("ADD $16, R9")
	f.Op("SUB $4, R10")
	f.Op("B block")
	f.Label("edge")
	f.Op("CBZ R10, next")
	f.Label("row")
	f.Op("MOVD R8, R11")
	f.Op("MOVD R9, R12")
	f.Op("MOVD $4, R13")
	f.Op("CMP R13, R4")
	f.Op("CSEL LT, R4, R13, R13")
	f.Label("one")
	f.Op("MOVWU.P 4(R11), R14")
	f.Op("MOVW R14, (R12)")
	f.Op("ADD R6, R12")
	f.Op("SUBS $1, R13")
	f.Op("BNE one")
	f.Op("ADD R5, R8")
	f.Op("ADD $4, R9")
	f.Op("SUBS $1, R10")
	f.Op("BNE row")
	f.Label("next")
	f.Op("ADD $16, R1")
	f.Op("ADD R6<<2, R2")
	f.Op("SUBS $4, R4")
	f.Op("BGT cols")
	f.Label("done")
	f.Op("RET")
}

func emitCopyNEON(f *neon.Func) {
	loadMoveNEON(f)
	f.Label("row")
	f.Op("MOVD R1, R8")
	f.Op("MOVD R2, R9")
	f.Op("MOVD R4, R10")
	f.Label("four")
	f.Op("SUBS $4, R10")
	f.Op("BLT rest")
	f.Op("FMOVQ.P 16(R8), F0")
	f.Op("FMOVQ.P F0, 16(R9)")
	f.Op("B four")
	f.Label("rest")
	f.Op("ADDS $4, R10")
	f.Op("BEQ next")
	f.Label("one")
	f.Op("MOVWU.P 4(R8), R14")
	f.Op("MOVW.P R14, 4(R9)")
	f.Op("SUBS $1, R10")
	f.Op("BNE one")
	f.Label("next")
	f.Op("ADD R5, R1")
	f.Op("ADD R6, R2")
	f.Op("SUBS $1, R3")
	f.Op("BNE row")
	f.Label("done")
	f.Op("RET")
}
