package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A gemv is the x86 tile of one row, 1 x 64: four panels at a time give eight or four chains of multiply-adds, where the 6 x 16 tile
// has two and waits for each sum. There is a body for each number of vectors; the last of them is masked.
type gemv struct {
	gemmLocals
	width int // bytes of a vector
	vec   func(int) reg.Register
	mask  operand.Mem // of the last vector, with ymm
}

const gemvColumns = 64

// Vector registers behind the accumulators.
const (
	gemvA    = 8 // the element of A; the next in turn when steps are unrolled
	gemvB    = 10
	gemvMask = 11
)

func emitGemvAVX2(c *build.Context)   { emitGemv(c, 32, ymm) }
func emitGemvAVX512(c *build.Context) { emitGemv(c, 64, zmm) }

func emitGemv(c *build.Context, width int, vec func(int) reg.Register) {
	g := gemv{gemmLocals: newGemmLocals(c), width: width, vec: vec}
	if !g.wide() {
		g.mask = c.AllocLocal(width)
	}
	gemmPrologue(c, g.gemmLocals)
	g.masks(c)
	all := 4 * gemvColumns / width
	for n := all; n > 1; n-- {
		c.CMPQ(argOf(gemmN), operand.Imm(uint64(g.lanes()*(n-1))))
		c.JG(operand.LabelRef(fmt.Sprintf("v%d", n)))
	}
	for n := 1; n <= all; n++ {
		g.body(c, n)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// wide reports whether vectors are zmm, which have masks of their own.
func (g gemv) wide() bool { return g.width == 64 }
func (g gemv) lanes() int { return g.width / 4 }

// masks makes ones for the columns of the last vector, in K1 or on the stack.
func (g gemv) masks(c *build.Context) {
	if !g.wide() {
		avx2Mask(c, "gemvMaskAVX2", argOf(gemmN), g.mask)
		return
	}
	c.MOVQ(argOf(gemmN), gemmK)
	c.NEGQ(gemmK)
	c.ANDQ(operand.Imm(15), gemmK) // vacant columns
	c.MOVQ(operand.U32(0xFFFF), gemmALo)
	c.SHRXQ(gemmK, gemmALo, gemmALo)
	c.KMOVW(gemmALo.As32(), reg.K1)
}

// avx2Mask stores ones for the last vector's part of so many columns to mask: 1 to 8, from a table of that name.
func avx2Mask(c *build.Context, name string, columns, mask operand.Mem) {
	table := c.StaticGlobal(name)
	c.DataAttributes(rodata)
	for range 8 {
		c.AppendDatum(operand.U32(0xFFFFFFFF))
	}
	for range 8 {
		c.AppendDatum(operand.U32(0))
	}
	c.MOVQ(columns, gemmK)
	c.NEGQ(gemmK)
	c.ANDQ(operand.Imm(7), gemmK) // vacant columns
	c.LEAQ(table, gemmBPtr)
	c.VMOVUPS(operand.Mem{Base: gemmBPtr, Index: gemmK, Scale: 4}, ymm(0))
	c.VMOVUPS(ymm(0), mask)
}

// panels is how many panels n vectors are of.
func (g gemv) panels(n int) int { return (n*g.width + gemmPackedLd - 1) / gemmPackedLd }

// b is vector v of the u-th row of B from here.
func (g gemv) b(v, u int) operand.Mem {
	at := v * g.width
	m := gemmPanel(at / gemmPackedLd)
	m.Disp = gemmPackedLd*u + at%gemmPackedLd
	return m
}

func (g gemv) body(c *build.Context, n int) {
	name := fmt.Sprintf("v%d", n)
	c.Label(name)
	g.begin(c, n, name)
	c.CMPQ(argOf(gemmNB), operand.Imm(uint64(g.lanes()*n)))
	c.JL(operand.LabelRef(name + "edge"))
	c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
	c.JNE(operand.LabelRef(name + "plain"))
	gemmEachSegment(c, g.gemmLocals, 1, name+"full", func() { g.packed(c, n, name+"full") })
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "plain")
	gemmSegments(c, g.gemmLocals, 1, name+"far", func() {
		gemmFarRows(c, g.panels(n))
		g.step(c, n, false)
	})
	c.JMP(operand.LabelRef(name + "out"))
	c.Label(name + "edge")
	g.loadMask(c)
	gemmSegments(c, g.gemmLocals, 1, name+"mask", func() {
		gemmFarRows(c, g.panels(n))
		g.step(c, n, true)
	})
	c.Label(name + "out")
	g.finish(c, n, name)
	gemmNextTile(c, g.gemmLocals, 1, name)
	c.JMP(operand.LabelRef("done"))
}

// packed runs over the gemmK steps of packed B.
func (g gemv) packed(c *build.Context, n int, label string) {
	gemmAskedSteps(c, g.gemmLocals, 1, label, func(u int) {
		a := g.vec(gemvA + u%2)
		c.VBROADCASTSS(operand.Mem{Base: gemmALo}, a)
		for v := range n {
			if m := g.b(v, u); v*g.width%gemmPackedLd == 0 {
				m.Base = gemmAsked
				c.PREFETCHT0(m)
			}
			c.VFMADD231PS(g.b(v, u), a, g.vec(v))
		}
	}, func() { g.step(c, n, false) })
}

// step is one k.
func (g gemv) step(c *build.Context, n int, masked bool) {
	c.VBROADCASTSS(operand.Mem{Base: gemmALo}, g.vec(gemvA))
	for v := range n {
		if masked && v == n-1 {
			g.loadMasked(c, g.b(v, 0), g.vec(gemvB))
			c.VFMADD231PS(g.vec(gemvB), g.vec(gemvA), g.vec(v))
			continue
		}
		c.VFMADD231PS(g.b(v, 0), g.vec(gemvA), g.vec(v))
	}
}

func (g gemv) loadMask(c *build.Context) {
	if !g.wide() {
		c.VMOVUPS(g.mask, g.vec(gemvMask))
	}
}

func (g gemv) loadMasked(c *build.Context, from operand.Mem, to reg.Register) {
	if g.wide() {
		c.VMOVUPS_Z(from, reg.K1, to)
		return
	}
	c.VMASKMOVPS(from, g.vec(gemvMask), to)
}

// row is vector v of a row of C or the bias at gemmALo.
func (g gemv) row(v int) operand.Mem { return operand.Mem{Base: gemmALo, Disp: g.width * v} }

// load is a vector of a row; the last is masked.
func (g gemv) load(c *build.Context, v, n int, to reg.Register) {
	if v == n-1 {
		g.loadMasked(c, g.row(v), to)
		return
	}
	c.VMOVUPS(g.row(v), to)
}

// begin clears the accumulators or loads them from C.
func (g gemv) begin(c *build.Context, n int, name string) {
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "load"))
	for v := range n {
		if g.wide() {
			c.VPXORD(g.vec(v), g.vec(v), g.vec(v))
		} else {
			c.VXORPS(g.vec(v), g.vec(v), g.vec(v))
		}
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(g.c, gemmALo)
	g.loadMask(c)
	for v := range n {
		g.load(c, v, n, g.vec(v))
	}
	c.Label(name + "run")
}

// finish adds the bias and stores the row.
func (g gemv) finish(c *build.Context, n int, name string) {
	g.loadMask(c)
	c.MOVQ(argOf(gemmBias), gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(name + "store"))
	for v := range n {
		g.load(c, v, n, g.vec(gemvB))
		c.VADDPS(g.vec(gemvB), g.vec(v), g.vec(v))
	}
	c.Label(name + "store")
	c.MOVQ(g.c, gemmALo)
	for v := range n {
		switch {
		case v < n-1:
			c.VMOVUPS(g.vec(v), g.row(v))
		case g.wide():
			c.VMOVUPS(g.vec(v), reg.K1, g.row(v))
		default:
			c.VMASKMOVPS(g.vec(v), g.vec(gemvMask), g.row(v))
		}
	}
}
