package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A winogradX86 is the code for one width of vectors. x and y are the first element of a vector of a tile, in one that of the row or
// column at hand; strides are multiples of those of the argument block.
type winogradX86 struct {
	c     *build.Context
	op    winogradOp
	lanes int
	vec   func(int) reg.Register
}

var winogradRegs = struct {
	args, x, y, in, xCol, xCol3, xRow, yRow, yRow3, yCol, left, tiles, bias reg.GPPhysical
}{
	reg.RDI, reg.RAX, reg.RBX, reg.RSI, reg.RCX, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.R15,
}

// winogradLoads leaves the function at label "done" if there is nothing to do, and loads fields of the block.
func winogradLoads(c *build.Context, arg func(off int) operand.Mem, to map[int]reg.GPPhysical) {
	for _, off := range []int{wgdTiles, wgdC} {
		c.CMPQ(arg(off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	for _, off := range []int{wgdX, wgdY, wgdXCol, wgdXRow, wgdYRow, wgdYCol} {
		c.MOVQ(arg(off), to[off])
	}
}

// emitWinogradX86 loops over tiles; in each over vectors of channels.
func emitWinogradX86(c *build.Context, op winogradOp, lanes int, vec func(int) reg.Register) {
	w := &winogradX86{c, op, lanes, vec}
	r := &winogradRegs
	arg := func(off int) operand.Mem { return operand.Mem{Base: r.args, Disp: off} }
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	c.MOVQ(arg(wgdTiles), r.tiles)
	winogradLoads(c, arg, map[int]reg.GPPhysical{wgdX: r.x, wgdY: r.y, wgdXCol: r.xCol, wgdXRow: r.xRow, wgdYRow: r.yRow, wgdYCol: r.yCol})
	c.LEAQ(operand.Mem{Base: r.xCol, Index: r.xCol, Scale: 2}, r.xCol3)
	c.LEAQ(operand.Mem{Base: r.yRow, Index: r.yRow, Scale: 2}, r.yRow3)

	c.Label("tile")
	c.MOVQ(arg(wgdC), r.left)
	c.MOVQ(arg(wgdBias), r.bias)
	c.Label("vector")
	c.MOVQ(r.x, r.in)
	if op.output {
		w.output()
	} else {
		w.input()
	}
	c.ADDQ(operand.Imm(uint64(4*lanes)), r.x)
	c.ADDQ(operand.Imm(uint64(4*lanes)), r.y)
	c.SUBQ(operand.Imm(uint64(lanes)), r.left)
	c.JG(operand.LabelRef("vector"))
	c.MOVQ(arg(wgdC), r.left)
	c.SHLQ(operand.Imm(2), r.left)
	c.SUBQ(r.left, r.x)
	c.SUBQ(r.left, r.y)
	c.ADDQ(arg(wgdXTile), r.x)
	c.ADDQ(arg(wgdYTile), r.y)
	c.DECQ(r.tiles)
	c.JNZ(operand.LabelRef("tile"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// from is column j of the row at hand.
func (w *winogradX86) from(j int) operand.Mem {
	return at4(winogradRegs.in, j, winogradRegs.xCol, winogradRegs.xCol3)
}

// input is a vector of a window. AVX2 has no register beside its 16 elements: each is made in the place of one that is needed no more.
func (w *winogradX86) input() {
	c, r := w.c, &winogradRegs
	var t [4][4]reg.Register
	for i := range 4 {
		v := func(k int) reg.Register { return w.vec(4*i + k) }
		c.VMOVUPS(w.from(1), v(0))
		c.VMOVUPS(w.from(2), v(1))
		c.VADDPS(v(1), v(0), v(2))
		c.VSUBPS(w.from(3), v(0), v(3))
		c.VSUBPS(v(0), v(1), v(1)) // 2 - 1: the one of 0 is free
		c.VMOVUPS(w.from(0), v(0))
		c.VSUBPS(w.from(2), v(0), v(0))
		t[i] = [4]reg.Register{v(0), v(2), v(1), v(3)}
		if i < 3 {
			c.ADDQ(r.xRow, r.in)
		}
	}
	c.MOVQ(r.y, r.in)
	for j := range 4 {
		x0, x1, x2, x3 := t[0][j], t[1][j], t[2][j], t[3][j]
		c.VSUBPS(x2, x0, x0)
		c.VSUBPS(x3, x1, x3)
		c.VMOVUPS(x0, w.to(0))
		c.VMOVUPS(x3, w.to(3))
		c.VADDPS(x2, x1, x0)
		c.VSUBPS(x1, x2, x2)
		c.VMOVUPS(x0, w.to(1))
		c.VMOVUPS(x2, w.to(2))
		if j < 3 {
			c.ADDQ(r.yCol, r.in)
		}
	}
}

// to is row i of the column at hand.
func (w *winogradX86) to(i int) operand.Mem {
	return at4(winogradRegs.in, i, winogradRegs.yRow, winogradRegs.yRow3)
}

// output is a vector of 2 x 2 pixels.
func (w *winogradX86) output() {
	c, r := w.c, &winogradRegs
	for i := range 4 {
		sum, diff, x2 := w.vec(2*i), w.vec(2*i+1), w.vec(8)
		c.VMOVUPS(w.from(1), diff)
		c.VMOVUPS(w.from(2), x2)
		c.VADDPS(w.from(0), diff, sum)
		c.VADDPS(x2, sum, sum)
		c.VSUBPS(x2, diff, diff)
		c.VSUBPS(w.from(3), diff, diff)
		if i < 3 {
			c.ADDQ(r.xRow, r.in)
		}
	}
	for j := range 2 {
		x0, x1, x2, x3 := w.vec(j), w.vec(2+j), w.vec(4+j), w.vec(6+j)
		c.VADDPS(x1, x0, x0)
		c.VADDPS(x2, x0, x0)
		c.VSUBPS(x2, x1, x1)
		c.VSUBPS(x3, x1, x1)
	}
	c.TESTQ(r.bias, r.bias)
	c.JZ(operand.LabelRef("store"))
	c.VMOVUPS(operand.Mem{Base: r.bias}, w.vec(8))
	c.ADDQ(operand.Imm(uint64(4*w.lanes)), r.bias)
	for i := range 4 {
		c.VADDPS(w.vec(8), w.vec(i), w.vec(i))
	}
	c.Label("store")
	c.MOVQ(r.y, r.in)
	for j := range 2 {
		c.VMOVUPS(w.vec(j), w.to(0))
		c.VMOVUPS(w.vec(2+j), w.to(1))
		if j == 0 {
			c.ADDQ(r.yCol, r.in)
		}
	}
}
