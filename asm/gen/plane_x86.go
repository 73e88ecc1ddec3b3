package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var planeRegs = struct {
	args, col, left, x, y, xStep, xStep3, yStep, yStep3, ih, x3, tmp, h reg.GPPhysical
}{
	reg.RDI, reg.RDX, reg.RCX, reg.RAX, reg.RBX, reg.R9, reg.R10, reg.R11, reg.R15, reg.R12, reg.R13, reg.RSI, reg.R8,
}

func planeArg(off int) operand.Mem { return operand.Mem{Base: planeRegs.args, Disp: off} }

// Vector registers: the tile's accumulators, then the weights, then temporaries.
const (
	planeWeights = planeRows
	planeTemp    = planeWeights + 9
)

// beginPlane loads what does not change, and leaves if there is nothing to do.
func beginPlane(c *build.Context, vec func(int) reg.Register) {
	r := &planeRegs
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	c.MOVQ(planeArg(planeRow1), r.tmp)
	c.CMPQ(planeArg(planeRow0), r.tmp)
	c.JGE(operand.LabelRef("done"))
	c.MOVQ(planeArg(planeXRow), r.xStep)
	c.LEAQ(operand.Mem{Base: r.xStep, Index: r.xStep, Scale: 2}, r.xStep3)
	c.MOVQ(planeArg(planeYRow), r.yStep)
	c.LEAQ(operand.Mem{Base: r.yStep, Index: r.yStep, Scale: 2}, r.yStep3)
	c.MOVQ(planeArg(planeH), r.h)
	c.MOVQ(planeArg(planeW), r.tmp)
	for i := range 9 {
		c.VBROADCASTSS(operand.Mem{Base: r.tmp, Disp: 4 * i}, vec(planeWeights+i))
	}
	c.XORQ(r.col, r.col)
}

// columnPlane points x at the first input of the tile at column col and row Row0, y at its output.
func columnPlane(c *build.Context) {
	r := &planeRegs
	c.MOVQ(planeArg(planeRow1), r.left)
	c.SUBQ(planeArg(planeRow0), r.left)
	c.MOVQ(planeArg(planeRow0), r.y)
	c.MOVQ(r.y, r.ih)
	c.SUBQ(planeArg(planePadH), r.ih)
	c.IMULQ(r.yStep, r.y)
	c.ADDQ(planeArg(planeY), r.y)
	c.LEAQ(operand.Mem{Base: r.y, Index: r.col, Scale: 4}, r.y)
	c.MOVQ(r.ih, r.x)
	c.IMULQ(r.xStep, r.x)
	c.ADDQ(planeArg(planeX), r.x)
	c.MOVQ(r.col, r.tmp)
	c.SUBQ(planeArg(planePadW), r.tmp)
	c.LEAQ(operand.Mem{Base: r.x, Index: r.tmp, Scale: 4}, r.x)
}

// A planeTile is the code of tiles of one width.
type planeTile struct {
	name  string
	clear func(r int)
	// taps takes in the input at from for tap kw: acc += input * weight for each pair.
	taps func(from operand.Mem, kw, temp int, label string, pairs [][2]int)
	bias func(rows int)
	put  func(r int, to operand.Mem)
}

// down runs tiles of four rows, then what is left, down a column.
func (t *planeTile) down(c *build.Context, done string) {
	r := &planeRegs
	columnPlane(c)
	c.Label(t.name + "down")
	for n := planeRows; n > 1; n-- {
		c.CMPQ(r.left, operand.Imm(uint64(n)))
		c.JGE(operand.LabelRef(fmt.Sprintf("%s%d", t.name, n)))
	}
	for n := 1; n <= planeRows; n++ {
		c.Label(fmt.Sprintf("%s%d", t.name, n))
		t.tile(c, n)
		c.SUBQ(operand.Imm(uint64(n)), r.left)
		c.JZ(operand.LabelRef(done))
		if n == planeRows {
			c.LEAQ(operand.Mem{Base: r.x, Index: r.xStep, Scale: planeRows}, r.x)
			c.LEAQ(operand.Mem{Base: r.y, Index: r.yStep, Scale: planeRows}, r.y)
			c.ADDQ(operand.Imm(planeRows), r.ih)
			c.JMP(operand.LabelRef(t.name + "down"))
		}
	}
}

// tile is n rows: each row of input goes to the outputs whose windows hold it.
func (t *planeTile) tile(c *build.Context, n int) {
	r := &planeRegs
	for i := range n {
		t.clear(i)
	}
	c.LEAQ(operand.Mem{Base: r.x, Index: r.xStep3, Scale: 1}, r.x3)
	temp := 0
	for i := range n + 2 {
		skip := fmt.Sprintf("%s%dskip%d", t.name, n, i)
		c.LEAQ(operand.Mem{Base: r.ih, Disp: i}, r.tmp)
		c.CMPQ(r.tmp, r.h)
		c.JCC(operand.LabelRef(skip))
		from := at4(r.x, i%3, r.xStep, r.xStep3)
		if i >= 3 {
			from = at4(r.x3, i%3, r.xStep, r.xStep3)
		}
		for kw := range 3 {
			var pairs [][2]int
			for acc := max(0, i-2); acc <= min(i, n-1); acc++ {
				pairs = append(pairs, [2]int{acc, planeWeights + 3*(i-acc) + kw})
			}
			from.Disp = 4 * kw
			t.taps(from, kw, temp, fmt.Sprintf("%skw%d", skip, kw), pairs)
			temp++
		}
		c.Label(skip)
	}
	c.MOVQ(planeArg(planeBias), r.tmp)
	c.TESTQ(r.tmp, r.tmp)
	c.JZ(operand.LabelRef(fmt.Sprintf("%s%dput", t.name, n)))
	t.bias(n)
	c.Label(fmt.Sprintf("%s%dput", t.name, n))
	for i := range n {
		t.put(i, at4(r.y, i, r.yStep, r.yStep3))
	}
}

// emitPlaneAVX512 gives each tap a mask of the lanes whose input is there: K1 to K3, and the outputs K4.
func emitPlaneAVX512(c *build.Context) {
	r := &planeRegs
	const lanes, temps = 16, 8
	beginPlane(c, zmm)
	c.CMPQ(planeArg(planeCols), operand.Imm(0))
	c.JLE(operand.LabelRef("done"))
	c.Label("column")
	planeMasks(c)
	t := &planeTile{
		name:  "rows",
		clear: func(i int) { c.VPXORD(zmm(i), zmm(i), zmm(i)) },
		taps: func(from operand.Mem, kw, temp int, _ string, pairs [][2]int) {
			x := zmm(planeTemp + temp%temps)
			c.VMOVUPS_Z(from, kreg(1+kw), x)
			for _, p := range pairs {
				c.VFMADD231PS(x, zmm(p[1]), kreg(1+kw), zmm(p[0]))
			}
		},
		bias: func(rows int) {
			for i := range rows {
				c.VADDPS_BCST(operand.Mem{Base: r.tmp}, zmm(i), zmm(i))
			}
		},
		put: func(i int, to operand.Mem) { c.VMOVUPS(zmm(i), kreg(4), to) },
	}
	t.down(c, "next")
	c.Label("next")
	c.ADDQ(operand.Imm(lanes), r.col)
	c.CMPQ(r.col, planeArg(planeCols))
	c.JL(operand.LabelRef("column"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// planeMasks makes the masks of column col.
func planeMasks(c *build.Context) {
	r := &planeRegs
	ones, lo, hi, limit := r.x3, r.x, r.y, r.ih
	clamp := func(v reg.GPPhysical) {
		c.XORQ(r.tmp, r.tmp)
		c.CMPQ(v, r.tmp)
		c.CMOVQLT(r.tmp, v)
		c.MOVQ(operand.U32(16), r.tmp)
		c.CMPQ(v, r.tmp)
		c.CMOVQGT(r.tmp, v)
	}
	c.MOVQ(operand.I32(-1), ones)
	c.MOVQ(planeArg(planeCols), limit)
	c.SUBQ(r.col, limit)
	clamp(limit)
	c.BZHIQ(limit, ones, r.tmp)
	c.KMOVW(r.tmp.As32(), kreg(4))
	for kw := range 3 {
		c.MOVQ(planeArg(planePadW), lo)
		c.SUBQ(operand.Imm(uint64(kw)), lo)
		c.SUBQ(r.col, lo)
		c.MOVQ(planeArg(planeWide), hi)
		c.ADDQ(lo, hi)
		clamp(lo)
		clamp(hi)
		c.CMPQ(hi, limit)
		c.CMOVQGT(limit, hi)
		c.BZHIQ(lo, ones, lo)
		c.BZHIQ(hi, ones, hi)
		c.ANDNQ(hi, lo, hi)
		c.KMOVW(hi.As32(), kreg(1+kw))
	}
}

// emitPlaneAVX2 has no masks: columns whose three taps are all there are done in vectors, the last of which may overlap the one
// before, the others one by one.
func emitPlaneAVX2(c *build.Context) {
	r := &planeRegs
	const lanes, temps = 8, 3
	beginPlane(c, ymm)
	c.Label("column")
	c.CMPQ(r.col, planeArg(planeCols))
	c.JGE(operand.LabelRef("done"))
	// from PadW up to end, the lesser of Cols and Wide + PadW - 2, all taps are there
	end, tmp := r.x, r.tmp
	c.MOVQ(planeArg(planeWide), end)
	c.ADDQ(planeArg(planePadW), end)
	c.SUBQ(operand.Imm(2), end)
	c.MOVQ(planeArg(planeCols), tmp)
	c.CMPQ(end, tmp)
	c.CMOVQGT(tmp, end)
	c.CMPQ(r.col, planeArg(planePadW))
	c.JL(operand.LabelRef("single"))
	c.CMPQ(r.col, end)
	c.JGE(operand.LabelRef("single"))
	c.LEAQ(operand.Mem{Base: r.col, Disp: lanes}, tmp)
	c.CMPQ(tmp, end)
	c.JLE(operand.LabelRef("vector"))
	c.LEAQ(operand.Mem{Base: end, Disp: -lanes}, tmp)
	c.CMPQ(tmp, planeArg(planePadW))
	c.JL(operand.LabelRef("single"))
	c.CMPQ(tmp, operand.Imm(0))
	c.JL(operand.LabelRef("single"))
	c.MOVQ(tmp, r.col)

	c.Label("vector")
	vector := &planeTile{
		name:  "rows",
		clear: func(i int) { c.VXORPS(ymm(i), ymm(i), ymm(i)) },
		taps: func(from operand.Mem, _, temp int, _ string, pairs [][2]int) {
			x := ymm(planeTemp + temp%temps)
			c.VMOVUPS(from, x)
			for _, p := range pairs {
				c.VFMADD231PS(x, ymm(p[1]), ymm(p[0]))
			}
		},
		bias: func(rows int) {
			c.VBROADCASTSS(operand.Mem{Base: r.tmp}, ymm(planeTemp))
			for i := range rows {
				c.VADDPS(ymm(planeTemp), ymm(i), ymm(i))
			}
		},
		put: func(i int, to operand.Mem) { c.VMOVUPS(ymm(i), to) },
	}
	vector.down(c, "past")
	c.Label("past")
	c.ADDQ(operand.Imm(lanes), r.col)
	c.JMP(operand.LabelRef("column"))

	c.Label("single")
	single := &planeTile{
		name:  "one",
		clear: vector.clear,
		taps: func(from operand.Mem, kw, temp int, label string, pairs [][2]int) {
			c.LEAQ(operand.Mem{Base: r.col, Disp: kw}, r.tmp)
			c.SUBQ(planeArg(planePadW), r.tmp)
			c.CMPQ(r.tmp, planeArg(planeWide))
			c.JCC(operand.LabelRef(label))
			x := planeTemp + temp%temps
			c.VMOVSS(from, xmm(x))
			for _, p := range pairs {
				c.VFMADD231SS(xmm(x), xmm(p[1]), xmm(p[0]))
			}
			c.Label(label)
		},
		bias: func(rows int) {
			for i := range rows {
				c.VADDSS(operand.Mem{Base: r.tmp}, xmm(i), xmm(i))
			}
		},
		put: func(i int, to operand.Mem) { c.VMOVSS(xmm(i), to) },
	}
	single.down(c, "after")
	c.Label("after")
	c.INCQ(r.col)
	c.JMP(operand.LabelRef("column"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}
