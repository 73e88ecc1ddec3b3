package main

import (
	"math/bits"
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// readFamily is the ceiling of what is bound by memory: nothing but loads. Which order is the fastest depends on where the
// memory is, so there are three of each width.
func readFamily() family {
	f := family{
		name:  "read",
		arm64: []kernel{{name: "ReadNEON", doc: "loads memory into vector registers.", arg: "*args.Read", neon: emitReadNEON}},
	}
	for _, o := range readOrders {
		f.amd64 = append(f.amd64,
			kernel{name: "Read" + o.name + "AVX2", doc: "loads memory into ymm registers, " + o.doc, arg: "*args.Read",
				emit: func(c *build.Context) { o.emit(c, 32, ymm) }},
			kernel{name: "Read" + o.name + "AVX512", doc: "loads memory into zmm registers, " + o.doc, arg: "*args.Read",
				emit: func(c *build.Context) { o.emit(c, 64, zmm) }})
	}
	return f
}

// A readOrder is streams, each a part of the memory, that are read in turns, lines of each.
type readOrder struct {
	name, doc      string
	streams, lines int
	ahead          int // lines that are asked for before they are read; 0 leaves that to the hardware
}

// On Zen 5 L1 gives 128 bytes a cycle to the first and 100 to the second, since what is asked for takes a port; L3 gives 113 GB/s to
// the second, 92 to 112 to the first (its prefetcher has good and bad minutes) and 102 to the third; memory gives the third 5 to 10%
// more than the others, as nothing is foreseen across pages.
var readOrders = [...]readOrder{
	{name: "", doc: "in their order.", streams: 1, lines: 16},
	{name: "Ahead", doc: "in their order, each asked for 32 lines ahead.", streams: 1, lines: 16, ahead: 32},
	{name: "Four", doc: "from four quarters in turn, each line asked for 16 lines ahead.", streams: 4, lines: 2, ahead: 16},
}

const (
	readPtr   = int(unsafe.Offsetof(args.Read{}.Ptr))
	readBytes = int(unsafe.Offsetof(args.Read{}.Bytes))
	readLoops = int(unsafe.Offsetof(args.Read{}.Loops))
	readBlock = 1024 // bytes are a multiple of it
	readLine  = 64
)

func (o readOrder) emit(c *build.Context, width int, vec func(int) reg.Register) {
	ptrs := []reg.Register{reg.RSI, reg.RAX, reg.RBX, reg.R8}[:o.streams]
	left, part := reg.RCX, reg.R9
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(at(reg.RDI, readLoops), reg.RDX)
	for _, off := range []int{readLoops, readBytes} {
		c.CMPQ(at(reg.RDI, off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.Label("again")
	c.MOVQ(at(reg.RDI, readBytes), part)
	c.SHRQ(operand.Imm(uint64(bits.TrailingZeros(uint(o.streams)))), part)
	c.MOVQ(at(reg.RDI, readPtr), ptrs[0])
	for i := 1; i < o.streams; i++ {
		c.LEAQ(operand.Mem{Base: ptrs[i-1], Index: part, Scale: 1}, ptrs[i])
	}
	c.MOVQ(part, left)
	c.Label("loop")
	step, loads := uint32(o.lines*readLine), 0
	for line := range o.lines {
		for _, p := range ptrs {
			if o.ahead > 0 {
				c.PREFETCHT0(at(p, (line+o.ahead)*readLine))
			}
			for off := line * readLine; off < (line+1)*readLine; off += width {
				c.VMOVUPS(at(p, off), vec(loads%8))
				loads++
			}
		}
	}
	for _, p := range ptrs {
		c.ADDQ(operand.U32(step), p)
	}
	c.SUBQ(operand.U32(step), left)
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
