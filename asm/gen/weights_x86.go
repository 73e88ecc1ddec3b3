package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// weightsX86 is a kernel for up to four panels in zmm registers, or up to two in pairs of ymm: four chains either way. A weight
// costs its extension, its conversion and two FMAs, the first of which makes q*scale - zero*scale: subtracting the zero point and
// multiplying instead took 1.2 times as long on Zen 5. Registers: V0..V3 sums, V4..V7 scales, V8..V11 what a weight of
// zero is, V12 and V13 two elements of x; in zmm V22 the mask of a nibble, which has no register of ymm.
type weightsX86 struct {
	wide   bool
	bits   int
	decode bool

	zero, nibble operand.Mem // vectors on the stack: the zero point, negated, and the mask of a nibble
}

// The registers of the kernel.
var (
	weightsArgs             = reg.RDI
	weightsAt, weightsXAt   = reg.RSI, reg.RDX
	weightsYAt, weightsLeft = reg.RBX, reg.R8
	weightsWps1, weightsW3  = reg.R9, reg.R10
	weightsYps1, weightsY3  = reg.R11, reg.R12
	weightsLoop             = reg.RCX
)

// weightsPairs is how many pairs of k a round of the inner loop takes.
const weightsPairs = 4

func (w weightsX86) vec(i int) reg.Register {
	if w.wide {
		return zmm(i)
	}
	return ymm(i)
}

// parts is the vectors of a panel.
func (w weightsX86) parts() int {
	if w.wide {
		return 1
	}
	return 2
}

func (w weightsX86) arg(off int) operand.Mem { return operand.Mem{Base: weightsArgs, Disp: off} }

func (w weightsX86) emit(c *build.Context) {
	w.zero, w.nibble = c.AllocLocal(64), c.AllocLocal(64)
	c.MOVQ(operand.NewParamAddr("a", 0), weightsArgs)
	for _, l := range []struct {
		off int
		r   reg.Register
	}{{weightsW, weightsAt}, {weightsX, weightsXAt}, {weightsY, weightsYAt}, {weightsBlocks, weightsLeft}, {weightsWps, weightsWps1}, {weightsYps, weightsYps1}} {
		c.MOVQ(w.arg(l.off), l.r)
	}
	c.LEAQ(operand.Mem{Base: weightsWps1, Index: weightsWps1, Scale: 2}, weightsW3)
	c.LEAQ(operand.Mem{Base: weightsYps1, Index: weightsYps1, Scale: 2}, weightsY3)
	w.constants(c)
	for i := range 4 {
		c.VXORPS(xmm(i), xmm(i), xmm(i))
	}
	most := 4 / w.parts()
	for p := most; p > 1; p-- {
		c.CMPQ(w.arg(weightsPanels), operand.Imm(uint64(p)))
		c.JE(operand.LabelRef(fmt.Sprintf("p%d", p)))
	}
	for p := 1; p <= most; p++ {
		w.body(c, p)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// constants stores the zero point, negated, and makes the mask of a nibble.
func (w weightsX86) constants(c *build.Context) {
	c.VPXOR(xmm(1), xmm(1), xmm(1))
	c.VPBROADCASTD(w.arg(weightsZero), w.vec(0))
	c.VPSUBD(w.vec(0), w.vec(1), w.vec(0))
	c.VCVTDQ2PS(w.vec(0), w.vec(0))
	c.VMOVUPS(w.vec(0), w.zero)
	if w.bits == 8 {
		return
	}
	c.MOVL(operand.U32(15), weightsLoop.As32())
	c.VMOVD(weightsLoop.As32(), xmm(0))
	if w.wide {
		c.VPBROADCASTD(xmm(0), zmm(22))
		return
	}
	c.VPBROADCASTD(xmm(0), ymm(0))
	c.VMOVUPS(ymm(0), w.nibble)
}

func (w weightsX86) body(c *build.Context, panels int) {
	name := fmt.Sprintf("p%d", panels)
	c.Label(name)
	c.TESTQ(weightsLeft, weightsLeft)
	c.JLE(operand.LabelRef(name + "out"))
	c.Label(name + "block")
	w.scales(c, panels, name)
	for v := range panels * w.parts() {
		c.VMULPS(w.zero, w.vec(4+v), w.vec(8+v))
	}
	c.MOVQ(operand.U32(16/weightsPairs), weightsLoop)
	c.Label(name + "k")
	w.ahead(c, panels)
	for i := range weightsPairs {
		w.pair(c, panels, i)
	}
	c.ADDQ(operand.U32(uint32(weightsPairs*4*w.bits)), weightsAt)
	if w.decode {
		c.ADDQ(operand.U32(128*weightsPairs), weightsYAt)
	} else {
		c.ADDQ(operand.U32(8*weightsPairs), weightsXAt)
	}
	c.DECQ(weightsLoop)
	c.JNZ(operand.LabelRef(name + "k"))
	c.DECQ(weightsLeft)
	c.JNZ(operand.LabelRef(name + "block"))
	c.Label(name + "out")
	if !w.decode {
		for v := range panels * w.parts() {
			c.VMOVUPS(w.vec(v), operand.Mem{Base: weightsYAt, Disp: 64 / w.parts() * v})
		}
	}
	c.JMP(operand.LabelRef("done"))
}

// scales loads those of a block and steps over them.
func (w weightsX86) scales(c *build.Context, panels int, name string) {
	c.CMPQ(w.arg(weightsHalf), operand.Imm(0))
	c.JNE(operand.LabelRef(name + "half"))
	for v := range panels * w.parts() {
		c.VMOVUPS(w.at(v, 32*(v%w.parts())), w.vec(4+v))
	}
	c.ADDQ(operand.U32(64), weightsAt)
	c.JMP(operand.LabelRef(name + "lines"))
	c.Label(name + "half")
	for v := range panels * w.parts() {
		c.VCVTPH2PS(w.at(v, 16*(v%w.parts())), w.vec(4+v))
	}
	c.ADDQ(operand.U32(32), weightsAt)
	c.Label(name + "lines")
}

// weightsAhead is how far ahead lines are asked for: panels are too far apart for the hardware to go from page to page by itself.
const weightsAhead = 1024

// ahead asks for what will be read, as much as a round reads. Behind the end that is no access.
func (w weightsX86) ahead(c *build.Context, panels int) {
	for p := range panels {
		for at := 0; at < weightsPairs*4*w.bits; at += 64 {
			c.PREFETCHT0(panelAt(weightsAt, weightsWps1, weightsW3, p, weightsAhead+at))
		}
	}
}

// at is an offset in the panel of vector v.
func (w weightsX86) at(v, disp int) operand.Mem {
	return panelAt(weightsAt, weightsWps1, weightsW3, v/w.parts(), disp)
}

func panelAt(base, one, three reg.Register, panel, disp int) operand.Mem {
	m := operand.Mem{Base: base, Disp: disp}
	switch panel {
	case 1, 2:
		m.Index, m.Scale = one, uint8(panel)
	case 3:
		m.Index, m.Scale = three, 1
	}
	return m
}

// pair is two k of all panels.
func (w weightsX86) pair(c *build.Context, panels, i int) {
	if !w.decode {
		for k := range 2 {
			c.VBROADCASTSS(operand.Mem{Base: weightsXAt, Disp: 8*i + 4*k}, w.vec(12+k))
		}
	}
	for v := range panels * w.parts() {
		part := v % w.parts()
		even, odd := w.temps(v)
		if w.bits == 8 {
			c.VPMOVSXBD(w.at(v, 32*i+8*part), even)
			c.VPMOVSXBD(w.at(v, 32*i+16+8*part), odd)
		} else {
			c.VPMOVZXBD(w.at(v, 16*i+8*part), even)
			c.VPSRLD(operand.Imm(4), even, odd)
			w.lower(c, even)
		}
		for k, t := range []reg.Register{even, odd} {
			c.VCVTDQ2PS(t, t)
			c.VFMADD213PS(w.vec(8+v), w.vec(4+v), t)
			if w.decode {
				c.VMOVUPS(t, panelAt(weightsYAt, weightsYps1, weightsY3, v/w.parts(), 128*i+64*k+32*part))
			} else {
				c.VFMADD231PS(t, w.vec(12+k), w.vec(v))
			}
		}
	}
}

// lower clears all but the lower half of a byte.
func (w weightsX86) lower(c *build.Context, t reg.Register) {
	if w.wide {
		c.VPANDD(zmm(22), t, t)
		return
	}
	c.VPAND(w.nibble, t, t)
}

// temps are two registers for vector v.
func (w weightsX86) temps(v int) (even, odd reg.Register) {
	if w.wide {
		return zmm(14 + 2*v), zmm(15 + 2*v)
	}
	return ymm(14), ymm(15)
}
