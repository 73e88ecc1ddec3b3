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
			{name: "TransposeAVX2", doc: "transposes by blocks of 16 x 16.", arg: "*args.Move", emit: emitTransposeAVX2},
			{name: "TransposeAVX512", doc: "transposes by blocks of 16 x 16.", arg: "*args.Move", emit: emitTransposeAVX512},
			{name: "CopyAVX2", doc: "copies by 8 elements.", arg: "*args.Move", emit: emitCopyAVX2},
		},
		arm64: []kernel{
			{name: "TransposeNEON", doc: "transposes by blocks of 16 x 16.", arg: "*args.Move", neon: emitTransposeNEON},
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
