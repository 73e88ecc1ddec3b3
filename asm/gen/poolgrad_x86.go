package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var gradRegs = struct {
	args, seg, end, x, dx, y, dy, pixels, offset, left, in, tmp reg.GPPhysical
}{
	reg.RDI, reg.RSI, reg.R8, reg.RAX, reg.RBX, reg.RCX, reg.RDX, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13,
}

func gradArg(off int) operand.Mem { return operand.Mem{Base: gradRegs.args, Disp: off} }

// A poolGradISA is what the two x86 forms differ in.
type poolGradISA struct {
	op    poolGradOp
	lanes int
	mask  func()                               // for the channels left
	begin func()                               // of a pixel: its gradient and output are loaded
	add   func(x, dx operand.Mem, masked bool) // of one input
}

// emit loops over vectors of channels, in each over pixels, in each over inputs. All vectors but the last are whole.
func (p *poolGradISA) emit(c *build.Context) {
	r := &gradRegs
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	for _, off := range []int{gradM, gradC, gradNSeg} {
		c.CMPQ(gradArg(off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(gradArg(gradC), r.left)
	c.XORQ(r.offset, r.offset)
	c.Label("block")
	p.mask()
	for _, l := range []struct {
		off int
		to  reg.GPPhysical
	}{{gradX, r.x}, {gradDX, r.dx}, {gradY, r.y}, {gradDY, r.dy}} {
		c.MOVQ(gradArg(l.off), l.to)
		c.ADDQ(r.offset, l.to)
	}
	c.MOVQ(gradArg(gradM), r.pixels)
	c.CMPQ(r.left, operand.Imm(uint64(p.lanes)))
	c.JL(operand.LabelRef("tailpixel"))
	p.pixel(c, "", false)
	p.pixel(c, "tail", true)
	c.Label("next")
	c.ADDQ(operand.U32(uint32(4*p.lanes)), r.offset)
	c.SUBQ(operand.U32(uint32(p.lanes)), r.left)
	c.JG(operand.LabelRef("block"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// pixel is the loop over pixels.
func (p *poolGradISA) pixel(c *build.Context, name string, masked bool) {
	r := &gradRegs
	c.Label(name + "pixel")
	p.begin()
	c.MOVQ(gradArg(gradSegs), r.seg)
	c.IMUL3Q(operand.Imm(uint64(segSize)), gradArg(gradNSeg), r.end)
	c.ADDQ(r.seg, r.end)
	c.Label(name + "tap")
	c.MOVQ(operand.Mem{Base: r.seg, Disp: segA}, r.in)
	p.add(operand.Mem{Base: r.x, Index: r.in, Scale: 1}, operand.Mem{Base: r.dx, Index: r.in, Scale: 1}, masked)
	c.ADDQ(operand.Imm(uint64(segSize)), r.seg)
	c.CMPQ(r.seg, r.end)
	c.JL(operand.LabelRef(name + "tap"))
	c.MOVQ(gradArg(gradXStep), r.tmp)
	c.ADDQ(r.tmp, r.x)
	c.ADDQ(r.tmp, r.dx)
	c.MOVQ(gradArg(gradYStep), r.tmp)
	c.ADDQ(r.tmp, r.y)
	c.ADDQ(r.tmp, r.dy)
	c.DECQ(r.pixels)
	c.JNZ(operand.LabelRef(name + "pixel"))
	c.JMP(operand.LabelRef("next"))
}

// emitPoolGradAVX512 keeps the channels at hand in K1, and those whose gradient is still to be given in K2.
func emitPoolGradAVX512(c *build.Context, op poolGradOp) {
	r := &gradRegs
	dy, y, x, dx, div := zmm(0), zmm(1), zmm(2), zmm(3), zmm(4)
	p := &poolGradISA{op: op, lanes: 16}
	p.mask = func() {
		c.MOVQ(operand.U32(16), r.tmp)
		c.CMPQ(r.left, r.tmp)
		c.CMOVQLT(r.left, r.tmp)
		c.MOVQ(operand.I32(-1), r.in)
		c.BZHIQ(r.tmp, r.in, r.in)
		c.KMOVW(r.in.As32(), kreg(1))
	}
	p.begin = func() {
		c.VMOVUPS_Z(operand.Mem{Base: r.dy}, kreg(1), dy)
		if !op.greatest {
			c.VBROADCASTSS(gradArg(gradDiv), div)
			c.VDIVPS(div, dy, dy)
			return
		}
		c.VMOVUPS_Z(operand.Mem{Base: r.y}, kreg(1), y)
		c.KMOVW(kreg(1), kreg(2))
	}
	p.add = func(fromX, fromDX operand.Mem, _ bool) {
		if !op.greatest {
			c.VMOVUPS_Z(fromDX, kreg(1), dx)
			c.VADDPS(dy, dx, dx)
			c.VMOVUPS(dx, kreg(1), fromDX)
			return
		}
		c.VMOVUPS_Z(fromX, kreg(2), x)
		c.VCMPPS(operand.Imm(0), y, x, kreg(2), kreg(3))
		c.VCMPPS(operand.Imm(3), x, x, kreg(2), kreg(4))
		c.KORW(kreg(4), kreg(3), kreg(3))
		c.KANDNW(kreg(2), kreg(3), kreg(2)) // those that did not get it
		c.VMOVUPS_Z(fromDX, kreg(3), dx)
		c.VADDPS(dy, dx, dx)
		c.VMOVUPS(dx, kreg(3), fromDX)
	}
	p.emit(c)
}

// emitPoolGradAVX2 keeps the channels at hand in Y15, and those whose gradient is still to be given in Y5.
func emitPoolGradAVX2(c *build.Context, op poolGradOp) {
	r := &gradRegs
	dy, y, x, dx, div, open, take, nan, sum, all := ymm(0), ymm(1), ymm(2), ymm(3), ymm(4), ymm(5), ymm(6), ymm(7), ymm(8), ymm(15)
	p := &poolGradISA{op: op, lanes: 8}
	load := func(from operand.Mem, to reg.Register) { c.VMASKMOVPS(from, all, to) }
	p.mask = func() {
		c.LEAQ(windowMaskTable(c), r.in)
		c.MOVQ(operand.U32(8), r.tmp)
		c.CMPQ(r.left, r.tmp)
		c.CMOVQLT(r.left, r.tmp)
		c.NEGQ(r.tmp)
		c.VMOVUPS(operand.Mem{Base: r.in, Index: r.tmp, Scale: 4, Disp: 32}, all)
	}
	p.begin = func() {
		load(operand.Mem{Base: r.dy}, dy)
		if !op.greatest {
			c.VBROADCASTSS(gradArg(gradDiv), div)
			c.VDIVPS(div, dy, dy)
			return
		}
		load(operand.Mem{Base: r.y}, y)
		c.VMOVAPS(all, open)
	}
	store := func(from reg.Register, to operand.Mem, masked bool) {
		if masked {
			c.VMASKMOVPS(from, all, to)
			return
		}
		c.VMOVUPS(from, to)
	}
	p.add = func(fromX, fromDX operand.Mem, masked bool) {
		load(fromDX, dx)
		c.VADDPS(dy, dx, sum)
		if !op.greatest {
			store(sum, fromDX, masked)
			return
		}
		load(fromX, x)
		c.VCMPPS(operand.Imm(0), y, x, take)
		c.VCMPPS(operand.Imm(3), x, x, nan)
		c.VORPS(nan, take, take)
		c.VANDPS(open, take, take)
		c.VANDNPS(open, take, open) // those that did not get it
		c.VBLENDVPS(take, sum, dx, dx)
		store(dx, fromDX, masked)
	}
	p.emit(c)
}
