package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile begins with lines that were not read before: of its rows of A, and of C, which are stored when it ends. Where latency counts for
// more than the queue of misses, each tile asks for those of the tile below while it runs: a line a step, first four of each row of A,
// whose further ones the hardware foresees, then those of C.
//
// What comes after this strip of B is asked for as slowly as the tiles of the strip allow, each a part of its rows: a line a step from L3,
// until all was there, filled the queue of misses on Sapphire Rapids, and what came from L2 waited.
type gemmBelow struct {
	gemmLocals
	rows, panels int
	label        string
	step         func(u int) // emits the u-th of quad steps
}

// at walks down the rows that are asked for.
func (b gemmBelow) at() reg.Register { return gemmSpare(b.rows) }

// gemmSpare is a register that a tile of so many rows leaves.
func gemmSpare(rows int) reg.Register {
	if rows <= 7 {
		return gemmAHi
	}
	return gemmPs3 // of a fourth panel
}

// gemmFurther is the element of A sixteen steps on, for tiles that ask; for others the one at hand. Columns of A may lie on pages of
// their own: there each step begins with a line that was not foreseen.
func gemmFurther(c *build.Context, rows int) operand.Mem {
	far := gemmSpare(rows)
	c.MOVQ(argOf(gemmAsks), far)
	c.NEGQ(far) // all ones or none
	c.ANDQ(gemmCsaReg, far)
	c.SHLQ(operand.Imm(4), far)
	return operand.Mem{Base: gemmALo, Index: far, Scale: 1}
}

// segments is gemmPackedSegments, asking.
func (b gemmBelow) segments(c *build.Context) {
	gemmEachSegment(c, b.gemmLocals, b.rows, b.label, func() { b.steps(c) })
	b.pacedOn(c)
}

// steps runs over the gemmK steps of a segment. The loop is the same for A, C and when both are done; then it asks for one row again and
// again, which is in L1.
func (b gemmBelow) steps(c *build.Context) {
	b.strips(c)
	c.SUBQ(operand.Imm(quad), gemmK)
	c.JLT(operand.LabelRef(b.label + "rest"))
	c.IMUL3Q(operand.Imm(uint64(b.rows)), gemmRsa1, b.at())
	c.ADDQ(gemmALo, b.at())
	c.MOVQ(gemmRsa1, b.stride)
	c.MOVQ(operand.I32(2), b.turns)
	c.Label(b.label + "turn")
	c.MOVQ(gemmK, b.until)
	c.SUBQ(operand.Imm(uint64(quad*b.rows)), b.until)
	c.Label(b.label + "quad")
	b.quad(c)
	c.SUBQ(operand.Imm(quad), gemmK)
	c.JLT(operand.LabelRef(b.label + "rest"))
	c.CMPQ(gemmK, b.until)
	c.JGT(operand.LabelRef(b.label + "quad"))
	b.turn(c)
	c.Label(b.label + "rest")
	c.ADDQ(operand.Imm(quad), gemmK)
	c.JEQ(operand.LabelRef(b.label + "seg"))
	gemmSingles(c, b.rows, b.label, operand.Imm(gemmPackedLd), func() { b.step(0) })
}

// quad is four steps: each asks for a line of the row, and for one of the panels.
func (b gemmBelow) quad(c *build.Context) {
	for u := range quad {
		gemmAskStrip(c, u, b.panels)
		c.PREFETCHT0(operand.Mem{Base: b.at(), Disp: 64 * u})
		b.step(u)
	}
	c.ADDQ(operand.Imm(4*quad), gemmALo)
	if b.rows > 7 {
		c.ADDQ(operand.Imm(4*quad), gemmAHi)
	}
	c.ADDQ(b.stride, b.at())
	c.ADDQ(b.pace, gemmLdbReg)
	c.ADDQ(operand.U32(gemmPackedLd*quad), gemmBPtr)
}

// turn goes on with the rows of C, then with the last of them for as long as the segment is.
func (b gemmBelow) turn(c *build.Context) {
	c.DECQ(b.turns)
	c.JZ(operand.LabelRef(b.label + "asked"))
	c.MOVQ(b.ldc, b.at())
	c.MOVQ(b.at(), b.stride)
	c.IMUL3Q(operand.Imm(uint64(b.rows)), b.at(), b.at())
	c.ADDQ(b.c, b.at())
	c.JMP(operand.LabelRef(b.label + "turn"))
	c.Label(b.label + "asked")
	c.MOVQ(operand.I32(0), b.stride)
	c.MOVQ(operand.I32(math.MinInt32), b.until)
	c.JMP(operand.LabelRef(b.label + "quad"))
}

// strips points gemmLdbReg at what a segment asks for of the next strip; B is at its first panel.
func (l gemmLocals) strips(c *build.Context) {
	c.MOVQ(l.paced, gemmLdbReg)
	c.IMULQ(gemmK, gemmLdbReg)
	c.SHRQ(operand.Imm(2), gemmLdbReg) // in quads
	c.ADDQ(l.strip, gemmLdbReg)
	c.ADDQ(gemmBPtr, gemmLdbReg)
}

// gemmAskStrip asks for a line of panel u of the next strip, if it has so many.
func gemmAskStrip(c *build.Context, u, panels int) {
	if u < panels {
		panel := gemmPanel(u)
		panel.Base = gemmLdbReg
		c.PREFETCHT0(panel)
	}
}

// pacedOn is the end of a tile: the next one asks for the rows that follow. gemmLdbReg is what it was.
func (l gemmLocals) pacedOn(c *build.Context) {
	c.MOVQ(l.pace, gemmLdbReg)
	c.ADDQ(gemmLdbReg, l.paced)
	c.MOVQ(operand.U32(gemmPackedLd), gemmLdbReg)
}
