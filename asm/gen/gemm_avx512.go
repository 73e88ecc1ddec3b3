package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A gemmTile512 is a tile of rows x 16*panels in zmm registers: rows*panels accumulators, a register for each panel
// of B, the rest for elements of A.
type gemmTile512 struct {
	rows, panels int
	ints         bool // four products of u8 and s8 a lane, summed in s32
}

// 6x64 needs 10 loads for 24 FMAs and, with 6 rows, never aliases in L1; the taller ones serve fewer columns.
var gemmTiles512 = [...]gemmTile512{{rows: 6, panels: 4}, {rows: 8, panels: 3}, {rows: 14, panels: 2}, {rows: 14, panels: 1}}

// Register use, the same in both x86 tiles. Row r of a tile of A is at one of two bases, since an index has the
// scales 1, 2, 4 only: rows 0..6 from aLo, 7..13 from aHi.
var (
	gemmArgs   = reg.RDI // the block outside of the loop over segments, the end of the segments inside
	gemmSeg    = reg.RSI
	gemmALo    = reg.RAX
	gemmAHi    = reg.RBX
	gemmBPtr   = reg.RCX
	gemmLdbReg = reg.RDX
	gemmK      = reg.R8
	gemmRsa1   = reg.R9
	gemmRsa3   = reg.R10
	gemmRsa5   = reg.R11
	gemmPs1    = reg.R12
	gemmPs3    = reg.R13
	gemmCsaReg = reg.R15
)

// gemmRow is the address of the element of row r that the bases point at.
func gemmRow(r int) operand.Mem {
	base := gemmALo
	if r >= 7 {
		base, r = gemmAHi, r-7
	}
	m := operand.Mem{Base: base}
	switch r {
	case 1, 2, 4:
		m.Index, m.Scale = gemmRsa1, uint8(r)
	case 3, 6:
		m.Index, m.Scale = gemmRsa3, uint8(r/3)
	case 5:
		m.Index, m.Scale = gemmRsa5, 1
	}
	return m
}

// gemmPanel is the address of panel p of the current row of B.
func gemmPanel(p int) operand.Mem {
	m := operand.Mem{Base: gemmBPtr}
	switch p {
	case 1, 2:
		m.Index, m.Scale = gemmPs1, uint8(p)
	case 3:
		m.Index, m.Scale = gemmPs3, 1
	}
	return m
}

// argOf is a field of the argument block.
func argOf(offset int) operand.Mem { return operand.Mem{Base: gemmArgs, Disp: offset} }

// loadArgs makes gemmArgs point at the block again.
func loadArgs(c *build.Context) { c.MOVQ(operand.NewParamAddr("a", 0), gemmArgs) }

// gemmLocals are what a tile remembers on the stack while its registers are in use.
type gemmLocals struct {
	a, c, tiles operand.Mem
	ahead, left operand.Mem // as in the block, for the tile at hand

	// Of gemmBelow: rows of C, those that are asked for, gemmK at their end, how many of A and C are left.
	ldc, stride, until, turns operand.Mem
	strip, pace, paced        operand.Mem // as in the block
}

func newGemmLocals(c *build.Context) gemmLocals {
	word := func() operand.Mem { return c.AllocLocal(8) }
	return gemmLocals{a: word(), c: word(), tiles: word(), ahead: word(), left: word(),
		ldc: word(), stride: word(), until: word(), turns: word(), strip: word(), pace: word(), paced: word()}
}

// gemmPrologue leaves the function at label "done" if there is nothing to do and loads what all tiles share.
func gemmPrologue(c *build.Context, l gemmLocals) {
	loadArgs(c)
	for _, size := range []int{gemmM, gemmN} {
		c.CMPQ(argOf(size), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(argOf(gemmTiles), gemmK)
	c.TESTQ(gemmK, gemmK)
	c.JLE(operand.LabelRef("done"))
	c.MOVQ(gemmK, l.tiles)
	c.MOVQ(argOf(gemmA), gemmALo)
	c.MOVQ(gemmALo, l.a)
	c.MOVQ(argOf(gemmC), gemmALo)
	c.MOVQ(gemmALo, l.c)
	c.MOVQ(argOf(gemmRsa), gemmRsa1)
	c.LEAQ(operand.Mem{Base: gemmRsa1, Index: gemmRsa1, Scale: 2}, gemmRsa3)
	c.LEAQ(operand.Mem{Base: gemmRsa1, Index: gemmRsa1, Scale: 4}, gemmRsa5)
	c.MOVQ(argOf(gemmPs), gemmPs1)
	c.LEAQ(operand.Mem{Base: gemmPs1, Index: gemmPs1, Scale: 2}, gemmPs3)
	c.MOVQ(argOf(gemmAhead), gemmALo)
	c.MOVQ(gemmALo, l.ahead)
	c.MOVQ(argOf(gemmAheadTiles), gemmALo)
	c.MOVQ(gemmALo, l.left)
	for _, copied := range []struct {
		field int
		local operand.Mem
	}{{gemmLdc, l.ldc}, {gemmStrip, l.strip}, {gemmPace, l.pace}, {gemmPaced, l.paced}} {
		c.MOVQ(argOf(copied.field), gemmALo)
		c.MOVQ(gemmALo, copied.local)
	}
	c.MOVQ(argOf(gemmCsa), gemmCsaReg)
	c.MOVQ(argOf(gemmLdb), gemmLdbReg)
}

// gemmDispatch jumps to the body for the height in the block.
func gemmDispatch(c *build.Context, rows int) {
	c.MOVQ(argOf(gemmM), gemmK)
	for h := rows; h > 1; h-- {
		c.CMPQ(gemmK, operand.Imm(uint64(h)))
		c.JE(operand.LabelRef(fmt.Sprintf("h%d", h)))
	}
}

// gemmSegments loops over the segments and, in each, over k. step emits one step of k.
func gemmSegments(c *build.Context, l gemmLocals, rows int, label string, step func()) {
	gemmSteps(c, l, rows, label, gemmLdbReg, step)
}

// gemmPackedSegments is gemmSegments over packed B, whose row stride is known: its register asks for what comes after this
// strip. The first tile of a strip else waits for L3 or memory; that was 5 to 10% of a product that exceeds L2. Nothing else is
// asked for: lines of the next tile's A and C, all at its beginning, filled the queue of misses and took 2% on Zen 5.
func gemmPackedSegments(c *build.Context, l gemmLocals, rows int, label string, step func()) {
	c.MOVQ(l.ahead, gemmLdbReg)
	gemmSteps(c, l, rows, label, operand.Imm(gemmPackedLd), func() {
		gemmAskAhead(c, 0)
		step()
	})
	c.MOVQ(operand.U32(gemmPackedLd), gemmLdbReg)
}

// gemmAskAhead asks for the line that lies as far ahead of line u of B as its register says.
func gemmAskAhead(c *build.Context, u int) {
	c.PREFETCHT1(operand.Mem{Base: gemmBPtr, Index: gemmLdbReg, Scale: 1, Disp: gemmPackedLd * u})
}

func gemmSteps(c *build.Context, l gemmLocals, rows int, label string, ldb operand.Op, step func()) {
	gemmEachSegment(c, l, rows, label, func() { gemmSingles(c, rows, label, ldb, step) })
}

// gemmSingles is the loop over gemmK steps, one at a time.
func gemmSingles(c *build.Context, rows int, label string, ldb operand.Op, step func()) {
	c.Label(label + "k")
	step()
	c.ADDQ(gemmCsaReg, gemmALo)
	if rows > 7 {
		c.ADDQ(gemmCsaReg, gemmAHi)
	}
	c.ADDQ(ldb, gemmBPtr)
	c.DECQ(gemmK)
	c.JNZ(operand.LabelRef(label + "k"))
}

// quad is how many steps are unrolled.
const quad = 4

// gemmPackedQuads is gemmPackedSegments over rows of A whose elements are adjacent, four steps at a time: where a step is six cycles
// only, counting and moving pointers in each takes 1% on Zen 5.
func gemmPackedQuads(c *build.Context, l gemmLocals, rows int, label string, step func(u int)) {
	c.MOVQ(l.ahead, gemmLdbReg)
	gemmEachSegment(c, l, rows, label, func() { gemmQuads(c, rows, label, step) })
	c.MOVQ(operand.U32(gemmPackedLd), gemmLdbReg)
}

// gemmQuads is the loop of gemmPackedQuads over gemmK steps.
func gemmQuads(c *build.Context, rows int, label string, step func(u int)) {
	c.SUBQ(operand.Imm(quad), gemmK)
	c.JLT(operand.LabelRef(label + "rest"))
	c.Label(label + "quad")
	for u := range quad {
		gemmAskAhead(c, u)
		step(u)
	}
	c.ADDQ(operand.Imm(4*quad), gemmALo)
	c.ADDQ(operand.U32(gemmPackedLd*quad), gemmBPtr)
	c.SUBQ(operand.Imm(quad), gemmK)
	c.JGE(operand.LabelRef(label + "quad"))
	c.Label(label + "rest")
	c.ADDQ(operand.Imm(quad), gemmK)
	c.JEQ(operand.LabelRef(label + "seg"))
	gemmSingles(c, rows, label, operand.Imm(gemmPackedLd), func() { step(0) })
}

// gemmEachSegment loops over the segments; loop emits what steps over the gemmK of one, which are not 0.
func gemmEachSegment(c *build.Context, l gemmLocals, rows int, label string, loop func()) {
	c.MOVQ(argOf(gemmSegs), gemmSeg)
	c.IMUL3Q(operand.Imm(uint64(segSize)), argOf(gemmNSeg), gemmK)
	c.ADDQ(gemmSeg, gemmK)
	c.MOVQ(gemmK, gemmArgs)
	c.Label(label + "seg")
	c.CMPQ(gemmSeg, gemmArgs)
	c.JGE(operand.LabelRef(label + "end"))
	c.MOVQ(l.a, gemmALo)
	c.ADDQ(operand.Mem{Base: gemmSeg, Disp: segA}, gemmALo)
	if rows > 7 {
		c.LEAQ(operand.Mem{Base: gemmALo, Index: gemmRsa3, Scale: 2}, gemmAHi)
		c.ADDQ(gemmRsa1, gemmAHi)
	}
	c.MOVQ(operand.NewParamAddr("a", 0), gemmBPtr)
	c.MOVQ(operand.Mem{Base: gemmBPtr, Disp: gemmB}, gemmBPtr)
	c.ADDQ(operand.Mem{Base: gemmSeg, Disp: segB}, gemmBPtr)
	c.MOVQ(operand.Mem{Base: gemmSeg, Disp: segK}, gemmK)
	c.ADDQ(operand.Imm(uint64(segSize)), gemmSeg)
	c.TESTQ(gemmK, gemmK)
	c.JLE(operand.LabelRef(label + "seg"))
	loop()
	c.JMP(operand.LabelRef(label + "seg"))
	c.Label(label + "end")
	loadArgs(c)
}

// gemmPackedLd is the row stride of packed B, whose lines the hardware fetches ahead by itself.
const gemmPackedLd = 64

// gemmFarRows asks for the row of B that is eight further down: rows of unpacked B lie on pages of their own, which the hardware
// does not foresee. A prefetch beyond the end is no access.
func gemmFarRows(c *build.Context, lines int) {
	for i := range lines {
		c.PREFETCHT0(operand.Mem{Base: gemmBPtr, Index: gemmLdbReg, Scale: 8, Disp: 64 * i})
	}
}

// gemmNextTile moves A and C down by rows and goes on at label while there are tiles.
func gemmNextTile(c *build.Context, l gemmLocals, rows int, label string) {
	c.MOVQ(gemmRsa1, gemmK)
	c.IMUL3Q(operand.Imm(uint64(rows)), gemmK, gemmK)
	c.ADDQ(gemmK, l.a)
	c.IMUL3Q(operand.Imm(uint64(rows)), argOf(gemmLdc), gemmK)
	c.ADDQ(gemmK, l.c)
	gemmAheadMoves(c, l, label)
	c.DECQ(l.tiles)
	c.JNZ(operand.LabelRef(label))
}

// gemmAheadMoves moves what is asked for ahead to the next panel, or ends it.
func gemmAheadMoves(c *build.Context, l gemmLocals, label string) {
	c.XORQ(gemmK, gemmK)
	c.DECQ(l.left)
	c.JLE(operand.LabelRef(label + "ahead"))
	c.MOVQ(l.ahead, gemmK)
	c.ADDQ(gemmPs1, gemmK)
	c.Label(label + "ahead")
	c.MOVQ(gemmK, l.ahead)
}

func (t gemmTile512) acc(r, p int) reg.Register { return zmm(r*t.panels + p) }
func (t gemmTile512) b(p int) reg.Register      { return zmm(31 - p) }

// a is the register for row r of A: what the accumulators and B leave is used in turn.
func (t gemmTile512) a(r int) reg.Register {
	free := 32 - t.rows*t.panels - t.panels
	return zmm(t.rows*t.panels + r%free)
}

func (t gemmTile512) emit(c *build.Context) {
	l := newGemmLocals(c)
	gemmPrologue(c, l)
	t.masks(c)
	gemmDispatch(c, t.rows)
	for h := 1; h <= t.rows; h++ {
		t.body(c, l, h)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// masks sets K1.. to the columns of each panel that exist.
func (t gemmTile512) masks(c *build.Context) {
	c.MOVQ(operand.I32(-1), gemmALo)
	c.MOVQ(argOf(gemmN), gemmK)
	c.BZHIQ(gemmK, gemmALo, gemmALo)
	for p := range t.panels {
		c.KMOVW(gemmALo.As32(), kreg(p+1))
		c.SHRQ(operand.Imm(16), gemmALo)
	}
}

func (t gemmTile512) body(c *build.Context, l gemmLocals, h int) {
	name := fmt.Sprintf("h%d", h)
	c.Label(name)
	t.begin(c, l, h, name)
	c.CMPQ(argOf(gemmNB), operand.Imm(uint64(16*t.panels)))
	c.JL(operand.LabelRef(name + "edge"))
	c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
	c.JNE(operand.LabelRef(name + "plain"))
	t.packed(c, l, h, name)
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "plain")
	further := gemmFurther(c, h)
	gemmSegments(c, l, h, name+"far", func() {
		gemmFarRows(c, t.panels)
		c.PREFETCHT0(further)
		t.step(c, h, 0, false)
	})
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "edge")
	gemmSegments(c, l, h, name+"mask", func() {
		gemmFarRows(c, t.panels)
		t.step(c, h, 0, true)
	})
	c.Label(name + "out")
	t.finish(c, l, h, name)
	gemmNextTile(c, l, h, name)
	c.JMP(operand.LabelRef("done"))
}

// packed runs over packed B. Tiles of less than half the height are few: a product that has rows for more is made of higher ones.
func (t gemmTile512) packed(c *build.Context, l gemmLocals, h int, name string) {
	if !t.ints && 2*h > t.rows {
		c.CMPQ(argOf(gemmAsks), operand.Imm(0))
		c.JE(operand.LabelRef(name + "alone"))
		c.CMPQ(gemmCsaReg, operand.Imm(4))
		c.JNE(operand.LabelRef(name + "alone"))
		b := gemmBelow{gemmLocals: l, rows: h, panels: t.panels, label: name + "asks", step: func(u int) { t.step(c, h, u, false) }}
		b.segments(c)
		c.JMP(operand.LabelRef(name + "out"))
		c.Label(name + "alone")
	}
	gemmPackedSegments(c, l, h, name+"full", func() { t.step(c, h, 0, false) })
}

// begin clears the accumulators or loads them from C.
func (t gemmTile512) begin(c *build.Context, l gemmLocals, h int, name string) {
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "load"))
	for r := range h {
		for p := range t.panels {
			c.VPXORD(t.acc(r, p), t.acc(r, p), t.acc(r, p))
		}
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(l.c, gemmALo)
	for r := range h {
		for p := range t.panels {
			c.VMOVUPS_Z(operand.Mem{Base: gemmALo, Disp: 64 * p}, kreg(p+1), t.acc(r, p))
		}
		c.ADDQ(argOf(gemmLdc), gemmALo)
	}
	c.Label(name + "run")
}

// step is one k, the u-th of those that are unrolled: a row of the panels, and each element of the column of A times it.
func (t gemmTile512) step(c *build.Context, h, u int, masked bool) {
	for p := range t.panels {
		if masked {
			c.VMOVUPS_Z(gemmPanel(p), kreg(p+1), t.b(p))
		} else {
			c.VMOVUPS(gemmPanel(p).Offset(gemmPackedLd*u), t.b(p))
		}
	}
	for r := range h {
		c.VBROADCASTSS(gemmRow(r).Offset(4*u), t.a(r))
		for p := range t.panels {
			if t.ints {
				c.VPDPBUSD(t.b(p), t.a(r), t.acc(r, p))
			} else {
				c.VFMADD231PS(t.b(p), t.a(r), t.acc(r, p))
			}
		}
	}
}

// finish adds the bias and stores the tile.
func (t gemmTile512) finish(c *build.Context, l gemmLocals, h int, name string) {
	c.MOVQ(argOf(gemmBias), gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(name + "store"))
	for p := range t.panels {
		c.VMOVUPS_Z(operand.Mem{Base: gemmALo, Disp: 64 * p}, kreg(p+1), t.b(p))
		for r := range h {
			if t.ints {
				c.VPADDD(t.b(p), t.acc(r, p), t.acc(r, p))
			} else {
				c.VADDPS(t.b(p), t.acc(r, p), t.acc(r, p))
			}
		}
	}
	c.Label(name + "store")
	c.MOVQ(l.c, gemmALo)
	for r := range h {
		for p := range t.panels {
			c.VMOVUPS(t.acc(r, p), kreg(p+1), operand.Mem{Base: gemmALo, Disp: 64 * p})
		}
		c.ADDQ(argOf(gemmLdc), gemmALo)
	}
}
