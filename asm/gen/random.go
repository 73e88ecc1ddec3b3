package main

import (
	"fmt"
	"unsafe"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// randomFamily is Philox4x32-10: several blocks side by side, one in each 64-bit lane (x86) or 32-bit lane (NEON).
func randomFamily() family {
	return family{
		name: "random",
		amd64: []kernel{
			{name: "RandomAVX2", doc: "makes blocks of random words, four at a time.", arg: "*args.Random",
				emit: func(c *build.Context) { emitRandom(c, 32) }},
			{name: "RandomAVX512", doc: "makes blocks of random words, eight at a time.", arg: "*args.Random",
				emit: func(c *build.Context) { emitRandom(c, 64) }},
		},
		arm64: []kernel{{name: "RandomNEON", doc: "makes blocks of random words, four at a time.", arg: "*args.Random",
			neon: emitRandomNEON}},
	}
}

// The constants of Philox4x32: multipliers, and what the key grows by each round.
const (
	philoxM0     = 0xD2511F53
	philoxM1     = 0xCD9E8D57
	philoxW0     = 0x9E3779B9
	philoxW1     = 0xBB67AE85
	philoxRounds = 10
)

var (
	randomOut    = int(unsafe.Offsetof(args.Random{}.Out))
	randomFirst  = int(unsafe.Offsetof(args.Random{}.First))
	randomBlocks = int(unsafe.Offsetof(args.Random{}.Blocks))
	randomKey    = int(unsafe.Offsetof(args.Random{}.Key))
)

// emitRandom keeps each word of a block in the low half of a 64-bit lane; the upper halves are whatever the products
// leave there.
func emitRandom(c *build.Context, width int) {
	v := func(i int) reg.VecPhysical { return vasm.VecReg(i, width) }
	c0, c1, c2, c3, counter := v(0), v(1), v(2), v(3), v(4)
	m0, m1, w0, w1, k0, k1, low, step := v(5), v(6), v(7), v(8), v(9), v(10), v(11), v(12)
	p0, p1 := v(13), v(14)
	type three = func(...operand.Op)
	and, or, xor := three(c.VANDPS), three(c.VORPS), three(c.VXORPS)
	if width == 64 {
		and, or, xor = c.VPANDQ, c.VPORQ, c.VPXORQ
	}
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(at(reg.RDI, randomOut), reg.RSI)
	c.MOVQ(at(reg.RDI, randomBlocks), reg.RCX)
	c.CMPQ(reg.RCX, operand.Imm(0))
	c.JLE(operand.LabelRef("done"))
	c.VPBROADCASTQ(at(reg.RDI, randomFirst), counter)
	c.VPADDQ(randomLanes(c, width), counter, counter)
	for _, k := range []struct {
		bits uint64
		to   reg.VecPhysical
	}{{philoxM0, m0}, {philoxM1, m1}, {philoxW0, w0}, {philoxW1, w1}, {1<<32 - 1, low}, {uint64(width / 8), step}} {
		c.MOVQ(operand.U64(k.bits), reg.RAX)
		c.VMOVQ(reg.RAX, vasm.VecReg(int(k.to.PhysicalIndex()), 16))
		c.VPBROADCASTQ(vasm.VecReg(int(k.to.PhysicalIndex()), 16), k.to)
	}
	c.Label("loop")
	c.VPBROADCASTD(at(reg.RDI, randomKey), k0)
	c.VPBROADCASTD(at(reg.RDI, randomKey+4), k1)
	c.VPSRLQ(operand.Imm(32), counter, c1)
	xor(c2, c2, c2)
	xor(c3, c3, c3)
	from := counter
	for r := range philoxRounds {
		c.VPMULUDQ(m0, from, p0)
		c.VPMULUDQ(m1, c2, p1)
		c.VPSRLQ(operand.Imm(32), p1, c0)
		c.VPSRLQ(operand.Imm(32), p0, c2)
		xor(c1, c0, c0)
		xor(c3, c2, c2)
		xor(k0, c0, c0)
		xor(k1, c2, c2)
		c1, p1 = p1, c1
		c3, p0 = p0, c3
		from = c0
		if r < philoxRounds-1 {
			c.VPADDD(w0, k0, k0)
			c.VPADDD(w1, k1, k1)
		}
	}
	// Words 0 and 1 of a block to one lane, 2 and 3 to another, then block by block.
	for _, pair := range [][2]reg.VecPhysical{{c0, c1}, {c2, c3}} {
		and(low, pair[0], pair[0])
		c.VPSLLQ(operand.Imm(32), pair[1], pair[1])
		or(pair[1], pair[0], pair[0])
	}
	c.VPUNPCKLQDQ(c2, c0, p0)
	c.VPUNPCKHQDQ(c2, c0, p1)
	c.VMOVUPS(p0, at(reg.RSI, 0))
	c.VMOVUPS(p1, at(reg.RSI, width))
	c.VPADDQ(step, counter, counter)
	c.ADDQ(operand.U32(uint32(2*width)), reg.RSI)
	c.SUBQ(operand.U32(uint32(width/8)), reg.RCX)
	c.JG(operand.LabelRef("loop"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// randomLanes is the number of the block in each lane: unpacking takes even lanes first.
func randomLanes(c *build.Context, width int) operand.Mem {
	n := width / 8
	m := c.StaticGlobal(fmt.Sprintf("randomLanes%d", width))
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range n {
		c.AddDatum(8*i, operand.U64(i/2+i%2*n/2))
	}
	return m
}

// emitRandomNEON keeps word j of four blocks in Vj. Counters are made in general registers, since they carry.
func emitRandomNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R1", randomOut)
	f.Op("MOVD %d(R0), R2", randomFirst)
	f.Op("MOVD %d(R0), R3", randomBlocks)
	f.Op("CMP $0, R3")
	f.Op("BLE done")
	for i, bits := range []uint32{philoxM0, philoxM1, philoxW0, philoxW1} {
		f.Op("MOVD $0x%x, R4", bits)
		f.Op("VDUP R4, V%d.S4", 16+i)
	}
	f.Label("loop")
	f.Op("ADD $%d, R0, R4", randomKey)
	f.Op("VLD1R (R4), [V20.S4]")
	f.Op("ADD $%d, R0, R4", randomKey+4)
	f.Op("VLD1R (R4), [V21.S4]")
	for i := range 4 {
		f.Op("VMOV R2, V0.S[%d]", i)
		f.Op("LSR $32, R2, R4")
		f.Op("VMOV R4, V1.S[%d]", i)
		f.Op("ADD $1, R2")
	}
	f.Op("VEOR V2.B16, V2.B16, V2.B16")
	f.Op("VEOR V3.B16, V3.B16, V3.B16")
	for range philoxRounds {
		f.WideProduct(4, 0, 16, false)
		f.WideProduct(5, 0, 16, true)
		f.WideProduct(6, 2, 17, false)
		f.WideProduct(7, 2, 17, true)
		f.Unzip(0, 6, 7, true)
		f.Unzip(2, 4, 5, true)
		f.Three(neon.Eor, 0, 0, 1)
		f.Three(neon.Eor, 2, 2, 3)
		f.Three(neon.Eor, 0, 0, 20)
		f.Three(neon.Eor, 2, 2, 21)
		f.Unzip(1, 6, 7, false)
		f.Unzip(3, 4, 5, false)
		f.Three(neon.Add, 20, 20, 18)
		f.Three(neon.Add, 21, 21, 19)
	}
	f.Op("VST4.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R1)")
	f.Op("SUB $4, R3")
	f.Op("CBNZ R3, loop")
	f.Label("done")
	f.Op("RET")
}
