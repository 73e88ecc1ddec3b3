package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// On AMX a tile of C is 32 x 32: two tile registers high and two wide, of 16 x 16 sums each. A step is 16 groups of four k: two tiles of A,
// straight from its rows, two of B, which are 16 lines of two panels of q8 as they lie there, and four products of 16 cycles, during
// which the loads of the next step take 32. The driver has written the shapes of all tiles (Room), so rows and columns that are not
// there are neither read nor written; N is at most 32 or a multiple of it. C begins at the bias, a row that is loaded with a
// stride of zero, or, if Init is 1, at C; the driver sees to it that there is not both.
//
// What K leaves over of whole steps comes first: a copy of those groups, and zeros behind them, lies in the room, since the 16 lines of
// B that they are multiplied with are all there; at the end they would not be.
//
// B is loaded as what will not be read again soon: A then stays in L1 while the lines of B pass by, which is 13% at K = 1024.
//
// The shapes are loaded for each call and released at its end: between calls no thread has tiles that the system would have to save.
const (
	amxTile  = 16 // rows of a tile, columns of C's, groups of a step
	amxLine  = 64 // bytes of a row of a tile
	amxShape = 64 // bytes of the shapes, before the copy of A in the room

	amxA, amxB tmm = 4, 6 // the first of two each
)

// Registers.
var (
	amxArgs   = reg.RDI
	amxSixty4 = reg.RSI
	amxAPtr   = [2]reg.GPPhysical{reg.RAX, reg.RBX}
	amxBPtr   = [2]reg.GPPhysical{reg.RCX, reg.RDX}
	amxCount  = reg.R8
	amxRsa    = reg.R9
	amxLdc    = reg.R10
	amxPs     = reg.R11
	amxC      = reg.R12
	amxBase   = reg.R13 // of B, at the columns at hand
	amxTemp   = reg.R15
)

type qgemmAMX struct {
	a, c, tiles, cols, bias operand.Mem
	steps, rest             operand.Mem // of 16 groups, and groups that are left over
}

func (q *qgemmAMX) acc(r, p int) tmm { return tmm(2*r + p) }

func emitQGemmAMX(c *build.Context) {
	var q qgemmAMX
	for _, m := range []*operand.Mem{&q.a, &q.c, &q.tiles, &q.cols, &q.bias, &q.steps, &q.rest} {
		*m = c.AllocLocal(8)
	}
	q.prologue(c)
	for _, height := range []int{2, 1} {
		for _, width := range []int{2, 1} {
			q.body(c, height, width)
		}
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// prologue loads what all bodies share, and chooses one.
func (q *qgemmAMX) prologue(c *build.Context) {
	c.MOVQ(operand.NewParamAddr("a", 0), amxArgs)
	for _, size := range []int{gemmM, gemmN, gemmTiles} {
		c.CMPQ(q.arg(size), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(q.arg(gemmRoom), amxTemp)
	ldtilecfg(c, amxTemp)
	for _, m := range []struct {
		from int
		to   operand.Mem
	}{{gemmA, q.a}, {gemmC, q.c}, {gemmTiles, q.tiles}} {
		c.MOVQ(q.arg(m.from), amxTemp)
		c.MOVQ(amxTemp, m.to)
	}
	c.MOVQ(operand.U32(amxLine), amxSixty4)
	c.MOVQ(q.arg(gemmRsa), amxRsa)
	c.MOVQ(q.arg(gemmLdc), amxLdc)
	c.MOVQ(q.arg(gemmPs), amxPs)
	c.MOVQ(q.arg(gemmSegs), amxTemp)
	c.MOVQ(operand.Mem{Base: amxTemp, Disp: segK}, amxCount)
	c.MOVQ(operand.Mem{Base: amxTemp, Disp: segA}, amxTemp)
	c.ADDQ(amxTemp, q.a)
	q.countSteps(c)
	c.CMPQ(q.arg(gemmM), operand.Imm(amxTile))
	c.JLE(operand.LabelRef("low"))
	c.CMPQ(q.arg(gemmN), operand.Imm(amxTile))
	c.JLE(operand.LabelRef("h2w1"))
	c.JMP(operand.LabelRef("h2w2"))
	c.Label("low")
	c.CMPQ(q.arg(gemmN), operand.Imm(amxTile))
	c.JLE(operand.LabelRef("h1w1"))
	c.JMP(operand.LabelRef("h1w2"))
}

func (q *qgemmAMX) arg(offset int) operand.Mem { return operand.Mem{Base: amxArgs, Disp: offset} }

// countSteps divides the groups. Up to 16 are one step, whose tiles have their shape.
func (q *qgemmAMX) countSteps(c *build.Context) {
	c.MOVQ(amxCount, amxTemp)
	c.SHRQ(operand.Imm(4), amxTemp)
	c.MOVQ(amxTemp, q.steps)
	c.MOVQ(amxCount, amxTemp)
	c.ANDQ(operand.Imm(amxTile-1), amxTemp)
	c.MOVQ(amxTemp, q.rest)
	c.MOVQ(operand.U32(1), amxBase)
	c.SHLXQ(amxTemp, amxBase, amxBase)
	c.DECQ(amxBase)
	c.KMOVW(amxBase.As32(), kreg(1))
	c.CMPQ(amxCount, operand.Imm(amxTile))
	c.JGE(operand.LabelRef("counted"))
	c.MOVQ(operand.U32(0), q.rest)
	c.TESTQ(amxCount, amxCount)
	c.JZ(operand.LabelRef("counted"))
	c.MOVQ(operand.U32(1), q.steps)
	c.Label("counted")
}

// body is the loop over tiles of so many registers of rows, and in it that over columns.
func (q *qgemmAMX) body(c *build.Context, height, width int) {
	name := fmt.Sprintf("h%dw%d", height, width)
	c.Label(name)
	q.copyRest(c, name)
	c.MOVQ(q.arg(gemmSegs), amxTemp)
	c.MOVQ(q.arg(gemmB), amxBase)
	c.ADDQ(operand.Mem{Base: amxTemp, Disp: segB}, amxBase)
	c.MOVQ(q.c, amxC)
	for _, m := range []struct {
		from int
		to   operand.Mem
	}{{gemmBias, q.bias}, {gemmN, q.cols}} {
		c.MOVQ(q.arg(m.from), amxTemp)
		c.MOVQ(amxTemp, m.to)
	}
	c.Label(name + "col")
	q.begin(c, height, width, name)
	q.multiply(c, height, width, name)
	q.eachC(c, height, width, func(t tmm, m tileMem) { tilestored(c, t, m) })
	c.SUBQ(operand.Imm(2*amxTile), q.cols)
	c.JLE(operand.LabelRef(name + "next"))
	c.ADDQ(operand.U32(2*amxLine), amxC)
	c.LEAQ(operand.Mem{Base: amxBase, Index: amxPs, Scale: 2}, amxBase)
	c.ADDQ(operand.U32(2*amxLine), q.bias)
	c.JMP(operand.LabelRef(name + "col"))
	c.Label(name + "next")
	for _, m := range []struct {
		stride reg.GPPhysical
		at     operand.Mem
	}{{amxRsa, q.a}, {amxLdc, q.c}} {
		c.MOVQ(m.stride, amxTemp)
		c.IMULQ(q.arg(gemmM), amxTemp)
		c.ADDQ(amxTemp, m.at)
	}
	c.DECQ(q.tiles)
	c.JNZ(operand.LabelRef(name))
	tilerelease(c)
	c.JMP(operand.LabelRef("done"))
}

// copyRest copies the first groups of the tile's rows to the room, if some are left over of whole steps.
func (q *qgemmAMX) copyRest(c *build.Context, name string) {
	c.CMPQ(q.rest, operand.Imm(0))
	c.JE(operand.LabelRef(name + "copied"))
	c.MOVQ(q.a, amxAPtr[0])
	c.MOVQ(q.arg(gemmRoom), amxTemp)
	c.MOVQ(q.arg(gemmM), amxCount)
	c.Label(name + "copy")
	c.ADDQ(amxSixty4, amxTemp)
	c.VMOVDQU32_Z(operand.Mem{Base: amxAPtr[0]}, kreg(1), zmm(0))
	c.VMOVDQU32(zmm(0), operand.Mem{Base: amxTemp})
	c.ADDQ(amxRsa, amxAPtr[0])
	c.DECQ(amxCount)
	c.JNZ(operand.LabelRef(name + "copy"))
	c.Label(name + "copied")
}

// begin sets the sums to C, the bias or zero.
func (q *qgemmAMX) begin(c *build.Context, height, width int, name string) {
	c.CMPQ(q.arg(gemmInit), operand.Imm(0))
	c.JE(operand.LabelRef(name + "fresh"))
	q.eachC(c, height, width, func(t tmm, m tileMem) { tileloadd(c, m, t) })
	c.JMP(operand.LabelRef(name + "begun"))
	c.Label(name + "fresh")
	c.CMPQ(q.arg(gemmBias), operand.Imm(0))
	c.JE(operand.LabelRef(name + "zero"))
	c.MOVQ(q.bias, amxTemp)
	c.XORQ(amxCount, amxCount)
	for r := range height {
		for p := range width {
			tileloadd(c, tileMem{base: amxTemp, stride: amxCount, disp: amxLine * p}, q.acc(r, p))
		}
	}
	c.JMP(operand.LabelRef(name + "begun"))
	c.Label(name + "zero")
	for r := range height {
		for p := range width {
			tilezero(c, q.acc(r, p))
		}
	}
	c.Label(name + "begun")
}

// eachC goes over the tile registers of C and where they belong.
func (q *qgemmAMX) eachC(c *build.Context, height, width int, f func(t tmm, m tileMem)) {
	if height > 1 {
		c.MOVQ(amxLdc, amxTemp)
		c.SHLQ(operand.Imm(4), amxTemp)
		c.ADDQ(amxC, amxTemp)
	}
	for r := range height {
		for p := range width {
			f(q.acc(r, p), tileMem{base: [...]reg.GPPhysical{amxC, amxTemp}[r], stride: amxLdc, disp: amxLine * p})
		}
	}
}

// multiply adds the products of all k.
func (q *qgemmAMX) multiply(c *build.Context, height, width int, name string) {
	c.MOVQ(amxBase, amxBPtr[0])
	if width > 1 {
		c.LEAQ(operand.Mem{Base: amxBase, Index: amxPs, Scale: 1}, amxBPtr[1])
	}
	c.MOVQ(q.a, amxAPtr[0])
	if height > 1 {
		c.MOVQ(amxRsa, amxAPtr[1])
		c.SHLQ(operand.Imm(4), amxAPtr[1])
		c.ADDQ(amxAPtr[0], amxAPtr[1])
	}
	c.CMPQ(q.rest, operand.Imm(0))
	c.JE(operand.LabelRef(name + "whole"))
	c.MOVQ(q.arg(gemmRoom), amxTemp)
	q.step(c, height, width, func(r int) tileMem {
		return tileMem{base: amxTemp, stride: amxSixty4, disp: amxShape + amxTile*amxLine*r}
	})
	c.MOVQ(q.rest, amxTemp)
	for r := range height {
		c.LEAQ(operand.Mem{Base: amxAPtr[r], Index: amxTemp, Scale: 4}, amxAPtr[r])
	}
	c.SHLQ(operand.Imm(6), amxTemp)
	for p := range width {
		c.ADDQ(amxTemp, amxBPtr[p])
	}
	c.Label(name + "whole")
	c.MOVQ(q.steps, amxCount)
	c.TESTQ(amxCount, amxCount)
	c.JZ(operand.LabelRef(name + "out"))
	c.Label(name + "k")
	q.step(c, height, width, func(r int) tileMem { return tileMem{base: amxAPtr[r], stride: amxRsa} })
	for r := range height {
		c.ADDQ(operand.Imm(amxLine), amxAPtr[r])
	}
	for p := range width {
		c.ADDQ(operand.U32(amxTile*amxLine), amxBPtr[p])
	}
	c.DECQ(amxCount)
	c.JNZ(operand.LabelRef(name + "k"))
	c.Label(name + "out")
}

// step loads tiles of A and B and multiplies them.
func (q *qgemmAMX) step(c *build.Context, height, width int, a func(r int) tileMem) {
	for r := range height {
		tileloadd(c, a(r), amxA+tmm(r))
		for p := range width {
			if r == 0 {
				tileloaddt1(c, tileMem{base: amxBPtr[p], stride: amxSixty4}, amxB+tmm(p))
			}
			tdpbusd(c, amxB+tmm(p), amxA+tmm(r), q.acc(r, p))
		}
	}
}
