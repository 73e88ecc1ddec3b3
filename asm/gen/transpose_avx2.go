package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposeMask and the next hold the lanes of a column's 16 elements that there are, transposeCols those of a row's 4.
const (
	transposeMask = 12
	transposeCols = 14
)

// What is asked for is the line of the last element of a block's row: that of the first is there if the two differ.
const (
	askNext = 64 + 60
	askInto = 60
)

// emitTransposeAVX2 moves blocks of 16 x 16 elements by 4 columns at a time, so that each line of the destination is written at once:
// of lines that lie 4 KB apart L1 holds 12, and one that is written by halves comes from L2 twice.
func emitTransposeAVX2(c *build.Context) {
	m := &moveRegs
	saved := c.AllocLocal(16)
	loadMove(c)
	tripleStrides(c)
	c.Label("cols")
	c.MOVQ(m.src, m.s)
	c.MOVQ(m.dst, m.d)
	c.MOVQ(m.rows, m.n)
	c.CMPQ(m.cols, operand.Imm(16))
	c.JL(operand.LabelRef("edge"))
	c.Label("block")
	c.CMPQ(m.n, operand.Imm(16))
	c.JL(operand.LabelRef("edge"))
	for q := range 4 {
		transposeQuarter(c, q)
	}
	nextLines(c)
	c.JMP(operand.LabelRef("block"))
	transposeStrip(c, "edge", saved, true)
	nextColumns(c)
}

// transposeStrip moves the n rows that are left of up to 16 columns, where blocks are no better; the last 16 rows as a block, if it can.
func transposeStrip(c *build.Context, name string, saved operand.Mem, block bool) {
	m := &moveRegs
	c.Label(name)
	c.TESTQ(m.n, m.n)
	c.JLE(operand.LabelRef("next"))
	c.CMPQ(m.rows, operand.Imm(16))
	c.JL(operand.LabelRef(name + "few"))
	lastLines(c)
	if block {
		c.CMPQ(m.cols, operand.Imm(16))
		c.JGE(operand.LabelRef("block"))
	}
	c.Label(name + "few")
	transposeEdge(c, name, saved)
	nextLines(c)
	c.JMP(operand.LabelRef(name))
}

func tripleStrides(c *build.Context) {
	m := &moveRegs
	c.LEAQ(operand.Mem{Base: m.srcLd, Index: m.srcLd, Scale: 2}, m.src3)
	c.LEAQ(operand.Mem{Base: m.dstLd, Index: m.dstLd, Scale: 2}, m.dst3)
}

// lastLines goes back if fewer than 16 rows are left: some are moved twice then.
func lastLines(c *build.Context) {
	m := &moveRegs
	c.XORL(m.t.As32(), m.t.As32())
	c.SUBQ(operand.Imm(16), m.n)
	c.CMOVQLT(m.n, m.t)
	c.SUBQ(m.t, m.n)
	c.ADDQ(operand.Imm(16), m.n)
	c.LEAQ(operand.Mem{Base: m.d, Index: m.t, Scale: 4}, m.d)
	c.IMULQ(m.srcLd, m.t)
	c.ADDQ(m.t, m.s)
}

// transposeQuarter moves 4 columns of 16 rows, and asks for as many lines of the next block of columns and of where they go to. Both
// lie in other pages, where no prefetcher looks.
func transposeQuarter(c *build.Context, q int) {
	m := &moveRegs
	c.LEAQ(operand.Mem{Base: m.s, Index: m.srcLd, Scale: 4}, m.t)
	rows := [4]reg.Register{m.s, m.t, m.t, m.u}
	for g := range 2 {
		low, high := rows[2*g], rows[2*g+1]
		if g == 1 {
			c.LEAQ(operand.Mem{Base: m.t, Index: m.srcLd, Scale: 4}, m.t)
			c.LEAQ(operand.Mem{Base: m.t, Index: m.srcLd, Scale: 4}, m.u)
		}
		for k := range 4 {
			lo, hi := at4(low, k, m.srcLd, m.src3), at4(high, k, m.srcLd, m.src3)
			lo.Disp, hi.Disp = 16*q, 16*q
			c.VMOVUPS(lo, xmm(8*g+k))
			c.VINSERTF128(operand.Imm(1), hi, ymm(8*g+k), ymm(8*g+k))
		}
		if q/2 == g {
			for k := range 4 {
				next := at4(rows[q], k, m.srcLd, m.src3)
				next.Disp = askNext
				c.PREFETCHT0(next)
			}
		}
		transposeFours(c, 8*g)
	}
	to := quarterRow(c, q)
	c.LEAQ(operand.Mem{Base: to, Index: m.dstLd, Scale: 8}, m.u)
	c.LEAQ(operand.Mem{Base: m.u, Index: m.dstLd, Scale: 8}, m.u)
	for k := range 4 {
		low := at4(to, k, m.dstLd, m.dst3)
		c.VMOVUPS(ymm(k), low)
		low.Disp = 32
		c.VMOVUPS(ymm(8+k), low)
		into := at4(m.u, k, m.dstLd, m.dst3)
		into.Disp = askInto
		c.PREFETCHT0(into)
	}
}

// quarterRow is a register with the address of row 4*q from d.
func quarterRow(c *build.Context, q int) reg.Register {
	m := &moveRegs
	from := reg.Register(m.d)
	if q >= 2 {
		c.LEAQ(operand.Mem{Base: from, Index: m.dstLd, Scale: 8}, m.t)
		from = m.t
	}
	if q%2 == 1 {
		c.LEAQ(operand.Mem{Base: from, Index: m.dstLd, Scale: 4}, m.t)
		from = m.t
	}
	return from
}

// transposeFours transposes 4 x 4 blocks in both halves of 4 registers from base at once.
func transposeFours(c *build.Context, base int) {
	y := func(i int) reg.Register { return ymm(base + i) }
	c.VUNPCKLPS(y(1), y(0), ymm(4))
	c.VUNPCKHPS(y(1), y(0), ymm(5))
	c.VUNPCKLPS(y(3), y(2), ymm(6))
	c.VUNPCKHPS(y(3), y(2), ymm(7))
	c.VUNPCKLPD(ymm(6), ymm(4), y(0))
	c.VUNPCKHPD(ymm(6), ymm(4), y(1))
	c.VUNPCKLPD(ymm(7), ymm(5), y(2))
	c.VUNPCKHPD(ymm(7), ymm(5), y(3))
}

// transposeEdge moves up to 16 of n rows and of cols columns, 4 columns at a time. s and d are saved at a place of 16 bytes; src3
// counts columns.
func transposeEdge(c *build.Context, name string, saved operand.Mem) {
	m := &moveRegs
	c.MOVQ(m.s, saved)
	c.MOVQ(m.d, saved.Offset(8))
	lanesMask(c, m.n, 0, 8, ymm(transposeMask))
	lanesMask(c, m.n, 8, 8, ymm(transposeMask+1))
	c.MOVQ(operand.U32(16), m.src3)
	c.CMPQ(m.cols, m.src3)
	c.CMOVQLT(m.cols, m.src3)
	c.Label(name + "quarter")
	lanesMask(c, m.src3, 0, 4, xmm(transposeCols))
	c.MOVQ(m.s, m.t)
	for k := range 16 {
		c.CMPQ(m.n, operand.Imm(uint64(k)))
		c.JLE(operand.LabelRef(name + "loaded"))
		to := k/8*8 + k%4
		if k%8 < 4 {
			c.VMASKMOVPS(operand.Mem{Base: m.t}, xmm(transposeCols), xmm(to))
		} else {
			c.VMASKMOVPS(operand.Mem{Base: m.t}, xmm(transposeCols), xmm(15))
			c.VINSERTF128(operand.Imm(1), xmm(15), ymm(to), ymm(to))
		}
		c.ADDQ(m.srcLd, m.t)
	}
	c.Label(name + "loaded")
	transposeFours(c, 0)
	transposeFours(c, 8)
	c.CMPQ(m.n, operand.Imm(16))
	c.JGE(operand.LabelRef(name + "whole"))
	storeEdge(c, name, func(k, i int) { c.VMASKMOVPS(ymm(8*i+k), ymm(transposeMask+i), at(m.d, 32*i)) })
	c.JMP(operand.LabelRef(name + "stored"))
	c.Label(name + "whole")
	storeEdge(c, name, func(k, i int) { c.VMOVUPS(ymm(8*i+k), at(m.d, 32*i)) })
	c.Label(name + "stored")
	c.ADDQ(operand.Imm(16), m.s)
	c.SUBQ(operand.Imm(4), m.src3)
	c.JG(operand.LabelRef(name + "quarter"))
	c.MOVQ(saved, m.s)
	c.MOVQ(saved.Offset(8), m.d)
	c.LEAQ(operand.Mem{Base: m.srcLd, Index: m.srcLd, Scale: 2}, m.src3)
}

// storeEdge stores up to 4 of src3 columns, both halves of each, and goes on by as many rows of the destination.
func storeEdge(c *build.Context, name string, store func(k, half int)) {
	m := &moveRegs
	for k := range 4 {
		c.CMPQ(m.src3, operand.Imm(uint64(k)))
		c.JLE(operand.LabelRef(name + "stored"))
		store(k, 0)
		store(k, 1)
		c.ADDQ(m.dstLd, m.d)
	}
}

// lanesMask sets the lanes of to that n elements fill behind the first so many, at most most.
func lanesMask(c *build.Context, n reg.Register, behind, most int, to reg.Register) {
	m := &moveRegs
	c.LEAQ(operand.Mem{Base: n, Disp: -behind}, m.t)
	c.MOVQ(operand.U32(uint32(most)), m.u)
	c.CMPQ(m.t, m.u)
	c.CMOVQGT(m.u, m.t)
	c.XORL(m.u.As32(), m.u.As32())
	c.TESTQ(m.t, m.t)
	c.CMOVQLT(m.u, m.t)
	c.NEGQ(m.t)
	c.LEAQ(windowMaskTable(c), m.u)
	c.VMOVUPS(operand.Mem{Base: m.u, Index: m.t, Scale: 4, Disp: 32}, to)
}
