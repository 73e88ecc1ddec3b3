package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// along folds a row: four vectors at a time, then one, the last of which may be partial.
func (f *foldX86) along() {
	r, c := &foldRegs, f.c
	four := f.accs * f.lanes()
	f.begin(f.accs)
	if f.arg() {
		f.zero(f.now)
		f.fill(f.step, uint64(four), 4)
	}
	c.MOVQ(r.x, r.px)
	c.MOVQ(f.field(foldN), r.n)
	c.SUBQ(operand.U32(uint32(four)), r.n)
	c.JL(operand.LabelRef("rest"))
	c.Label("four")
	for i := range f.accs {
		f.fold(operand.Mem{Base: r.px, Disp: i * f.bytes}, i, f.temp+3*(i%f.turns()), false)
	}
	if f.arg() {
		c.VPADDD(f.v(f.step), f.v(f.now), f.v(f.now))
	}
	c.ADDQ(operand.U32(uint32(f.accs*f.bytes)), r.px)
	c.SUBQ(operand.U32(uint32(four)), r.n)
	c.JGE(operand.LabelRef("four"))
	c.Label("rest")
	c.ADDQ(operand.U32(uint32(four)), r.n)
	c.JZ(operand.LabelRef("fold"))
	if f.arg() {
		f.fill(f.step, uint64(f.lanes()), 4)
	}
	c.Label("one")
	c.MOVQ(operand.U32(uint32(f.lanes())), r.t)
	c.CMPQ(r.n, r.t)
	c.CMOVQLT(r.n, r.t)
	f.setMask()
	f.fold(operand.Mem{Base: r.px}, 0, f.temp, true)
	if f.arg() {
		c.VPADDD(f.v(f.step), f.v(f.now), f.v(f.now))
	}
	c.ADDQ(operand.U32(uint32(f.bytes)), r.px)
	c.SUBQ(operand.U32(uint32(f.lanes())), r.n)
	c.JG(operand.LabelRef("one"))
	c.Label("fold")
	if f.arg() {
		f.first()
		return
	}
	for n := f.accs; n > 1; n /= 2 {
		for i := range n / 2 {
			f.combine(i+n/2, i, f.temp, f.bytes)
		}
	}
	f.lanesOf(0, f.combine)
	if f.size() == 8 {
		c.VMOVQ(vasm.VecReg(0, 16), operand.Mem{Base: r.y})
		return
	}
	c.VMOVD(vasm.VecReg(0, 16), operand.Mem{Base: r.y})
}

// lanesOf folds the lanes of register i into its first.
func (f *foldX86) lanesOf(i int, combine func(x, acc, t, bytes int)) {
	c, t := f.c, f.temp
	v := vasm.VecReg
	if f.wide() {
		c.VEXTRACTI64X4(operand.Imm(1), v(i, 64), v(t, 32))
		combine(t, i, t+1, 32)
		c.VEXTRACTI32X4(operand.Imm(1), v(i, 32), v(t, 16))
	} else {
		c.VEXTRACTI128(operand.Imm(1), v(i, 32), v(t, 16))
	}
	combine(t, i, t+1, 16)
	c.VPSHUFD(operand.Imm(0x4e), v(i, 16), v(t, 16))
	combine(t, i, t+1, 16)
	if f.size() == 4 {
		c.VPSHUFD(operand.Imm(0xb1), v(i, 16), v(t, 16))
		combine(t, i, t+1, 16)
	}
}

// first stores the least place of all lanes that hold the best, or NaN if one does.
func (f *foldX86) first() {
	c := f.c
	if f.float() {
		f.anyNaN()
		c.JNZ(operand.LabelRef("nan"))
	}
	best := f.temp + 3
	c.VMOVAPS(f.v(0), f.v(best))
	for i := 1; i < f.accs; i++ {
		f.combine(i, best, f.temp, f.bytes)
	}
	f.allLanes(best)
	f.least(func(i int) { f.equal(i, best) })
	if !f.float() {
		return
	}
	c.JMP(operand.LabelRef("stored"))
	c.Label("nan")
	f.least(f.isNaN)
	c.Label("stored")
}

// anyNaN sets the flags.
func (f *foldX86) anyNaN() {
	c, t := f.c, f.temp
	const unordered = 3
	if f.wide() {
		c.VCMPPS(operand.Imm(unordered), f.v(0), f.v(1), kreg(2))
		c.VCMPPS(operand.Imm(unordered), f.v(2), f.v(3), kreg(3))
		c.KORTESTW(kreg(2), kreg(3))
		return
	}
	c.VCMPPS(operand.Imm(unordered), f.v(0), f.v(1), f.v(t))
	c.VCMPPS(operand.Imm(unordered), f.v(2), f.v(3), f.v(t+1))
	c.VORPS(f.v(t), f.v(t+1), f.v(t))
	c.VPTEST(f.v(t), f.v(t))
}

// isNaN and equal leave a mask of acc i: K2, or the first temporary.
func (f *foldX86) isNaN(i int) {
	if f.wide() {
		f.c.VCMPPS(operand.Imm(3), f.v(i), f.v(i), kreg(2))
		return
	}
	f.c.VCMPPS(operand.Imm(3), f.v(i), f.v(i), f.v(f.temp))
}

func (f *foldX86) equal(i, best int) {
	mask := reg.Register(f.v(f.temp))
	if f.wide() {
		mask = kreg(2)
	}
	if f.float() {
		f.c.VCMPPS(operand.Imm(0), f.v(i), f.v(best), mask)
		return
	}
	f.c.VPCMPEQD(f.v(i), f.v(best), mask)
}

// allLanes folds the lanes of register i into all of them.
func (f *foldX86) allLanes(i int) {
	c, t := f.c, f.temp
	if f.wide() {
		for _, turn := range []uint64{0x4e, 0xb1} {
			c.VSHUFF64X2(operand.Imm(turn), f.v(i), f.v(i), f.v(t))
			f.combine(t, i, t+1, f.bytes)
		}
	} else {
		c.VPERM2F128(operand.Imm(1), f.v(i), f.v(i), f.v(t))
		f.combine(t, i, t+1, f.bytes)
	}
	for _, turn := range []uint64{0x4e, 0xb1} {
		c.VPERMILPS(operand.Imm(turn), f.v(i), f.v(t))
		f.combine(t, i, t+1, f.bytes)
	}
}

// least stores the least place in the lanes of a mask. The vectors of a round lie behind each other.
func (f *foldX86) least(mask func(i int)) {
	c, t := f.c, f.temp
	result, sum := t+1, t+2
	f.fill(result, maxInt32, 4)
	c.LEAQ(foldLanes(c), foldRegs.t)
	for i := range f.accs {
		mask(i)
		c.VPADDD(operand.Mem{Base: foldRegs.t, Disp: i * f.bytes}, f.place(i), f.v(sum))
		if f.wide() {
			c.VPMINSD(f.v(sum), f.v(result), kreg(2), f.v(result))
			continue
		}
		c.VPMINSD(f.v(sum), f.v(result), f.v(sum))
		c.VBLENDVPS(f.v(t), f.v(sum), f.v(result), f.v(result))
	}
	f.lanesOf(result, func(x, acc, _, bytes int) {
		c.VPMINSD(vasm.VecReg(x, bytes), vasm.VecReg(acc, bytes), vasm.VecReg(acc, bytes))
	})
	c.VMOVD(vasm.VecReg(result, 16), operand.Mem{Base: foldRegs.y})
}

// foldLanes is the address of the integers from 0 to 63.
func foldLanes(c *build.Context) operand.Mem {
	const name = "foldLanes"
	m := operand.NewDataAddr(operand.Symbol{Name: name, Static: true}, 0)
	file, _ := c.Result()
	for _, s := range file.Sections {
		if g, ok := s.(*ir.Global); ok && g.Symbol.Name == name {
			return m
		}
	}
	c.StaticGlobal(name)
	c.DataAttributes(rodata)
	for i := range 64 {
		c.AppendDatum(operand.U32(uint32(i)))
	}
	return m
}
