package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A fewTile is the AVX2 tile of few rows, 4 x 48: two passes of 24 columns over three panels. Four rows of 16 columns are eight chains
// of multiply-adds, just what two units of four cycles want, and reach 88% of them on Zen 5; of 24 columns 98%.
type fewTile struct {
	gemmLocals
	mask operand.Mem // of the last vector of a pass
	cols operand.Mem // of the pass
	b    operand.Mem // where its first vector lies in B
	bias operand.Mem
}

const (
	fewRows    = 4
	fewVectors = 3
	fewPass    = 8 * fewVectors // columns
	fewPanels  = 3              // of both passes
	fewA       = 15             // the element of A
	fewB       = 12             // three vectors of B
)

// The first vector of a pass lies at B, the second fewSecond behind, the third a panel behind: 0, 32, Ps, then Ps+32, 2*Ps, 2*Ps+32.
var fewSecond = gemmPs3

func emitGemmFewAVX2(c *build.Context) {
	t := fewTile{gemmLocals: newGemmLocals(c), mask: c.AllocLocal(32), cols: c.AllocLocal(8), b: c.AllocLocal(8), bias: c.AllocLocal(8)}
	gemmPrologue(c, t.gemmLocals)
	t.first(c)
	c.Label("pass")
	avx2Mask(c, "fewMaskAVX2", t.cols, t.mask)
	c.MOVQ(t.cols, gemmK)
	c.CMPQ(gemmK, operand.Imm(fewPass))
	c.JNE(operand.LabelRef("edge"))
	t.dispatch(c, "full")
	for h := fewRows; h > 0; h-- {
		t.full(c, h)
	}
	c.Label("edge")
	for v := fewVectors; v > 0; v-- {
		if v > 1 {
			c.CMPQ(t.cols, operand.Imm(uint64(8*(v-1))))
			c.JLE(operand.LabelRef(fmt.Sprintf("edge%d", v-1)))
		}
		t.dispatch(c, fmt.Sprintf("v%dh", v))
		for h := fewRows; h > 0; h-- {
			t.edge(c, h, v)
		}
		if v > 1 {
			c.Label(fmt.Sprintf("edge%d", v-1))
		}
	}
	c.Label("second")
	t.second(c)
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// first prepares the first pass.
func (t fewTile) first(c *build.Context) {
	c.SHRQ(operand.Imm(1), t.pace) // there are two passes
	c.MOVQ(operand.U32(0), gemmK)
	c.MOVQ(gemmK, t.b)
	c.MOVQ(argOf(gemmBias), gemmK)
	c.MOVQ(gemmK, t.bias)
	c.MOVQ(operand.U32(32), fewSecond)
	c.MOVQ(argOf(gemmN), gemmK)
	c.MOVQ(operand.U32(fewPass), gemmALo)
	c.CMPQ(gemmK, gemmALo)
	c.CMOVQGT(gemmALo, gemmK)
	c.MOVQ(gemmK, t.cols)
}

// second begins the second pass, if it is to come and there are columns for it.
func (t fewTile) second(c *build.Context) {
	c.CMPQ(t.b, operand.Imm(0))
	c.JNE(operand.LabelRef("done"))
	c.MOVQ(argOf(gemmN), gemmK)
	c.SUBQ(operand.Imm(fewPass), gemmK)
	c.JLE(operand.LabelRef("done"))
	c.MOVQ(gemmK, t.cols)
	c.LEAQ(operand.Mem{Base: gemmPs1, Disp: 32}, gemmK)
	c.MOVQ(gemmK, t.b)
	c.LEAQ(operand.Mem{Base: gemmPs1, Disp: -32}, fewSecond)
	c.SUBQ(gemmPs1, t.ahead) // what is asked for then is as far from the first panel as before
	c.MOVQ(argOf(gemmA), gemmK)
	c.MOVQ(gemmK, t.a)
	c.MOVQ(argOf(gemmTiles), gemmK)
	c.MOVQ(gemmK, t.tiles)
	c.MOVQ(argOf(gemmC), gemmK)
	c.ADDQ(operand.Imm(4*fewPass), gemmK)
	c.MOVQ(gemmK, t.c)
	c.MOVQ(t.bias, gemmK)
	c.TESTQ(gemmK, gemmK)
	c.JZ(operand.LabelRef("pass"))
	c.ADDQ(operand.Imm(4*fewPass), gemmK)
	c.MOVQ(gemmK, t.bias)
	c.JMP(operand.LabelRef("pass"))
}

// dispatch jumps to the body for the height in the block; the first is the highest.
func (t fewTile) dispatch(c *build.Context, name string) {
	for h := fewRows - 1; h > 0; h-- {
		c.CMPQ(argOf(gemmM), operand.Imm(uint64(h)))
		c.JE(operand.LabelRef(fmt.Sprintf("%s%d", name, h)))
	}
}

// full is a pass of 24 columns.
func (t fewTile) full(c *build.Context, h int) {
	name := fmt.Sprintf("full%d", h)
	c.Label(name)
	t.begin(c, h, fewVectors, false, name)
	c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
	c.JNE(operand.LabelRef(name + "plain"))
	c.CMPQ(gemmCsaReg, operand.Imm(4))
	c.JNE(operand.LabelRef(name + "apart"))
	c.CMPQ(argOf(gemmAsks), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "asks"))
	c.MOVQ(t.ahead, gemmLdbReg)
	t.segments(c, h, name+"four", func(label string) { gemmQuads(c, h, label, func(u int) { t.asking(c, h, u) }) })
	c.JMP(operand.LabelRef(name + "packed"))
	c.Label(name + "apart")
	t.segments(c, h, name+"one", func(label string) {
		gemmSingles(c, h, label, operand.Imm(gemmPackedLd), func() { t.asking(c, h, 0) })
	})
	c.Label(name + "packed")
	c.MOVQ(operand.U32(gemmPackedLd), gemmLdbReg)
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "asks")
	t.pacedSegments(c, h, name+"paced")
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "plain")
	t.segments(c, h, name+"far", func(label string) {
		gemmSingles(c, h, label, gemmLdbReg, func() {
			gemmFarRows(c, 2)
			t.step(c, h, fewVectors, 0, false)
		})
	})
	c.Label(name + "out")
	t.finish(c, h, fewVectors, false, name)
	gemmNextTile(c, t.gemmLocals, h, name)
	c.JMP(operand.LabelRef("second"))
}

// pacedSegments is a pass over packed B that asks for the next strip as slowly as all passes allow: see gemmBelow.
func (t fewTile) pacedSegments(c *build.Context, h int, label string) {
	gemmEachSegment(c, t.gemmLocals, h, label, func() {
		t.strips(c)
		c.ADDQ(t.b, gemmBPtr)
		c.SUBQ(operand.Imm(quad), gemmK)
		c.JLT(operand.LabelRef(label + "rest"))
		c.Label(label + "quad")
		for u := range quad {
			gemmAskStrip(c, u, fewPanels)
			t.step(c, h, fewVectors, u, false)
		}
		c.ADDQ(operand.Imm(4*quad), gemmALo)
		c.ADDQ(t.pace, gemmLdbReg)
		c.ADDQ(operand.U32(gemmPackedLd*quad), gemmBPtr)
		c.SUBQ(operand.Imm(quad), gemmK)
		c.JGE(operand.LabelRef(label + "quad"))
		c.Label(label + "rest")
		c.ADDQ(operand.Imm(quad), gemmK)
		c.JEQ(operand.LabelRef(label + "seg"))
		gemmSingles(c, h, label, operand.Imm(gemmPackedLd), func() { t.step(c, h, fewVectors, 0, false) })
	})
	t.pacedOn(c)
}

// asking is a step over packed B that asks for the lines of the pass ahead of it, too.
func (t fewTile) asking(c *build.Context, h, u int) {
	for p := range 2 {
		m := gemmPanel(p)
		m.Disp = gemmPackedLd * (u + askAhead)
		c.PREFETCHT0(m)
	}
	t.step(c, h, fewVectors, u, false)
}

// edge is a pass of v vectors, the last of which is masked.
func (t fewTile) edge(c *build.Context, h, v int) {
	name := fmt.Sprintf("v%dh%d", v, h)
	c.Label(name)
	t.begin(c, h, v, true, name)
	t.segments(c, h, name+"mask", func(label string) {
		gemmSingles(c, h, label, gemmLdbReg, func() {
			gemmFarRows(c, 2)
			t.step(c, h, v, 0, true)
		})
	})
	t.finish(c, h, v, true, name)
	gemmNextTile(c, t.gemmLocals, h, name)
	c.JMP(operand.LabelRef("second"))
}

// segments loops over the segments, from the first vector of the pass on.
func (t fewTile) segments(c *build.Context, h int, label string, loop func(label string)) {
	gemmEachSegment(c, t.gemmLocals, h, label, func() {
		c.ADDQ(t.b, gemmBPtr)
		loop(label)
	})
}

func (t fewTile) acc(r, v int) reg.Register { return ymm(fewVectors*r + v) }

// vector is vector v of B, u steps from here.
func (t fewTile) vector(v, u int) operand.Mem {
	m := operand.Mem{Base: gemmBPtr, Disp: gemmPackedLd * u}
	switch v {
	case 1:
		m.Index, m.Scale = fewSecond, 1
	case 2:
		m.Index, m.Scale = gemmPs1, 1
	}
	return m
}

// step is one k, the u-th from where B points. The mask takes the register of A in turn.
func (t fewTile) step(c *build.Context, h, vectors, u int, masked bool) {
	for v := range vectors {
		t.load(c, t.vector(v, u), v, vectors, masked, ymm(fewB+v))
	}
	for r := range h {
		c.VBROADCASTSS(gemmRow(r).Offset(4*u), ymm(fewA))
		for v := range vectors {
			c.VFMADD231PS(ymm(fewB+v), ymm(fewA), t.acc(r, v))
		}
	}
}

// load is vector v of several; the last is masked, if any.
func (t fewTile) load(c *build.Context, from operand.Mem, v, vectors int, masked bool, to reg.Register) {
	if masked && v == vectors-1 {
		c.VMOVUPS(t.mask, ymm(fewA))
		c.VMASKMOVPS(from, ymm(fewA), to)
		return
	}
	c.VMOVUPS(from, to)
}

// begin clears the accumulators or loads them from C.
func (t fewTile) begin(c *build.Context, h, vectors int, masked bool, name string) {
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "load"))
	for r := range h {
		for v := range vectors {
			c.VXORPS(t.acc(r, v), t.acc(r, v), t.acc(r, v))
		}
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(t.c, gemmALo)
	for r := range h {
		for v := range vectors {
			t.load(c, operand.Mem{Base: gemmALo, Disp: 32 * v}, v, vectors, masked, t.acc(r, v))
		}
		c.ADDQ(argOf(gemmLdc), gemmALo)
	}
	c.Label(name + "run")
}

// finish adds the bias and stores the tile.
func (t fewTile) finish(c *build.Context, h, vectors int, masked bool, name string) {
	c.MOVQ(t.bias, gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(name + "store"))
	for v := range vectors {
		t.load(c, operand.Mem{Base: gemmALo, Disp: 32 * v}, v, vectors, masked, ymm(fewB))
		for r := range h {
			c.VADDPS(ymm(fewB), t.acc(r, v), t.acc(r, v))
		}
	}
	c.Label(name + "store")
	c.MOVQ(t.c, gemmALo)
	if masked {
		c.VMOVUPS(t.mask, ymm(fewA))
	}
	for r := range h {
		for v := range vectors {
			to := operand.Mem{Base: gemmALo, Disp: 32 * v}
			if masked && v == vectors-1 {
				c.VMASKMOVPS(t.acc(r, v), ymm(fewA), to)
				continue
			}
			c.VMOVUPS(t.acc(r, v), to)
		}
		c.ADDQ(argOf(gemmLdc), gemmALo)
	}
}
