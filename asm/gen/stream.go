package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// streamFamily is the ceiling of what reads some operands, changes others and writes a third kind: loads and stores alone.
func streamFamily() family {
	return family{
		name: "stream",
		amd64: []kernel{
			{name: "StreamAVX2", doc: "loads and stores streams by ymm registers.", arg: "*args.Stream",
				emit: func(c *build.Context) { emitStream(c, 32, ymm) }},
			{name: "StreamAVX512", doc: "loads and stores streams by zmm registers.", arg: "*args.Stream",
				emit: func(c *build.Context) { emitStream(c, 64, zmm) }},
		},
		arm64: []kernel{{name: "StreamNEON", doc: "loads and stores streams by vector registers.", arg: "*args.Stream", neon: emitStreamNEON}},
	}
}

const (
	streamKind  = int(unsafe.Offsetof(args.Stream{}.Kind))
	streamCount = int(unsafe.Offsetof(args.Stream{}.Count))
	streamBytes = int(unsafe.Offsetof(args.Stream{}.Bytes))
	streamChunk = int(unsafe.Offsetof(args.Stream{}.Chunk))
	streamAhead = int(unsafe.Offsetof(args.Stream{}.Ahead))
	streamBlock = 128
)

func emitStream(c *build.Context, width int, vec func(int) reg.Register) {
	block, off, stream, p, left := reg.RDI, reg.RSI, reg.RCX, reg.RDX, reg.R8
	c.MOVQ(operand.NewParamAddr("a", 0), block)
	c.CMPQ(at(block, streamChunk), operand.Imm(streamBlock))
	c.JNE(operand.LabelRef("chunk"))
	emitWoven(c, block, width, vec)
	c.Label("chunk")
	c.XORQ(off, off)
	c.Label("next")
	c.CMPQ(off, at(block, streamBytes))
	c.JGE(operand.LabelRef("done"))
	c.XORQ(stream, stream)
	c.Label("stream")
	c.CMPQ(stream, at(block, streamCount))
	c.JGE(operand.LabelRef("moved"))
	c.MOVQ(operand.Mem{Base: block, Index: stream, Scale: 8}, p)
	c.ADDQ(off, p)
	c.MOVQ(operand.Mem{Base: block, Index: stream, Scale: 8, Disp: streamKind}, reg.RAX)
	c.INCQ(stream)
	c.MOVQ(at(block, streamChunk), left)
	streamAsk(c, block, p, left)
	c.CMPQ(reg.RAX, operand.Imm(args.StreamUpdate))
	c.JLT(operand.LabelRef("read"))
	c.JEQ(operand.LabelRef("update"))
	c.CMPQ(reg.RAX, operand.Imm(args.StreamWrite))
	c.JEQ(operand.LabelRef("write"))
	load := func(i int) { c.VMOVUPS(at(p, i*width), vec(i%8)) }
	store := func(i int) { c.VMOVUPS(vec(i%8), at(p, i*width)) }
	past := func(i int) { c.VMOVNTPS(vec(i%8), at(p, i*width)) }
	streamLoop(c, "past", width, p, left, past)
	streamLoop(c, "read", width, p, left, load)
	streamLoop(c, "update", width, p, left, load, store)
	streamLoop(c, "write", width, p, left, store)
	c.Label("moved")
	c.ADDQ(at(block, streamChunk), off)
	c.JMP(operand.LabelRef("next"))
	c.Label("done")
	c.SFENCE()
	c.VZEROUPPER()
	c.RET()
}

// streamAsk fetches what lies ahead of a chunk at p.
func streamAsk(c *build.Context, block, p, left reg.GPPhysical) {
	ahead, n := reg.R9, reg.R10
	c.MOVQ(at(block, streamAhead), ahead)
	c.TESTQ(ahead, ahead)
	c.JZ(operand.LabelRef("move"))
	c.ADDQ(p, ahead)
	c.MOVQ(left, n)
	c.Label("ask")
	for i := range streamBlock / 64 {
		c.PREFETCHT0(at(ahead, 64*i))
	}
	c.ADDQ(operand.U32(streamBlock), ahead)
	c.SUBQ(operand.U32(streamBlock), n)
	c.JG(operand.LabelRef("ask"))
	c.Label("move")
}

// streamLoop does each of do with the vectors of a block, block after block.
func streamLoop(c *build.Context, label string, width int, p, left reg.GPPhysical, do ...func(i int)) {
	c.Label(label)
	for _, f := range do {
		for i := range streamBlock / width {
			f(i)
		}
	}
	c.ADDQ(operand.U32(streamBlock), p)
	c.SUBQ(operand.U32(streamBlock), left)
	c.JG(operand.LabelRef(label))
	c.JMP(operand.LabelRef("stream"))
}

// emitStreamNEON asks for nothing ahead: there was no machine to tell a distance by.
func emitStreamNEON(f *neon.Func) {
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD %d(R0), R2", streamBytes)
	f.Op("MOVD %d(R0), R3", streamChunk)
	f.Op("MOVD %d(R0), R4", streamCount)
	f.Op("MOVD $0, R1")
	f.Label("chunk")
	f.Op("CMP R2, R1")
	f.Op("BGE done")
	f.Op("MOVD $0, R5")
	f.Label("stream")
	f.Op("CMP R4, R5")
	f.Op("BGE next")
	f.Op("ADD R5<<3, R0, R6")
	f.Op("MOVD (R6), R7")
	f.Op("ADD R1, R7")
	f.Op("MOVD %d(R6), R8", streamKind)
	f.Op("ADD $1, R5")
	f.Op("MOVD R3, R9")
	f.Op("CMP $%d, R8", args.StreamUpdate)
	f.Op("BLT read")
	f.Op("BEQ update")
	load := func(i int) { f.Op("FLDPQ %d(R7), (F%d, F%d)", 32*i, 2*i, 2*i+1) }
	store := func(i int) { f.Op("FSTPQ (F%d, F%d), %d(R7)", 2*i, 2*i+1, 32*i) }
	streamLoopNEON(f, "write", store)
	streamLoopNEON(f, "read", load)
	streamLoopNEON(f, "update", load, store)
	f.Label("next")
	f.Op("ADD R3, R1")
	f.Op("B chunk")
	f.Label("done")
	f.Op("RET")
}

func streamLoopNEON(f *neon.Func, label string, do ...func(i int)) {
	f.Label(label)
	for _, g := range do {
		for i := range streamBlock / 32 {
			g(i)
		}
	}
	f.Op("ADD $%d, R7", streamBlock)
	f.Op("SUBS $%d, R9", streamBlock)
	f.Op("BGT %s", label)
	f.Op("B stream")
}
