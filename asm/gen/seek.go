package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// seekFamily finds what is greater than a limit: most of a row is not among its greatest elements, and is read no more than once.
func seekFamily() family {
	const doc = "finds the first float that is not at most a limit."
	return family{
		name: "seek",
		amd64: []kernel{
			{name: "SeekAVX2", doc: doc, arg: "*args.Seek", emit: emitSeekAVX2},
			{name: "SeekAVX512", doc: doc, arg: "*args.Seek", emit: emitSeekAVX512},
		},
		arm64: []kernel{{name: "SeekNEON", doc: doc, arg: "*args.Seek", neon: emitSeekNEON}},
	}
}

const (
	seekX     = int(unsafe.Offsetof(args.Seek{}.X))
	seekN     = int(unsafe.Offsetof(args.Seek{}.N))
	seekAt    = int(unsafe.Offsetof(args.Seek{}.At))
	seekLimit = int(unsafe.Offsetof(args.Seek{}.Limit))
)

// notAtMost is the predicate NLE_UQ: true for NaN.
const notAtMost = operand.U8(0x16)

// emitSeek goes through x by blocks of four vectors; found tests one and jumps to "hit" if there is something in it, where bits makes AX a bit
// for each element. SI is x, DX the elements left, CX those of x before. The last few elements are taken one by one.
func emitSeek(c *build.Context, width int, found, bits func()) {
	n := uint64(4 * width / 4)
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(at(reg.RDI, seekX), reg.RSI)
	c.MOVQ(at(reg.RDI, seekN), reg.RDX)
	c.XORQ(reg.RCX, reg.RCX)
	c.CMPQ(reg.RDX, operand.Imm(n))
	c.JL(operand.LabelRef("near"))
	c.Label("block")
	found()
	c.ADDQ(operand.U32(uint32(4*width)), reg.RSI)
	c.ADDQ(operand.Imm(n), reg.RCX)
	c.SUBQ(operand.Imm(n), reg.RDX)
	c.CMPQ(reg.RDX, operand.Imm(n))
	c.JGE(operand.LabelRef("block"))
	c.Label("near")
	c.TESTQ(reg.RDX, reg.RDX)
	c.JLE(operand.LabelRef("done"))
	c.VUCOMISS(at(reg.RSI, 0), xmm(15)) // the limit against the element: below it, or unordered
	c.JCS(operand.LabelRef("done"))
	c.ADDQ(operand.Imm(4), reg.RSI)
	c.INCQ(reg.RCX)
	c.DECQ(reg.RDX)
	c.JMP(operand.LabelRef("near"))
	c.JMP(operand.LabelRef("done"))
	c.Label("hit")
	bits()
	c.TZCNTQ(reg.RAX, reg.RAX)
	c.ADDQ(reg.RAX, reg.RCX)
	c.Label("done")
	c.MOVQ(reg.RCX, at(reg.RDI, seekAt))
	c.VZEROUPPER()
	c.RET()
}

func emitSeekAVX2(c *build.Context) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.VBROADCASTSS(at(reg.RDI, seekLimit), ymm(15))
	emitSeek(c, 32, func() {
		for i := range 4 {
			c.VMOVUPS(at(reg.RSI, 32*i), ymm(i))
			c.VCMPPS(notAtMost, ymm(15), ymm(i), ymm(i))
		}
		c.VORPS(ymm(0), ymm(1), ymm(4))
		c.VORPS(ymm(2), ymm(3), ymm(5))
		c.VORPS(ymm(4), ymm(5), ymm(4))
		c.VPTEST(ymm(4), ymm(4))
		c.JNZ(operand.LabelRef("hit"))
	}, func() {
		c.VMOVMSKPS(ymm(3), reg.EAX)
		for i := 2; i >= 0; i-- {
			c.SHLL(operand.Imm(8), reg.EAX)
			c.VMOVMSKPS(ymm(i), reg.EDX)
			c.ORL(reg.EDX, reg.EAX)
		}
	})
}

func emitSeekAVX512(c *build.Context) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.VBROADCASTSS(at(reg.RDI, seekLimit), zmm(15))
	emitSeek(c, 64, func() {
		for i := range 4 {
			c.VMOVUPS(at(reg.RSI, 64*i), zmm(i))
			c.VCMPPS(notAtMost, zmm(15), zmm(i), kreg(1+i))
		}
		c.KORW(kreg(1), kreg(2), kreg(5))
		c.KORW(kreg(3), kreg(4), kreg(6))
		c.KORTESTW(kreg(5), kreg(6))
		c.JNZ(operand.LabelRef("hit"))
	}, func() {
		c.KMOVW(kreg(4), reg.EAX)
		for i := 3; i > 0; i-- {
			c.SHLQ(operand.Imm(16), reg.RAX)
			c.KMOVW(kreg(i), reg.EDX)
			c.ORQ(reg.RDX, reg.RAX)
		}
	})
}

func emitSeekNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R1", seekX)
	f.Op("MOVD %d(R0), R2", seekN)
	f.Op("MOVD ZR, R3")
	f.Op("ADD $%d, R0, R4", seekLimit)
	f.Op("VLD1R (R4), [V15.S4]")
	f.Label("block")
	f.Op("CMP $16, R2")
	f.Op("BLT near")
	f.Op("VLD1 (R1), %s", neonFour(0))
	for i := range 4 { // the limit at least the element: not for NaN
		f.Three(neon.Fcmge, i, 15, i)
	}
	f.Three(neon.And, 0, 0, 1)
	f.Three(neon.And, 2, 2, 3)
	f.Three(neon.And, 0, 0, 2)
	f.LeastOf(0, 0)
	f.Op("FMOVS F0, R5")
	f.Op("CBZ R5, near")
	f.Op("ADD $64, R1")
	f.Op("ADD $16, R3")
	f.Op("SUB $16, R2")
	f.Op("B block")
	f.Label("near")
	f.Op("CMP $0, R2")
	f.Op("BLE done")
	f.Op("FMOVS.P 4(R1), F0")
	f.Op("FCMPS F0, F15") // the limit against the element
	f.Op("BLT done")      // below it, or unordered
	f.Op("ADD $1, R3")
	f.Op("SUB $1, R2")
	f.Op("B near")
	f.Label("done")
	f.Op("MOVD R3, %d(R0)", seekAt)
	f.Op("RET")
}
