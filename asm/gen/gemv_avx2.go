package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The AVX2 tile of one row is 1 x 64: eight accumulators, where the 6 x 16 tile has two and waits for each sum. There is a body
// for each number of vectors; the last of them is masked.
type gemvAVX2 struct {
	gemmLocals
	mask operand.Mem // of the last vector
}

const gemvVectors = 8

func emitGemvAVX2(c *build.Context) {
	g := gemvAVX2{gemmLocals: newGemmLocals(c), mask: c.AllocLocal(32)}
	gemmPrologue(c, g.gemmLocals)
	g.masks(c)
	for n := gemvVectors; n > 1; n-- {
		c.CMPQ(argOf(gemmN), operand.Imm(uint64(8*(n-1))))
		c.JG(operand.LabelRef(fmt.Sprintf("v%d", n)))
	}
	for n := 1; n <= gemvVectors; n++ {
		g.body(c, n)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// masks stores ones for the columns of the last vector: 1 to 8.
func (g gemvAVX2) masks(c *build.Context) {
	table := c.StaticGlobal("gemvMaskAVX2")
	c.DataAttributes(rodata)
	for range 8 {
		c.AppendDatum(operand.U32(0xFFFFFFFF))
	}
	for range 8 {
		c.AppendDatum(operand.U32(0))
	}
	c.MOVQ(argOf(gemmN), gemmK)
	c.NEGQ(gemmK)
	c.ANDQ(operand.Imm(7), gemmK) // vacant columns
	c.LEAQ(table, gemmBPtr)
	c.VMOVUPS(operand.Mem{Base: gemmBPtr, Index: gemmK, Scale: 4}, ymm(0))
	c.VMOVUPS(ymm(0), g.mask)
}

func (g gemvAVX2) b(v int) operand.Mem {
	m := gemmPanel(v / 2)
	m.Disp = 32 * (v % 2)
	return m
}

func (g gemvAVX2) body(c *build.Context, n int) {
	name := fmt.Sprintf("v%d", n)
	c.Label(name)
	g.begin(c, n, name)
	c.CMPQ(argOf(gemmNB), operand.Imm(uint64(8*n)))
	c.JL(operand.LabelRef(name + "edge"))
	c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
	c.JNE(operand.LabelRef(name + "plain"))
	gemmPackedSegments(c, g.gemmLocals, 1, name+"full", func() { g.step(c, n, false) })
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "plain")
	gemmSegments(c, g.gemmLocals, 1, name+"far", func() {
		gemmFarRows(c, (n+1)/2)
		g.step(c, n, false)
	})
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "edge")
	c.VMOVUPS(g.mask, ymm(10))
	gemmSegments(c, g.gemmLocals, 1, name+"mask", func() {
		gemmFarRows(c, (n+1)/2)
		g.step(c, n, true)
	})
	c.Label(name + "out")
	g.finish(c, n, name)
	gemmNextTile(c, g.gemmLocals, 1, name)
	c.JMP(operand.LabelRef("done"))
}

// step is one k; ymm8 is the element of A.
func (g gemvAVX2) step(c *build.Context, n int, masked bool) {
	c.VBROADCASTSS(operand.Mem{Base: gemmALo}, ymm(8))
	for v := range n {
		if masked && v == n-1 {
			c.VMASKMOVPS(g.b(v), ymm(10), ymm(9))
			c.VFMADD231PS(ymm(9), ymm(8), ymm(v))
			continue
		}
		c.VFMADD231PS(g.b(v), ymm(8), ymm(v))
	}
}

// row loads or stores vector v of a row of C or the bias at gemmALo.
func (g gemvAVX2) row(v int) operand.Mem { return operand.Mem{Base: gemmALo, Disp: 32 * v} }

// load is a vector of a row; the last is masked by ymm10.
func (g gemvAVX2) load(c *build.Context, v, n int, to reg.Register) {
	if v == n-1 {
		c.VMASKMOVPS(g.row(v), ymm(10), to)
		return
	}
	c.VMOVUPS(g.row(v), to)
}

// begin clears the accumulators or loads them from C.
func (g gemvAVX2) begin(c *build.Context, n int, name string) {
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "load"))
	for v := range n {
		c.VXORPS(ymm(v), ymm(v), ymm(v))
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(g.c, gemmALo)
	c.VMOVUPS(g.mask, ymm(10))
	for v := range n {
		g.load(c, v, n, ymm(v))
	}
	c.Label(name + "run")
}

// finish adds the bias and stores the row.
func (g gemvAVX2) finish(c *build.Context, n int, name string) {
	c.VMOVUPS(g.mask, ymm(10))
	c.MOVQ(argOf(gemmBias), gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(name + "store"))
	for v := range n {
		g.load(c, v, n, ymm(9))
		c.VADDPS(ymm(9), ymm(v), ymm(v))
	}
	c.Label(name + "store")
	c.MOVQ(g.c, gemmALo)
	for v := range n {
		if v == n-1 {
			c.VMASKMOVPS(ymm(v), ymm(10), g.row(v))
			continue
		}
		c.VMOVUPS(ymm(v), g.row(v))
	}
}
