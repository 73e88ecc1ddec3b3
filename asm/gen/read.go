package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// readFamily is the ceiling of what is bound by memory: nothing but loads.
func readFamily() family {
	return family{
		name: "read",
		amd64: []kernel{
			{name: "ReadAVX2", doc: "loads memory into ymm registers.", arg: "*args.Read",
				emit: func(c *build.Context) { emitRead(c, 32, ymm) }},
			{name: "ReadAVX512", doc: "loads memory into zmm registers.", arg: "*args.Read",
				emit: func(c *build.Context) { emitRead(c, 64, zmm) }},
		},
		arm64: []kernel{{name: "ReadNEON", doc: "loads memory into vector registers.", arg: "*args.Read", neon: emitReadNEON}},
	}
}

const (
	readPtr   = int(unsafe.Offsetof(args.Read{}.Ptr))
	readBytes = int(unsafe.Offsetof(args.Read{}.Bytes))
	readLoops = int(unsafe.Offsetof(args.Read{}.Loops))
	readBlock = 1024
)

func emitRead(c *build.Context, width int, vec func(int) reg.Register) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(at(reg.RDI, readLoops), reg.RDX)
	for _, off := range []int{readLoops, readBytes} {
		c.CMPQ(at(reg.RDI, off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.Label("again")
	c.MOVQ(at(reg.RDI, readPtr), reg.RSI)
	c.MOVQ(at(reg.RDI, readBytes), reg.RCX)
	c.Label("loop")
	for i := range readBlock / width {
		c.VMOVUPS(at(reg.RSI, i*width), vec(i%8))
	}
	c.ADDQ(operand.U32(readBlock), reg.RSI)
	c.SUBQ(operand.U32(readBlock), reg.RCX)
	c.JG(operand.LabelRef("loop"))
	c.DECQ(reg.RDX)
	c.JNZ(operand.LabelRef("again"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func emitReadNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R3", readLoops)
	f.Op("MOVD %d(R0), R4", readBytes)
	for _, r := range []int{3, 4} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	f.Label("again")
	f.Op("MOVD %d(R0), R1", readPtr)
	f.Op("MOVD R4, R2")
	f.Label("loop")
	for i := range readBlock / 32 {
		f.Op("FLDPQ.P 32(R1), (F%d, F%d)", 2*(i%8), 2*(i%8)+1)
	}
	f.Op("SUBS $%d, R2", readBlock)
	f.Op("BGT loop")
	f.Op("SUBS $1, R3")
	f.Op("BNE again")
	f.Label("done")
	f.Op("RET")
}
