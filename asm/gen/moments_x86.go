package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A momentsX86 writes one kernel. Vector registers are: sums, then products, then what x is measured from, gated on AVX-512 then scales and
// shifts, so many of each; then temporaries; at the top 0, or on AVX2 the mask.
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
	if op.gated && bytes == 64 {
		m.wide /= 2 // a scale and a shift each; AVX2 reads them from memory
	}
	return m
}

func (m *momentsX86) lanes() int { return m.bytes / 4 }

func (m *momentsX86) v(i int) reg.VecPhysical { return vasm.VecReg(i, m.bytes) }

// many is register i of a kind, in their order.
func (m *momentsX86) many(kind, i int) reg.VecPhysical { return m.v(kind*m.wide + i) }

func (m *momentsX86) sum(i int) reg.VecPhysical  { return m.many(0, i) }
func (m *momentsX86) dot(i int) reg.VecPhysical  { return m.many(1, i) }
func (m *momentsX86) from(i int) reg.VecPhysical { return m.many(2, i) }

// rows are the fields of what there is one of for each column and lies in registers, from kind 2 on.
func (m *momentsX86) rows() []int {
	if m.gated && m.bytes == 64 {
		return []int{momAt, momScale, momShift}
	}
	return []int{momAt}
}

// temp is one of two sets of temporaries: AVX2 has room for one.
func (m *momentsX86) temp(i, k int) reg.VecPhysical {
	first := (2 + len(m.rows())) * m.wide
	if m.bytes == 64 {
		first += i % 2 * 3
	}
	return m.v(first + k)
}

// zero is 0; with a mask there is but one vector of each kind.
func (m *momentsX86) zero(masked bool) reg.VecPhysical {
	switch {
	case m.bytes == 64:
		return m.v(30)
	case masked:
		return m.many(2, 1)
	}
	return m.v(15)
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
	zero := func(v reg.VecPhysical) {
		if m.bytes == 64 {
			c.VPXORD(v, v, v)
			return
		}
		c.VXORPS(v, v, v)
	}
	for i := range n {
		zero(m.sum(i))
		zero(m.dot(i))
	}
	if m.gated {
		zero(m.zero(masked))
	}
	for k, off := range m.rows() {
		c.MOVQ(m.field(off), r.t)
		for i := range n {
			m.load(operand.Mem{Base: r.t, Index: r.offset, Scale: 1, Disp: i * m.bytes}, m.many(2+k, i), masked)
		}
	}
	c.LEAQ(operand.Mem{Base: r.x, Index: r.offset, Scale: 1}, r.px)
	c.LEAQ(operand.Mem{Base: r.g, Index: r.offset, Scale: 1}, r.pg)
	if m.gated && m.bytes == 32 {
		c.MOVQ(m.field(momScale), r.u)
		c.MOVQ(m.field(momShift), r.t)
		c.ADDQ(r.offset, r.u)
		c.ADDQ(r.offset, r.t)
	}
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
	c.VSUBPS(m.from(i), x, x)
	g := x
	if m.dots {
		g = m.temp(i, 1)
		m.loadG(i, x, g, masked)
	}
	c.VADDPS(g, m.sum(i), m.sum(i))
	c.VFMADD231PS(x, g, m.dot(i))
}

// loadG loads vector i of g; gated, as 0 where the distances x don't let it through.
func (m *momentsX86) loadG(i int, x, g reg.VecPhysical, masked bool) {
	r, c := &momentsRegs, m.c
	from := operand.Mem{Base: r.pg, Disp: i * m.bytes}
	if !m.gated {
		m.load(from, g, masked)
		return
	}
	const greater = 30 // and not unordered
	z, zero := m.temp(i, 2), m.zero(masked)
	if m.bytes == 64 {
		c.VMULPS(x, m.many(3, i), z)
		c.VADDPS(m.many(4, i), z, z)
		c.VCMPPS(operand.Imm(greater), zero, z, kreg(2)) // what is masked off is 0
		c.VMOVUPS_Z(from, kreg(2), g)
		return
	}
	scale, shift := operand.Mem{Base: r.u, Disp: i * m.bytes}, operand.Mem{Base: r.t, Disp: i * m.bytes}
	if masked {
		m.load(scale, z, masked)
		c.VMULPS(x, z, z)
		m.load(shift, g, masked)
		c.VADDPS(g, z, z)
	} else {
		c.VMULPS(scale, x, z)
		c.VADDPS(shift, z, z)
	}
	c.VCMPPS(operand.Imm(greater), zero, z, z)
	m.load(from, g, masked)
	c.VANDPS(z, g, g)
}
