package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Without VNNI the AVX2 tile is 5 x 16. VPMADDUBSW would saturate, so bytes are widened and VPMADDWD sums two products a lane:
// those of k 0 and 2, then those of k 1 and 3. The driver has widened A before, and B for a block of columns: a line of q8 is
// then four vectors, k 0 and 2 of all columns and k 1 and 3 of all columns. One half of a line is multiplied with all rows before
// the other, so that two registers hold it: ten accumulators leave four, in which the products of a row wait until those of the
// next are begun. Of 54 instructions a line 40 are the product's own and the others loads. Rows in the outer loop and sums right
// behind their products took 2 to 3% longer on Zen 5.
//
// Where few rows are to share the work of widening, lines of q8 are widened on the way: Ldb tells (64). That is for one or
// two rows.
const (
	qRowsAVX2   = 5
	qDirectAVX2 = 2

	qWordLine  = 128 // bytes of a line of words
	qWordGroup = 8   // and of four elements of A
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
		gemmSegments(c, q.gemmLocals, h, name+"bytes", func() { q.bytes(c, h) })
		c.JMP(operand.LabelRef(name + "out"))
		c.Label(name + "words")
	}
	gemmEachSegment(c, q.gemmLocals, h, name+"full", func() { q.words(c, h, name+"full") })
	c.Label(name + "out")
	q.finishInts(c, h, 0, 2, name, func(r, p int) reg.Register { return q.acc(r, p) })
	q.copyOut(c, h, name)
	gemmNextTile(c, q.gemmLocals, h, name)
	c.JMP(operand.LabelRef("done"))
}

// words goes over lines that were widened, two at a time.
func (q qgemmAVX2) words(c *build.Context, h int, label string) {
	const pair = 2
	c.SUBQ(operand.Imm(pair), gemmK)
	c.JLT(operand.LabelRef(label + "rest"))
	c.Label(label + "pair")
	for u := range pair {
		q.line(c, h, u)
	}
	c.ADDQ(operand.Imm(pair*qWordGroup), gemmALo)
	c.ADDQ(operand.U32(pair*qWordLine), gemmBPtr)
	c.SUBQ(operand.Imm(pair), gemmK)
	c.JGE(operand.LabelRef(label + "pair"))
	c.Label(label + "rest")
	c.ADDQ(operand.Imm(pair), gemmK)
	c.JEQ(operand.LabelRef(label + "seg"))
	gemmSingles(c, h, label, operand.U32(qWordLine), func() { q.line(c, h, 0) })
}

// line multiplies four k of each row of A by the u-th line.
func (q qgemmAVX2) line(c *build.Context, h, u int) {
	for half := range 2 {
		for p := range 2 {
			c.VMOVUPS(operand.Mem{Base: gemmBPtr, Disp: qWordLine*u + 64*half + 32*p}, ymm(10+p))
		}
		for r := range h {
			left, right := q.products(r)
			c.VPBROADCASTD(gemmRow(r).Offset(qWordGroup*u+4*half), right)
			c.VPMADDWD(ymm(10), right, left)
			c.VPMADDWD(ymm(11), right, right)
			if r > 0 {
				q.sum(c, r-1)
			}
		}
		q.sum(c, h-1)
	}
}

// products are the registers for those of row r and the two halves of the tile's columns.
func (q qgemmAVX2) products(r int) (left, right reg.Register) {
	return ymm(12 + r%2*2), ymm(13 + r%2*2)
}

func (q qgemmAVX2) sum(c *build.Context, r int) {
	left, right := q.products(r)
	c.VPADDD(left, q.acc(r, 0), q.acc(r, 0))
	c.VPADDD(right, q.acc(r, 1), q.acc(r, 1))
}

// bytes widens a line and multiplies four k of one or two rows of A by it.
func (q qgemmAVX2) bytes(c *build.Context, h int) {
	for p := range 2 {
		qWidenLine(c, operand.Mem{Base: gemmBPtr, Disp: 32 * p}, ymm(10+p), ymm(12+p))
	}
	for r := range h {
		for half := range 2 {
			c.VPBROADCASTD(gemmRow(r).Offset(4*half), ymm(14))
			for p := range 2 {
				to := ymm(15 - p)
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
