package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A windowISA is what the two x86 forms differ in. A block is up to blocks vectors of channels, of which the last may be
// partial; accumulators are 0..4*blocks-1, then one weight a vector, then temporaries.
type windowISA struct {
	op     windowOp
	lanes  int
	blocks int
	vec    func(int) reg.Register

	setMask func(c *build.Context, w *windowISA, left reg.GPPhysical) // for left channels, 1..lanes, of a block's last vector
	clear   func(c *build.Context, r reg.Register)
	load    func(c *build.Context, from operand.Mem, to reg.Register, masked bool)
	store   func(c *build.Context, from reg.Register, to operand.Mem, masked bool)
	max     func(c *build.Context, w *windowISA, x, acc reg.Register)
}

var windowRegs = struct {
	seg, end, x, y, pixels, offset, xStep, xStep3, yStep, in, w, left, args reg.GPPhysical
}{
	reg.RSI, reg.R8, reg.RAX, reg.RBX, reg.RCX, reg.RDX, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.R15, reg.RDI,
}

func (w *windowISA) acc(pixel, v int) reg.Register { return w.vec(pixel*w.blocks + v) }
func (w *windowISA) weight(v int) reg.Register     { return w.vec(windowPixels*w.blocks + v) }
func (w *windowISA) temp(i int) reg.Register       { return w.vec((windowPixels+1)*w.blocks + i) }

// emit loops over blocks of channels; in each over tiles of four pixels, then single ones.
func (w *windowISA) emit(c *build.Context) {
	r := &windowRegs
	arg := func(off int) operand.Mem { return operand.Mem{Base: r.args, Disp: off} }
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	for _, off := range []int{winM, winC} {
		c.CMPQ(arg(off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(arg(winXStep), r.xStep)
	c.LEAQ(operand.Mem{Base: r.xStep, Index: r.xStep, Scale: 2}, r.xStep3)
	c.MOVQ(arg(winYStep), r.yStep)
	c.MOVQ(arg(winC), r.left)
	c.XORQ(r.offset, r.offset)

	c.Label("block")
	for v := w.blocks; v > 1; v-- {
		c.CMPQ(r.left, operand.Imm(uint64(w.lanes*(v-1))))
		c.JG(operand.LabelRef(fmt.Sprintf("v%d", v)))
	}
	for v := 1; v <= w.blocks; v++ {
		w.channels(c, v)
	}
	c.Label("next")
	c.ADDQ(operand.U32(uint32(4*w.lanes*w.blocks)), r.offset)
	c.SUBQ(operand.U32(uint32(w.lanes*w.blocks)), r.left)
	c.JG(operand.LabelRef("block"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// channels is a block of v vectors: all pixels.
func (w *windowISA) channels(c *build.Context, v int) {
	r := &windowRegs
	name := fmt.Sprintf("v%d", v)
	arg := func(off int) operand.Mem { return operand.Mem{Base: r.args, Disp: off} }
	c.Label(name)
	if v > 1 {
		c.LEAQ(operand.Mem{Base: r.left, Disp: -w.lanes * (v - 1)}, r.in)
	} else {
		c.MOVQ(r.left, r.in)
	}
	w.setMask(c, w, r.in)
	c.MOVQ(arg(winX), r.x)
	c.ADDQ(r.offset, r.x)
	c.MOVQ(arg(winY), r.y)
	c.ADDQ(r.offset, r.y)
	c.MOVQ(arg(winM), r.pixels)
	c.SUBQ(operand.Imm(windowPixels), r.pixels)
	c.JL(operand.LabelRef(name + "rest"))
	c.Label(name + "four")
	w.tile(c, windowPixels, v, name+"p4")
	c.LEAQ(operand.Mem{Base: r.x, Index: r.xStep, Scale: 4}, r.x)
	c.LEAQ(operand.Mem{Base: r.y, Index: r.yStep, Scale: 4}, r.y)
	c.SUBQ(operand.Imm(windowPixels), r.pixels)
	c.JGE(operand.LabelRef(name + "four"))
	c.Label(name + "rest")
	c.ADDQ(operand.Imm(windowPixels), r.pixels)
	c.JZ(operand.LabelRef("next"))
	c.Label(name + "one")
	w.tile(c, 1, v, name+"p1")
	c.ADDQ(r.xStep, r.x)
	c.ADDQ(r.yStep, r.y)
	c.DECQ(r.pixels)
	c.JNZ(operand.LabelRef(name + "one"))
	c.JMP(operand.LabelRef("next"))
}

// tile is some pixels by v vectors.
func (w *windowISA) tile(c *build.Context, pixels, v int, name string) {
	r := &windowRegs
	w.begin(c, pixels, v, name)
	c.MOVQ(operand.Mem{Base: r.args, Disp: winSegs}, r.seg)
	c.IMUL3Q(operand.Imm(uint64(segSize)), operand.Mem{Base: r.args, Disp: winNSeg}, r.end)
	c.ADDQ(r.seg, r.end)
	c.JMP(operand.LabelRef(name + "test"))
	c.Label(name + "tap")
	c.MOVQ(r.x, r.in)
	c.ADDQ(operand.Mem{Base: r.seg, Disp: segA}, r.in)
	if w.op.weights {
		c.MOVQ(operand.Mem{Base: r.args, Disp: winW}, r.w)
		c.ADDQ(operand.Mem{Base: r.seg, Disp: segB}, r.w)
		c.ADDQ(r.offset, r.w)
	}
	for i := range v {
		masked := i == v-1
		if w.op.weights {
			w.load(c, operand.Mem{Base: r.w, Disp: 4 * w.lanes * i}, w.weight(i), masked)
		}
		for p := range pixels {
			from := at4(r.in, p, r.xStep, r.xStep3)
			from.Disp = 4 * w.lanes * i
			w.apply(c, from, p, i, masked)
		}
	}
	c.ADDQ(operand.Imm(uint64(segSize)), r.seg)
	c.Label(name + "test")
	c.CMPQ(r.seg, r.end)
	c.JL(operand.LabelRef(name + "tap"))
	w.finish(c, pixels, v, name)
}

// apply takes in one vector of inputs.
func (w *windowISA) apply(c *build.Context, from operand.Mem, p, i int, masked bool) {
	if masked || w.op.greatest {
		w.load(c, from, w.temp(0), masked)
		switch {
		case w.op.weights:
			c.VFMADD231PS(w.temp(0), w.weight(i), w.acc(p, i))
		case w.op.greatest:
			w.max(c, w, w.temp(0), w.acc(p, i))
		default:
			c.VADDPS(w.temp(0), w.acc(p, i), w.acc(p, i))
		}
		return
	}
	if w.op.weights {
		c.VFMADD231PS(from, w.weight(i), w.acc(p, i))
		return
	}
	c.VADDPS(from, w.acc(p, i), w.acc(p, i))
}

// begin sets the accumulators: minus infinity, zero, or what is in Y.
func (w *windowISA) begin(c *build.Context, pixels, v int, name string) {
	r := &windowRegs
	if w.op.greatest {
		c.MOVL(operand.U32(minusInf), r.in.As32())
		c.VMOVD(r.in.As32(), w.acc(0, 0).(reg.Vec).AsX())
		c.VBROADCASTSS(w.acc(0, 0).(reg.Vec).AsX(), w.acc(0, 0))
		for i := 1; i < pixels*w.blocks; i++ {
			c.VMOVAPS(w.acc(0, 0), w.vec(i))
		}
		return
	}
	if w.op.weights {
		c.CMPQ(operand.Mem{Base: r.args, Disp: winInit}, operand.Imm(0))
		c.JNE(operand.LabelRef(name + "load"))
	}
	for p := range pixels {
		for i := range v {
			w.clear(c, w.acc(p, i))
		}
	}
	if !w.op.weights {
		return
	}
	c.JMP(operand.LabelRef(name + "run"))
	c.Label(name + "load")
	c.MOVQ(r.y, r.in)
	for p := range pixels {
		for i := range v {
			w.load(c, operand.Mem{Base: r.in, Disp: 4 * w.lanes * i}, w.acc(p, i), i == v-1)
		}
		c.ADDQ(r.yStep, r.in)
	}
	c.Label(name + "run")
}

// finish adds the bias or divides, and stores.
func (w *windowISA) finish(c *build.Context, pixels, v int, name string) {
	r := &windowRegs
	if w.op.mean {
		c.VBROADCASTSS(operand.Mem{Base: r.args, Disp: winDiv}, w.weight(0))
		for p := range pixels {
			for i := range v {
				c.VDIVPS(w.weight(0), w.acc(p, i), w.acc(p, i))
			}
		}
	}
	if w.op.weights {
		c.MOVQ(operand.Mem{Base: r.args, Disp: winBias}, r.w)
		c.TESTQ(r.w, r.w)
		c.JZ(operand.LabelRef(name + "store"))
		c.ADDQ(r.offset, r.w)
		for i := range v {
			w.load(c, operand.Mem{Base: r.w, Disp: 4 * w.lanes * i}, w.weight(i), i == v-1)
			for p := range pixels {
				c.VADDPS(w.weight(i), w.acc(p, i), w.acc(p, i))
			}
		}
		c.Label(name + "store")
	}
	c.MOVQ(r.y, r.in)
	for p := range pixels {
		for i := range v {
			w.store(c, w.acc(p, i), operand.Mem{Base: r.in, Disp: 4 * w.lanes * i}, i == v-1)
		}
		c.ADDQ(r.yStep, r.in)
	}
}

func emitWindowAVX512(c *build.Context, op windowOp) {
	w := &windowISA{
		op: op, lanes: 16, blocks: 4, vec: zmm,
		setMask: func(c *build.Context, _ *windowISA, left reg.GPPhysical) {
			c.MOVQ(operand.U32(16), windowRegs.end) // the shift below reads the low byte alone
			c.CMPQ(left, windowRegs.end)
			c.CMOVQGT(windowRegs.end, left)
			c.MOVQ(operand.I32(-1), windowRegs.seg)
			c.BZHIQ(left, windowRegs.seg, windowRegs.seg)
			c.KMOVW(windowRegs.seg.As32(), kreg(1))
		},
		clear: func(c *build.Context, r reg.Register) { c.VPXORD(r, r, r) },
		load: func(c *build.Context, from operand.Mem, to reg.Register, masked bool) {
			if masked {
				c.VMOVUPS_Z(from, kreg(1), to)
				return
			}
			c.VMOVUPS(from, to)
		},
		store: func(c *build.Context, from reg.Register, to operand.Mem, masked bool) {
			if masked {
				c.VMOVUPS(from, kreg(1), to)
				return
			}
			c.VMOVUPS(from, to)
		},
		max: func(c *build.Context, _ *windowISA, x, acc reg.Register) {
			// The instruction returns its second source if either is NaN: acc. So a NaN of x is put in.
			c.VMAXPS(acc, x, acc)
			c.VCMPPS(operand.Imm(3), x, x, kreg(2))
			c.VMOVAPS(x, kreg(2), acc)
		},
	}
	w.emit(c)
}

func emitWindowAVX2(c *build.Context, op windowOp) {
	w := &windowISA{
		op: op, lanes: 8, blocks: 2, vec: ymm,
		setMask: func(c *build.Context, w *windowISA, left reg.GPPhysical) {
			c.LEAQ(windowMaskTable(c), windowRegs.seg)
			c.MOVQ(operand.U32(8), windowRegs.end)
			c.CMPQ(left, windowRegs.end)
			c.CMOVQGT(windowRegs.end, left)
			c.SUBQ(left, windowRegs.end)
			c.VMOVUPS(operand.Mem{Base: windowRegs.seg, Index: windowRegs.end, Scale: 4}, ymm(15))
		},
		clear: func(c *build.Context, r reg.Register) { c.VXORPS(r, r, r) },
		load: func(c *build.Context, from operand.Mem, to reg.Register, masked bool) {
			if masked {
				c.VMASKMOVPS(from, ymm(15), to)
				return
			}
			c.VMOVUPS(from, to)
		},
		store: func(c *build.Context, from reg.Register, to operand.Mem, masked bool) {
			if masked {
				c.VMASKMOVPS(from, ymm(15), to)
				return
			}
			c.VMOVUPS(from, to)
		},
		max: func(c *build.Context, w *windowISA, x, acc reg.Register) {
			c.VMAXPS(acc, x, acc)
			c.VCMPPS(operand.Imm(3), x, x, w.temp(1))
			c.VBLENDVPS(w.temp(1), x, acc, acc)
		},
	}
	w.emit(c)
}

// windowMaskTable is eight ones and eight zeros.
func windowMaskTable(c *build.Context) operand.Mem {
	name := "windowMask"
	m := operand.NewDataAddr(operand.Symbol{Name: name, Static: true}, 0)
	file, _ := c.Result()
	for _, s := range file.Sections {
		if g, ok := s.(*ir.Global); ok && g.Symbol.Name == name {
			return m
		}
	}
	c.StaticGlobal(name)
	c.DataAttributes(rodata)
	for range 8 {
		c.AppendDatum(operand.U32(0xFFFFFFFF))
	}
	for range 8 {
		c.AppendDatum(operand.U32(0))
	}
	return m
}
