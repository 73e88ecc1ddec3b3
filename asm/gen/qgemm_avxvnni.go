package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// qgemmVNNI is the tile of 6 x 16 for AVX-VNNI: that of f32 products with VPDPBUSD in place of the FMA.
type qgemmVNNI struct{ avx2Edge }

func emitQGemmAVXVNNI(c *build.Context) {
	q := qgemmVNNI{newAVX2Edge(c, avx2Rows)}
	gemmPrologue(c, q.gemmLocals)
	q.masks(c, "qgemmMaskAVXVNNI")
	gemmDispatch(c, avx2Rows)
	for h := 1; h <= avx2Rows; h++ {
		q.body(c, h)
	}
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func (q qgemmVNNI) body(c *build.Context, h int) {
	name := fmt.Sprintf("h%d", h)
	c.Label(name)
	q.choose(c, h, name)
	for i := range 2 * h {
		c.VPXOR(ymm(i), ymm(i), ymm(i))
	}
	gemmSegments(c, q.gemmLocals, h, name+"full", func() {
		for p := range 2 {
			c.VMOVUPS(operand.Mem{Base: gemmBPtr, Disp: 32 * p}, ymm(12+p))
		}
		for r := range h {
			a := 14 + r%2
			c.VPBROADCASTD(gemmRow(r), ymm(a))
			for p := range 2 {
				vpdpbusdVEX(c, 12+p, a, 2*r+p)
			}
		}
	})
	q.finishInts(c, h, 0, 2, name, func(r, p int) reg.Register { return q.acc(r, p) })
	q.copyOut(c, h, name)
	gemmNextTile(c, q.gemmLocals, h, name)
	c.JMP(operand.LabelRef("done"))
}

// vpdpbusdVEX is d += the products of four bytes of a, unsigned, and of b, signed, in each 32-bit lane of ymm registers. Go's
// assembler writes VPDPBUSD in its EVEX form alone, which is AVX-512's; this is VEX.256.66.0F38.W0 50 /r.
func vpdpbusdVEX(c *build.Context, b, a, d int) {
	c.Comment(fmt.Sprintf("VPDPBUSD Y%d, Y%d, Y%d", b, a, d))
	for _, x := range vexBytes(b, a, d) {
		c.Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []operand.Op{operand.U8(x)}})
	}
}

// vexBytes are the three bytes of the prefix (R, X and B inverted, map 0F38; W, the second operand inverted, 256 bits, 66),
// the opcode, and the registers d and b.
func vexBytes(b, a, d int) [5]byte {
	reg, rm := byte(d&7), byte(b&7)
	second := byte(0x42)
	if d < 8 {
		second |= 0x80
	}
	if b < 8 {
		second |= 0x20
	}
	return [5]byte{0xC4, second, byte(^a&15)<<3 | 0x05, 0x50, 0xC0 | reg<<3 | rm}
}
