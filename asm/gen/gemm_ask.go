package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// Tiles of few rows read packed B as fast as it comes. They ask for each line askAhead lines before it is read, and for those of the
// next strip while the last of this one are read: the hardware alone gets 88 GB/s out of L3 on Zen 5 in most minutes, so 105.
const askAhead = 16

// What is asked for lies at gemmAsked. Rows above the fifth would want these registers.
var (
	gemmAsked = gemmRsa5
	gemmAskTo = gemmAHi
)

// gemmAskedSteps runs over the gemmK steps of a segment of packed B, whose elements of A are gemmCsaReg apart. ask emits the u-th of
// quad steps, with B still at the first of them, and what it asks for; single emits a step.
func gemmAskedSteps(c *build.Context, l gemmLocals, rows int, label string, ask func(u int), single func()) {
	c.MOVQ(gemmK, gemmAskTo)
	c.LEAQ(operand.Mem{Base: gemmBPtr, Disp: gemmPackedLd * askAhead}, gemmAsked)
	c.SUBQ(operand.Imm(askAhead+quad), gemmK)
	c.JLT(operand.LabelRef(label + "last"))
	gemmAskedQuads(c, label+"quad", ask)
	c.Label(label + "last") // gemmK is what is left less both
	c.NEGQ(gemmAskTo)
	c.ADDQ(operand.Imm(askAhead), gemmAskTo)
	c.SHLQ(operand.Imm(6), gemmAskTo)
	c.ADDQ(l.ahead, gemmAskTo)
	c.LEAQ(operand.Mem{Base: gemmBPtr, Index: gemmAskTo, Scale: 1}, gemmAsked)
	c.ADDQ(operand.Imm(askAhead), gemmK)
	c.JLT(operand.LabelRef(label + "rest"))
	gemmAskedQuads(c, label+"tail", ask)
	c.Label(label + "rest")
	c.ADDQ(operand.Imm(quad), gemmK)
	c.JEQ(operand.LabelRef(label + "seg"))
	gemmSingles(c, rows, label, operand.Imm(gemmPackedLd), single)
}

// gemmAskedQuads steps on while gemmK is not negative, which counts what follows.
func gemmAskedQuads(c *build.Context, label string, ask func(u int)) {
	c.Label(label)
	for u := range quad {
		ask(u)
		c.ADDQ(gemmCsaReg, gemmALo)
	}
	c.ADDQ(operand.U32(gemmPackedLd*quad), gemmBPtr)
	c.ADDQ(operand.U32(gemmPackedLd*quad), gemmAsked)
	c.SUBQ(operand.Imm(quad), gemmK)
	c.JGE(operand.LabelRef(label))
}
