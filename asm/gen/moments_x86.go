package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A momentsX86 writes one kernel. Vector registers are: sums, then products, then what x is measured from, so many of each; then
// temporaries, and on AVX2 the mask.
type momentsX86 struct {
	momentsOp
	c     *build.Context
	bytes int // of a vector
	wide  int // vectors at a time
}

var momentsRegs = struct {
	args, x, g, offset, cols, px, pg, rows, xStep, gStep, t, u reg.GPPhysical
}{reg.RDI, reg.RSI, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.RCX, reg.R12, reg.R13, reg.R15, reg.RAX}

func newMomentsX86(c *build.Context, op momentsOp, bytes int) *momentsX86 {
	m := &momentsX86{momentsOp: op, c: c, bytes: bytes, wide: 4}
	if bytes == 64 {
		m.wide = 8
	}
	return m
}

func (m *momentsX86) lanes() int { return m.bytes / 4 }

func (m *momentsX86) v(i int) reg.VecPhysical { return vasm.VecReg(i, m.bytes) }

func (m *momentsX86) sum(i int) reg.VecPhysical  { return m.v(i) }
func (m *momentsX86) dot(i int) reg.VecPhysical  { return m.v(m.wide + i) }
func (m *momentsX86) from(i int) reg.VecPhysical { return m.v(2*m.wide + i) }

// temp is one of two pairs of temporaries: AVX2 has room for one.
func (m *momentsX86) temp(i, k int) reg.VecPhysical {
	if m.bytes == 64 {
		return m.v(24 + i%2*2 + k)
	}
	return m.v(12 + k)
}

func (m *momentsX86) mask() reg.VecPhysical { return m.v(15) }

func (m *momentsX86) field(off int) operand.Mem {
	return operand.Mem{Base: momentsRegs.args, Disp: off}
}

func (m *momentsX86) emit() {
	r, c := &momentsRegs, m.c
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	for _, off := range []int{momRows, momCols} {
		c.CMPQ(m.field(off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(m.field(momX), r.x)
	c.MOVQ(m.field(momG), r.g)
	c.MOVQ(m.field(momXStep), r.xStep)
	c.MOVQ(m.field(momGStep), r.gStep)
	c.MOVQ(m.field(momCols), r.cols)
	c.XORQ(r.offset, r.offset)
	for n := m.wide; n > 0; n /= 2 {
		name := fmt.Sprintf("w%d", n)
		c.Label(name)
		c.CMPQ(r.cols, operand.U32(uint32(n*m.lanes())))
		c.JL(operand.LabelRef(name + "end"))
		m.block(name, n, false)
		c.ADDQ(operand.U32(uint32(n*m.bytes)), r.offset)
		c.SUBQ(operand.U32(uint32(n*m.lanes())), r.cols)
		c.JMP(operand.LabelRef(name))
		c.Label(name + "end")
	}
	c.TESTQ(r.cols, r.cols)
	c.JZ(operand.LabelRef("done"))
	m.setMask()
	m.block("rest", 1, true)
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// setMask is for the columns that are left, fewer than lanes.
func (m *momentsX86) setMask() {
	r, c := &momentsRegs, m.c
	if m.bytes == 64 {
		c.MOVQ(operand.I32(-1), r.u)
		c.BZHIQ(r.cols, r.u, r.u)
		c.KMOVW(r.u.As32(), kreg(1))
		return
	}
	c.LEAQ(windowMaskTable(c), r.u)
	c.MOVQ(r.cols, r.t)
	c.NEGQ(r.t)
	c.VMOVUPS(operand.Mem{Base: r.u, Index: r.t, Scale: 4, Disp: 32}, m.mask())
}

func (m *momentsX86) load(from operand.Mem, to reg.Register, masked bool) {
	switch {
	case !masked:
		m.c.VMOVUPS(from, to)
	case m.bytes == 64:
		m.c.VMOVUPS_Z(from, kreg(1), to)
	default:
		m.c.VMASKMOVPS(from, m.mask(), to)
	}
}

func (m *momentsX86) store(v reg.Register, off int, i int, masked bool) {
	r, c := &momentsRegs, m.c
	c.MOVQ(m.field(off), r.t)
	to := operand.Mem{Base: r.t, Index: r.offset, Scale: 1, Disp: i * m.bytes}
	switch {
	case !masked:
		c.VMOVUPS(v, to)
	case m.bytes == 64:
		c.VMOVUPS(v, kreg(1), to)
	default:
		c.VMASKMOVPS(v, m.mask(), to)
	}
}

// block sums n vectors of columns.
func (m *momentsX86) block(name string, n int, masked bool) {
	r, c := &momentsRegs, m.c
	zero := func(v reg.VecPhysical) { c.VXORPS(v.AsX(), v.AsX(), v.AsX()) }
	c.MOVQ(m.field(momAt), r.t)
	for i := range n {
		zero(m.sum(i))
		zero(m.dot(i))
		m.load(operand.Mem{Base: r.t, Index: r.offset, Scale: 1, Disp: i * m.bytes}, m.from(i), masked)
	}
	c.LEAQ(operand.Mem{Base: r.x, Index: r.offset, Scale: 1}, r.px)
	c.LEAQ(operand.Mem{Base: r.g, Index: r.offset, Scale: 1}, r.pg)
	c.MOVQ(m.field(momRows), r.rows)
	c.Label(name + "loop")
	for i := range n {
		m.take(i, masked)
	}
	c.ADDQ(r.xStep, r.px)
	if m.dots {
		c.ADDQ(r.gStep, r.pg)
	}
	c.DECQ(r.rows)
	c.JNZ(operand.LabelRef(name + "loop"))
	for i := range n {
		m.store(m.sum(i), momSum, i, masked)
		m.store(m.dot(i), momDot, i, masked)
	}
}

// take adds vector i of a row.
func (m *momentsX86) take(i int, masked bool) {
	r, c := &momentsRegs, m.c
	x := m.temp(i, 0)
	if i*m.bytes%64 == 0 { // a row of a strip is too short for a prefetcher to see more than its end
		c.PREFETCHT0(operand.Mem{Base: r.px, Index: r.xStep, Scale: 8, Disp: i * m.bytes})
		if m.dots {
			c.PREFETCHT0(operand.Mem{Base: r.pg, Index: r.gStep, Scale: 8, Disp: i * m.bytes})
		}
	}
	m.load(operand.Mem{Base: r.px, Disp: i * m.bytes}, x, masked)
	g := x
	if m.dots {
		g = m.temp(i, 1)
		m.load(operand.Mem{Base: r.pg, Disp: i * m.bytes}, g, masked)
	}
	c.VSUBPS(m.from(i), x, x)
	c.VADDPS(g, m.sum(i), m.sum(i))
	c.VFMADD231PS(x, g, m.dot(i))
}
