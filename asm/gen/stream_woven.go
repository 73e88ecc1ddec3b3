package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// wovenStreams is how many streams a woven loop moves at most.
const wovenStreams = 4

var (
	wovenLoad  = [wovenStreams]reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11}
	wovenStore = [wovenStreams]reg.GPPhysical{reg.R12, reg.R13, reg.RBX, reg.RDX}
)

// A wovenFrame is the stack of a woven loop: a line that is loaded where nothing is read and stored to where nothing is written, and
// by how much each address grows.
type wovenFrame struct{ line, steps operand.Mem }

func (f wovenFrame) loadStep(i int) operand.Mem  { return f.steps.Offset(16 * i) }
func (f wovenFrame) storeStep(i int) operand.Mem { return f.steps.Offset(16*i + 8) }

// emitWoven moves a block of each stream in turn, without a branch between them, as a kernel over the same operands does; it goes to
// label chunk if there are too many streams, or some that go past the caches. Chunks of two blocks with their branches are a seventh slower
// (1 read and 3 changed of 4 MB: 93 to 100 GB/s, woven 106 to 117).
func emitWoven(c *build.Context, block reg.GPPhysical, width int, vec func(int) reg.Register) {
	local := c.AllocLocal(streamBlock + 16*wovenStreams)
	f := wovenFrame{line: local, steps: local.Offset(streamBlock)}
	c.CMPQ(at(block, streamCount), operand.Imm(wovenStreams))
	c.JG(operand.LabelRef("chunk"))
	for i := range wovenStreams {
		emitWovenStream(c, block, f, i)
	}
	left, ahead := reg.RCX, reg.RAX
	c.MOVQ(at(block, streamBytes), left)
	c.MOVQ(at(block, streamAhead), ahead)
	c.CMPQ(left, operand.Imm(0))
	c.JE(operand.LabelRef("done"))
	for _, n := range []int{2, wovenStreams} {
		next := fmt.Sprintf("over%d", n)
		c.CMPQ(at(block, streamCount), operand.Imm(uint64(n)))
		c.JG(operand.LabelRef(next))
		plain, ask := fmt.Sprintf("woven%d", n), fmt.Sprintf("woven%dask", n)
		c.TESTQ(ahead, ahead)
		c.JZ(operand.LabelRef(plain))
		wovenLoop(c, ask, f, n, width, vec, true)
		wovenLoop(c, plain, f, n, width, vec, false)
		c.Label(next)
	}
}

// emitWovenStream sets the addresses and steps of stream i.
func emitWovenStream(c *build.Context, block reg.GPPhysical, f wovenFrame, i int) {
	load, store, kind, step := wovenLoad[i], wovenStore[i], reg.RAX, reg.RCX
	label := func(s string) string { return fmt.Sprintf("%s%d", s, i) }
	set := func(p reg.GPPhysical, field operand.Mem, moves bool) {
		if !moves {
			c.LEAQ(f.line, p)
			c.MOVQ(operand.U32(0), step)
		} else {
			c.MOVQ(at(block, 8*i), p)
			c.MOVQ(operand.U32(streamBlock), step)
		}
		c.MOVQ(step, field)
	}
	set(load, f.loadStep(i), false)
	set(store, f.storeStep(i), false)
	c.CMPQ(at(block, streamCount), operand.Imm(uint64(i)))
	c.JLE(operand.LabelRef(label("set")))
	c.MOVQ(at(block, streamKind+8*i), kind)
	c.CMPQ(kind, operand.Imm(args.StreamPast))
	c.JE(operand.LabelRef("chunk"))
	c.CMPQ(kind, operand.Imm(args.StreamWrite))
	c.JE(operand.LabelRef(label("stores")))
	set(load, f.loadStep(i), true)
	c.CMPQ(kind, operand.Imm(args.StreamRead))
	c.JE(operand.LabelRef(label("set")))
	c.Label(label("stores"))
	set(store, f.storeStep(i), true)
	c.Label(label("set"))
}

// wovenLoop moves blocks of n streams until none is left, and asks for what lies ahead.
func wovenLoop(c *build.Context, label string, f wovenFrame, n, width int, vec func(int) reg.Register, asks bool) {
	left, ahead := reg.RCX, reg.RAX
	per := streamBlock / width
	c.Label(label)
	for s := range n {
		for i := 0; asks && i < streamBlock; i += 64 {
			c.PREFETCHT0(operand.Mem{Base: wovenLoad[s], Index: ahead, Scale: 1, Disp: i})
		}
	}
	for s := range n {
		for i := range per {
			c.VMOVUPS(at(wovenLoad[s], i*width), vec(s*per+i))
		}
	}
	for s := range n {
		for i := range per {
			c.VMOVUPS(vec(s*per+i), at(wovenStore[s], i*width))
		}
		c.ADDQ(f.loadStep(s), wovenLoad[s])
		c.ADDQ(f.storeStep(s), wovenStore[s])
	}
	c.SUBQ(operand.U32(streamBlock), left)
	c.JG(operand.LabelRef(label))
	c.JMP(operand.LabelRef("done"))
}
