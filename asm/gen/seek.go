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
	const doc = "finds floats that are not at most a limit."
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
	seekX      = int(unsafe.Offsetof(args.Seek{}.X))
	seekPlaces = int(unsafe.Offsetof(args.Seek{}.Places))
	seekN      = int(unsafe.Offsetof(args.Seek{}.N))
	seekRoom   = int(unsafe.Offsetof(args.Seek{}.Room))
	seekFound  = int(unsafe.Offsetof(args.Seek{}.Found))
	seekAt     = int(unsafe.Offsetof(args.Seek{}.At))
	seekLimit  = int(unsafe.Offsetof(args.Seek{}.Limit))
)

// notAtMost is the predicate NLE_UQ: true for NaN.
const notAtMost = operand.U8(0x16)

// emitSeek goes through x by blocks of four vectors; found tests one and jumps to "hit" if there is something in it, where collect writes
// its places. SI is x, DX the elements left, CX those of x before, R8 the places, R9 how many there are, R10 how many leave room for a
// block. The last few elements are taken one by one.
func emitSeek(c *build.Context, width int, found, collect func()) {
	n := uint64(4 * width / 4)
	for _, l := range []struct {
		off int
		r   reg.Register
	}{{seekX, reg.RSI}, {seekN, reg.RDX}, {seekPlaces, reg.R8}, {seekFound, reg.R9}, {seekRoom, reg.R10}} {
		c.MOVQ(at(reg.RDI, l.off), l.r)
	}
	c.SUBQ(operand.Imm(args.SeekBlock), reg.R10)
	c.XORQ(reg.RCX, reg.RCX)
	c.CMPQ(reg.RDX, operand.Imm(n))
	c.JL(operand.LabelRef("near"))
	c.Label("block")
	found()
	c.Label("next")
	c.ADDQ(operand.U32(uint32(4*width)), reg.RSI)
	c.ADDQ(operand.Imm(n), reg.RCX)
	c.SUBQ(operand.Imm(n), reg.RDX)
	c.CMPQ(reg.RDX, operand.Imm(n))
	c.JGE(operand.LabelRef("block"))
	c.Label("near")
	c.CMPQ(reg.R9, reg.R10)
	c.JG(operand.LabelRef("done"))
	c.Label("one")
	c.TESTQ(reg.RDX, reg.RDX)
	c.JLE(operand.LabelRef("done"))
	c.MOVL(reg.ECX, operand.Mem{Base: reg.R8, Index: reg.R9, Scale: 4})
	c.VUCOMISS(at(reg.RSI, 0), xmm(15)) // the limit against the element: below it, or unordered
	c.ADCQ(operand.Imm(0), reg.R9)
	c.ADDQ(operand.Imm(4), reg.RSI)
	c.INCQ(reg.RCX)
	c.DECQ(reg.RDX)
	c.JMP(operand.LabelRef("one"))
	c.Label("hit")
	c.CMPQ(reg.R9, reg.R10)
	c.JG(operand.LabelRef("done"))
	collect()
	c.JMP(operand.LabelRef("next"))
	c.Label("done")
	c.MOVQ(reg.RCX, at(reg.RDI, seekAt))
	c.MOVQ(reg.R9, at(reg.RDI, seekFound))
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
			c.VMOVMSKPS(ymm(i), reg.EBX)
			c.ORL(reg.EBX, reg.EAX)
		}
		c.Label("bit")
		c.TZCNTL(reg.EAX, reg.EBX)
		c.ADDL(reg.ECX, reg.EBX)
		c.MOVL(reg.EBX, operand.Mem{Base: reg.R8, Index: reg.R9, Scale: 4})
		c.INCQ(reg.R9)
		c.BLSRL(reg.EAX, reg.EAX)
		c.JNZ(operand.LabelRef("bit"))
	})
}

// emitSeekAVX512 writes the places of a vector's lanes by one store, of which those that stay are in front.
func emitSeekAVX512(c *build.Context) {
	lanes := c.StaticGlobal("seekLanes")
	c.DataAttributes(rodata)
	for i := range 16 {
		c.AppendDatum(operand.U32(uint32(i)))
	}
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.VBROADCASTSS(at(reg.RDI, seekLimit), zmm(15))
	c.VMOVDQU32(lanes, zmm(14))
	c.MOVL(operand.U32(16), reg.EAX)
	c.VPBROADCASTD(reg.EAX, zmm(13))
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
		c.VPBROADCASTD(reg.ECX, zmm(0))
		c.VPADDD(zmm(14), zmm(0), zmm(0))
		for i := range 4 {
			c.VPCOMPRESSD_Z(zmm(0), kreg(1+i), zmm(1))
			c.VMOVDQU32(zmm(1), operand.Mem{Base: reg.R8, Index: reg.R9, Scale: 4})
			c.KMOVW(kreg(1+i), reg.EAX)
			c.POPCNTL(reg.EAX, reg.EAX)
			c.ADDQ(reg.RAX, reg.R9)
			if i < 3 {
				c.VPADDD(zmm(13), zmm(0), zmm(0))
			}
		}
	})
}

// emitSeekNEON: R1 x, R2 elements left, R3 those before, R6 the places, R7 how many there are, R8 how many leave room.
func emitSeekNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	for _, l := range [][2]int{{seekX, 1}, {seekN, 2}, {seekPlaces, 6}, {seekFound, 7}, {seekRoom, 8}} {
		f.Op("MOVD %d(R0), R%d", l[0], l[1])
	}
	f.Op("SUB $%d, R8", args.SeekBlock)
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
	f.Op("CBZ R5, hit")
	f.Op("ADD $64, R1")
	f.Op("ADD $16, R3")
	f.Op("SUB $16, R2")
	f.Op("B block")
	f.Label("hit")
	f.Op("CMP R8, R7")
	f.Op("BGT done")
	f.Op("MOVD $16, R9")
	f.Op("SUB $16, R2")
	emitSeekOnes(f, "one")
	f.Op("B block")
	f.Label("near")
	f.Op("CMP R8, R7")
	f.Op("BGT done")
	f.Op("MOVD R2, R9")
	f.Op("CBZ R9, done")
	emitSeekOnes(f, "last")
	f.Label("done")
	f.Op("MOVD R3, %d(R0)", seekAt)
	f.Op("MOVD R7, %d(R0)", seekFound)
	f.Op("RET")
}

// emitSeekOnes looks at R9 elements, at least one. The place of each is written, and stays if the next does not take it.
func emitSeekOnes(f *neon.Func, label string) {
	f.Label(label)
	f.Op("FMOVS.P 4(R1), F0")
	f.Op("ADD R7<<2, R6, R10")
	f.Op("MOVW R3, (R10)")
	f.Op("ADD $1, R3")
	f.Op("FCMPS F0, F15")   // the limit against the element
	f.Op("CINC LT, R7, R7") // below it, or unordered
	f.Op("SUBS $1, R9")
	f.Op("BNE %s", label)
}
