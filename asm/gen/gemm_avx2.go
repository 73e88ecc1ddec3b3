package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The AVX2 tile is 6 x 16: twelve accumulators, two registers of B, two of A. A tile of fewer than 16 columns works
// on a copy of C on the stack, since a masked store costs 18 cycles on Zen.
const (
	avx2Rows    = 6
	avx2EdgeLd  = 64
	avx2ColsMax = 16
)

// avx2Edge is what an edge tile needs besides gemmLocals.
type avx2Edge struct {
	gemmLocals
	tile, mask operand.Mem // the copy of C, 6 rows of 64 bytes; two vectors of masks
	cPtr, cLd  operand.Mem // where the body begins and ends: C itself or tile
}

func newAVX2Edge(c *build.Context, rows int) avx2Edge {
	return avx2Edge{
		gemmLocals: newGemmLocals(c),
		tile:       c.AllocLocal(rows * avx2EdgeLd),
		mask:       c.AllocLocal(64),
		cPtr:       c.AllocLocal(8),
		cLd:        c.AllocLocal(8),
	}
}

func emitGemmAVX2(c *build.Context) {
	e := newAVX2Edge(c, avx2Rows)
	gemmPrologue(c, e.gemmLocals)
	e.masks(c, "gemmMaskAVX2")
	gemmDispatch(c, avx2Rows)
	for h := 1; h <= avx2Rows; h++ {
		e.body(c, h)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// masks stores a vector of ones and zeros for each half of the tile's columns.
func (e avx2Edge) masks(c *build.Context, name string) {
	table := c.StaticGlobal(name)
	c.DataAttributes(rodata)
	for range 16 {
		c.AppendDatum(operand.U32(0xFFFFFFFF))
	}
	for range 16 {
		c.AppendDatum(operand.U32(0))
	}
	c.MOVQ(operand.U32(avx2ColsMax), gemmALo)
	c.SUBQ(argOf(gemmN), gemmALo)
	c.LEAQ(table, gemmBPtr)
	for i := range 2 {
		c.VMOVUPS(operand.Mem{Base: gemmBPtr, Index: gemmALo, Scale: 4, Disp: 32 * i}, ymm(0))
		c.VMOVUPS(ymm(0), e.mask.Offset(32*i))
	}
}

func (e avx2Edge) acc(r, p int) reg.Register { return ymm(2*r + p) }

func (e avx2Edge) body(c *build.Context, h int) {
	name := fmt.Sprintf("h%d", h)
	c.Label(name)
	e.choose(c, h, name)
	e.begin(c, h, name)
	c.CMPQ(argOf(gemmNB), operand.Imm(avx2ColsMax))
	c.JL(operand.LabelRef(name + "edge"))
	c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
	c.JNE(operand.LabelRef(name + "plain"))
	if h == avx2Rows {
		c.CMPQ(gemmCsaReg, operand.Imm(4))
		c.JEQ(operand.LabelRef(name + "quads"))
	}
	gemmPackedSegments(c, e.gemmLocals, h, name+"full", func() { e.step(c, h, 0, false) })
	c.JMP(operand.LabelRef(name + "out"))
	if h == avx2Rows {
		c.Label(name + "quads")
		c.CMPQ(argOf(gemmAsks), operand.Imm(0))
		c.JE(operand.LabelRef(name + "alone"))
		b := gemmBelow{gemmLocals: e.gemmLocals, rows: h, panels: 1, label: name + "asks", step: func(u int) { e.step(c, h, u, false) }}
		b.segments(c)
		c.JMP(operand.LabelRef(name + "out"))
		c.Label(name + "alone")
		gemmPackedQuads(c, e.gemmLocals, h, name+"four", func(u int) { e.step(c, h, u, false) })
		c.JMP(operand.LabelRef(name + "out"))
	}
	c.Label(name + "plain")
	further := gemmFurther(c, h)
	gemmSegments(c, e.gemmLocals, h, name+"far", func() {
		gemmFarRows(c, 1)
		c.PREFETCHT0(further)
		e.step(c, h, 0, false)
	})
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "edge")
	gemmSegments(c, e.gemmLocals, h, name+"mask", func() {
		gemmFarRows(c, 1)
		e.step(c, h, 0, true)
	})
	c.Label(name + "out")
	e.finish(c, h, name)
	gemmNextTile(c, e.gemmLocals, h, name)
	c.JMP(operand.LabelRef("done"))
}

// choose points the body at C or, where columns are missing, at the stack, and copies C there if it is read.
func (e avx2Edge) choose(c *build.Context, h int, name string) {
	c.MOVQ(e.c, gemmALo)
	c.MOVQ(argOf(gemmLdc), gemmAHi)
	c.CMPQ(argOf(gemmN), operand.Imm(avx2ColsMax))
	c.JGE(operand.LabelRef(name + "whole"))
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JE(operand.LabelRef(name + "part"))
	c.LEAQ(e.tile, gemmBPtr)
	e.copyRows(c, h, name+"in", gemmALo, gemmAHi, gemmBPtr, nil)
	c.Label(name + "part")
	c.LEAQ(e.tile, gemmALo)
	c.MOVQ(operand.U32(avx2EdgeLd), gemmAHi)
	c.Label(name + "whole")
	c.MOVQ(gemmALo, e.cPtr)
	c.MOVQ(gemmAHi, e.cLd)
}

// copyRows copies h rows of N floats in pieces of 8, 4, 2 and 1. A nil stride is that of the tile on the stack.
func (e avx2Edge) copyRows(c *build.Context, h int, label string, src, srcLd, dst, dstLd reg.Register) {
	c.MOVQ(operand.U32(uint32(h)), gemmK)
	c.Label(label)
	c.XORQ(gemmSeg, gemmSeg)
	for _, n := range []int{8, 4, 2, 1} {
		skip := fmt.Sprintf("%s%d", label, n)
		c.TESTQ(operand.U32(uint32(n)), argOf(gemmN))
		c.JZ(operand.LabelRef(skip))
		from, to := operand.Mem{Base: src, Index: gemmSeg, Scale: 1}, operand.Mem{Base: dst, Index: gemmSeg, Scale: 1}
		switch n {
		case 8:
			c.VMOVUPS(from, ymm(15))
			c.VMOVUPS(ymm(15), to)
		case 4:
			c.VMOVUPS(from, reg.X15)
			c.VMOVUPS(reg.X15, to)
		case 2:
			c.VMOVQ(from, reg.X15)
			c.VMOVQ(reg.X15, to)
		case 1:
			c.VMOVSS(from, reg.X15)
			c.VMOVSS(reg.X15, to)
		}
		if n > 1 {
			c.ADDQ(operand.Imm(uint64(4*n)), gemmSeg)
		}
		c.Label(skip)
	}
	advance(c, src, srcLd)
	advance(c, dst, dstLd)
	c.DECQ(gemmK)
	c.JNZ(operand.LabelRef(label))
}

func advance(c *build.Context, ptr, ld reg.Register) {
	if ld == nil {
		c.ADDQ(operand.Imm(avx2EdgeLd), ptr)
		return
	}
	c.ADDQ(ld, ptr)
}

// begin clears the accumulators or loads them.
func (e avx2Edge) begin(c *build.Context, h int, name string) {
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "load"))
	for r := range h {
		for p := range 2 {
			c.VXORPS(e.acc(r, p), e.acc(r, p), e.acc(r, p))
		}
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(e.cPtr, gemmALo)
	for r := range h {
		for p := range 2 {
			c.VMOVUPS(operand.Mem{Base: gemmALo, Disp: 32 * p}, e.acc(r, p))
		}
		c.ADDQ(e.cLd, gemmALo)
	}
	c.Label(name + "run")
}

// step is one k, the u-th of those that are unrolled. The masks are loaded anew each time, since no register is left.
func (e avx2Edge) step(c *build.Context, h, u int, masked bool) {
	for p := range 2 {
		from := operand.Mem{Base: gemmBPtr, Disp: gemmPackedLd*u + 32*p}
		if masked {
			c.VMOVUPS(e.mask.Offset(32*p), ymm(14))
			c.VMASKMOVPS(from, ymm(14), ymm(12+p))
		} else {
			c.VMOVUPS(from, ymm(12+p))
		}
	}
	for r := range h {
		a := ymm(14 + r%2)
		c.VBROADCASTSS(gemmRow(r).Offset(4*u), a)
		for p := range 2 {
			c.VFMADD231PS(ymm(12+p), a, e.acc(r, p))
		}
	}
}

// finish adds the bias, stores the tile and copies it from the stack if it is there.
func (e avx2Edge) finish(c *build.Context, h int, name string) {
	c.MOVQ(argOf(gemmBias), gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(name + "store"))
	for p := range 2 {
		c.VMOVUPS(e.mask.Offset(32*p), ymm(14))
		c.VMASKMOVPS(operand.Mem{Base: gemmALo, Disp: 32 * p}, ymm(14), ymm(12+p))
		for r := range h {
			c.VADDPS(ymm(12+p), e.acc(r, p), e.acc(r, p))
		}
	}
	c.Label(name + "store")
	c.MOVQ(e.cPtr, gemmALo)
	for r := range h {
		for p := range 2 {
			c.VMOVUPS(e.acc(r, p), operand.Mem{Base: gemmALo, Disp: 32 * p})
		}
		c.ADDQ(e.cLd, gemmALo)
	}
	e.copyOut(c, h, name)
}

// copyOut copies a tile that is on the stack to C.
func (e avx2Edge) copyOut(c *build.Context, h int, name string) {
	c.CMPQ(argOf(gemmN), operand.Imm(avx2ColsMax))
	c.JGE(operand.LabelRef(name + "next"))
	c.LEAQ(e.tile, gemmALo)
	c.MOVQ(e.c, gemmBPtr)
	c.MOVQ(argOf(gemmLdc), gemmAHi)
	e.copyRows(c, h, name+"copy", gemmALo, nil, gemmBPtr, gemmAHi)
	c.Label(name + "next")
}
