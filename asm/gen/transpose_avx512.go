package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitTransposeAVX512 moves blocks of 16 x 16 elements, a line of each row: rows that lie 4 KB apart fall into one set of L1, and the
// half of a line that a block of 8 leaves is gone when the next comes to it. Whole blocks ask for the lines of the next block of
// columns and of where they go to: both lie in other pages, where no prefetcher looks. Blocks at the edges are masked; up to 8 columns
// go 4 at a time, as on AVX2.
func emitTransposeAVX512(c *build.Context) {
	m := &moveRegs
	saved := c.AllocLocal(16)
	loadMove(c)
	tripleStrides(c)
	c.Label("cols")
	c.MOVQ(m.src, m.s)
	c.MOVQ(m.dst, m.d)
	c.MOVQ(m.rows, m.n)
	c.CMPQ(m.cols, operand.Imm(8))
	c.JLE(operand.LabelRef("strip"))
	lineMask(c, m.cols, reg.K1)
	c.CMPQ(m.cols, operand.Imm(16))
	c.JL(operand.LabelRef("edge"))
	c.Label("block")
	c.CMPQ(m.n, operand.Imm(16))
	c.JL(operand.LabelRef("edge"))
	transposeLines(c, false)
	nextLines(c)
	c.JMP(operand.LabelRef("block"))
	c.Label("edge")
	c.TESTQ(m.n, m.n)
	c.JLE(operand.LabelRef("next"))
	lineMask(c, m.n, reg.K2)
	transposeLines(c, true)
	nextLines(c)
	c.JMP(operand.LabelRef("edge"))
	transposeStrip(c, "strip", saved, false)
	nextColumns(c)
}

// nextColumns goes on to the next 16 columns, or ends.
func nextColumns(c *build.Context) {
	m := &moveRegs
	c.Label("next")
	c.ADDQ(operand.Imm(64), m.src)
	c.LEAQ(operand.Mem{Base: m.dst, Index: m.dstLd, Scale: 8}, m.dst)
	c.LEAQ(operand.Mem{Base: m.dst, Index: m.dstLd, Scale: 8}, m.dst)
	c.SUBQ(operand.Imm(16), m.cols)
	c.JG(operand.LabelRef("cols"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// lineMask sets k to the first n lanes, at most 16.
func lineMask(c *build.Context, n, k reg.Register) {
	m := &moveRegs
	c.MOVQ(operand.U32(16), m.t)
	c.CMPQ(n, m.t)
	c.CMOVQLT(n, m.t)
	c.MOVL(operand.U32(0xffff), m.u.As32())
	c.BZHIL(m.t.As32(), m.u.As32(), m.u.As32())
	c.KMOVW(m.u.As32(), k)
}

// nextLines goes on to the next 16 rows.
func nextLines(c *build.Context) {
	m := &moveRegs
	c.ADDQ(operand.Imm(64), m.d)
	c.LEAQ(operand.Mem{Base: m.s, Index: m.srcLd, Scale: 8}, m.s)
	c.LEAQ(operand.Mem{Base: m.s, Index: m.srcLd, Scale: 8}, m.s)
	c.SUBQ(operand.Imm(16), m.n)
}

// transposeLines moves 16 x 16 elements from s to d; at an edge n rows of the lanes of K1, to as many lanes (K2) of cols rows. What
// registers hold of rows that are not there is not stored.
func transposeLines(c *build.Context, edge bool) {
	m, z := &moveRegs, zmm
	loaded, stored := "loaded", "stored"
	c.MOVQ(m.s, m.t)
	for k := range 16 {
		from := at4(m.t, k%4, m.srcLd, m.src3)
		if edge {
			c.CMPQ(m.n, operand.Imm(uint64(k)))
			c.JLE(operand.LabelRef(loaded))
			c.VMOVUPS_Z(from, reg.K1, z(k))
		} else {
			c.VMOVUPS(from, z(k))
			from.Disp = askNext
			c.PREFETCHT0(from)
		}
		if k%4 == 3 && k < 15 {
			c.LEAQ(operand.Mem{Base: m.t, Index: m.srcLd, Scale: 4}, m.t)
		}
	}
	if edge {
		c.Label(loaded)
	}
	shuffleLines(c)
	c.MOVQ(m.d, m.t)
	if !edge {
		c.LEAQ(operand.Mem{Base: m.d, Index: m.dstLd, Scale: 8}, m.u)
		c.LEAQ(operand.Mem{Base: m.u, Index: m.dstLd, Scale: 8}, m.u)
	}
	for k := range 16 {
		to := at4(m.t, k%4, m.dstLd, m.dst3)
		if edge {
			c.CMPQ(m.cols, operand.Imm(uint64(k)))
			c.JLE(operand.LabelRef(stored))
			c.VMOVUPS(z(k), reg.K2, to)
		} else {
			c.VMOVUPS(z(k), to)
			into := at4(m.u, k%4, m.dstLd, m.dst3)
			into.Disp = askInto
			c.PREFETCHT0(into)
		}
		if k%4 == 3 && k < 15 {
			c.LEAQ(operand.Mem{Base: m.t, Index: m.dstLd, Scale: 4}, m.t)
			if !edge {
				c.LEAQ(operand.Mem{Base: m.u, Index: m.dstLd, Scale: 4}, m.u)
			}
		}
	}
	if edge {
		c.Label(stored)
	}
}

// shuffleLines transposes registers 0 to 15 in place: blocks of 4 x 4 in each quarter, then the quarters.
func shuffleLines(c *build.Context) {
	z := zmm
	for k := 0; k < 16; k += 2 {
		c.VUNPCKLPS(z(k+1), z(k), z(16+k))
		c.VUNPCKHPS(z(k+1), z(k), z(17+k))
	}
	for g := 0; g < 16; g += 4 { // quarter L of register g+j is column 4L+j of rows g to g+3
		for j := range 2 {
			c.VUNPCKLPD(z(18+g+j), z(16+g+j), z(g+2*j))
			c.VUNPCKHPD(z(18+g+j), z(16+g+j), z(g+2*j+1))
		}
	}
	const even, odd = 0x88, 0xdd // quarters 0 and 2 of both, 1 and 3
	quarters := func(imm uint64, a, b, to int) { c.VSHUFF32X4(operand.Imm(imm), z(b), z(a), z(to)) }
	for j := range 4 {
		for h := range 2 {
			quarters(even, 8*h+j, 8*h+4+j, 16+4*j+2*h)
			quarters(odd, 8*h+j, 8*h+4+j, 17+4*j+2*h)
		}
	}
	for j := range 4 {
		quarters(even, 16+4*j, 18+4*j, j)
		quarters(even, 17+4*j, 19+4*j, 4+j)
		quarters(odd, 16+4*j, 18+4*j, 8+j)
		quarters(odd, 17+4*j, 19+4*j, 12+j)
	}
}
