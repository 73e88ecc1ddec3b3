package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Without VNNI the AVX2 tile is 5 x 16. VPMADDUBSW would saturate, so bytes are widened and VPMADDWD sums two products a lane:
// those of k 0 and 2, then those of k 1 and 3. The driver has widened A before, and B for a block of columns: a line of q8 is
// then four vectors, k 0 and 2 of all columns and k 1 and 3 of all columns. Ten accumulators, four registers of B, one of A and
// one product are all there are; 40 of 54 instructions in the loop are the product's own and the others are loads.
//
// Where few rows are to share the work of widening, lines of q8 are widened on the way: Ldb tells (64). That is for one or
// two rows.
const (
	qRowsAVX2   = 5
	qDirectAVX2 = 2
)

type qgemmAVX2 struct{ avx2Edge }

func emitQGemmAVX2(c *build.Context) {
	q := qgemmAVX2{newAVX2Edge(c, qRowsAVX2)}
	gemmPrologue(c, q.gemmLocals)
	q.masks(c, "qgemmMaskAVX2")
	gemmDispatch(c, qRowsAVX2)
	for h := 1; h <= qRowsAVX2; h++ {
		q.body(c, h)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func (q qgemmAVX2) body(c *build.Context, h int) {
	name := fmt.Sprintf("h%d", h)
	c.Label(name)
	q.choose(c, h, name)
	for i := range 2 * h {
		c.VPXOR(ymm(i), ymm(i), ymm(i))
	}
	if h <= qDirectAVX2 {
		c.CMPQ(gemmLdbReg, operand.Imm(gemmPackedLd))
		c.JNE(operand.LabelRef(name + "words"))
		gemmSegments(c, q.gemmLocals, h, name+"bytes", func() {
			for p := range 2 {
				qWidenLine(c, operand.Mem{Base: gemmBPtr, Disp: 32 * p}, ymm(10+p), ymm(12+p))
			}
			q.rows(c, h)
		})
		c.JMP(operand.LabelRef(name + "out"))
		c.Label(name + "words")
	}
	gemmSegments(c, q.gemmLocals, h, name+"full", func() {
		for i := range 4 {
			c.VMOVUPS(operand.Mem{Base: gemmBPtr, Disp: 32 * i}, ymm(10+i))
		}
		q.rows(c, h)
	})
	c.Label(name + "out")
	q.finishInts(c, h, 0, 2, name, func(r, p int) reg.Register { return q.acc(r, p) })
	q.copyOut(c, h, name)
	gemmNextTile(c, q.gemmLocals, h, name)
	c.JMP(operand.LabelRef("done"))
}

// rows multiplies four k of each row of A by the line in the registers.
func (q qgemmAVX2) rows(c *build.Context, h int) {
	for r := range h {
		for half := range 2 {
			at := gemmRow(r)
			at.Disp += 4 * half
			c.VPBROADCASTD(at, ymm(14))
			for p := range 2 {
				to := ymm(15)
				if p == 1 {
					to = ymm(14)
				}
				c.VPMADDWD(ymm(10+2*half+p), ymm(14), to)
				c.VPADDD(to, q.acc(r, p), q.acc(r, p))
			}
		}
	}
}

// qWidenLine widens eight columns of q8: the even k of each and the odd ones.
func qWidenLine(c *build.Context, from operand.Mem, even, odd reg.Register) {
	c.VMOVUPS(from, odd)
	c.VPSLLW(operand.Imm(8), odd, even)
	c.VPSRAW(operand.Imm(8), odd, odd)
	c.VPSRAW(operand.Imm(8), even, even)
}

// finishInts adds the bias and C to halves of the tile's rows, from one on, and stores them. It uses the last two registers.
func (e avx2Edge) finishInts(c *build.Context, h, from, halves int, label string, acc func(r, p int) reg.Register) {
	at := func(base reg.Register, p int) operand.Mem { return operand.Mem{Base: base, Disp: 32 * (from + p)} }
	c.MOVQ(argOf(gemmBias), gemmALo)
	c.TESTQ(gemmALo, gemmALo)
	c.JZ(operand.LabelRef(label + "nobias"))
	for p := range halves {
		c.VMOVUPS(e.mask.Offset(32*(from+p)), ymm(15))
		c.VMASKMOVPS(at(gemmALo, p), ymm(15), ymm(14))
		for r := range h {
			c.VPADDD(ymm(14), acc(r, p), acc(r, p))
		}
	}
	c.Label(label + "nobias")
	c.MOVQ(e.cPtr, gemmALo)
	c.CMPQ(argOf(gemmInit), operand.Imm(0))
	c.JE(operand.LabelRef(label + "store"))
	for r := range h {
		for p := range halves {
			c.VPADDD(at(gemmALo, p), acc(r, p), acc(r, p))
		}
		c.ADDQ(e.cLd, gemmALo)
	}
	c.MOVQ(e.cPtr, gemmALo)
	c.Label(label + "store")
	for r := range h {
		for p := range halves {
			c.VMOVUPS(acc(r, p), at(gemmALo, p))
		}
		c.ADDQ(e.cLd, gemmALo)
	}
}

// emitQWidenAAVX2 widens rows of A to 16 bits, of four bytes the even ones first. Columns are bytes, a multiple of 16.
func emitQWidenAAVX2(c *build.Context) {
	emitQWiden(c, 16, func(m *moveRegisters) {
		c.VPMOVZXBW(operand.Mem{Base: m.s}, ymm(0))
		c.VPSHUFLW(operand.Imm(0xD8), ymm(0), ymm(0))
		c.VPSHUFHW(operand.Imm(0xD8), ymm(0), ymm(0))
		c.VMOVUPS(ymm(0), operand.Mem{Base: m.d})
	})
}

// emitQWidenBAVX2 widens lines of q8, of a column the even k first. Columns are bytes, a multiple of 64.
func emitQWidenBAVX2(c *build.Context) {
	emitQWiden(c, 64, func(m *moveRegisters) {
		for p := range 2 {
			qWidenLine(c, operand.Mem{Base: m.s, Disp: 32 * p}, ymm(p), ymm(2+p))
		}
		for i := range 4 {
			c.VMOVUPS(ymm(i), operand.Mem{Base: m.d, Disp: 32 * i})
		}
	})
}

// emitQWiden goes over rows of a number of bytes that is a multiple of step, and writes twice as many.
func emitQWiden(c *build.Context, step int, one func(m *moveRegisters)) {
	m := &moveRegs
	loadMove(c)
	c.Label("row")
	c.MOVQ(m.src, m.s)
	c.MOVQ(m.dst, m.d)
	c.MOVQ(m.cols, m.n)
	c.Label("col")
	one(m)
	c.ADDQ(operand.Imm(uint64(step)), m.s)
	c.ADDQ(operand.U32(uint32(2*step)), m.d)
	c.SUBQ(operand.Imm(uint64(step)), m.n)
	c.JG(operand.LabelRef("col"))
	c.ADDQ(m.srcLd, m.src)
	c.ADDQ(m.dstLd, m.dst)
	c.DECQ(m.rows)
	c.JNZ(operand.LabelRef("row"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}
