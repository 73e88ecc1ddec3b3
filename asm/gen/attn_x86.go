package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// attnRegs are the general registers. Those of the second line have other uses in each part of a block.
var attnRegs = struct {
	args, keys, k, kRow, kRow4, kRow12, n reg.GPPhysical
	at, left, v, row, q, count            reg.GPPhysical
}{
	args: reg.RDI, keys: reg.RCX, k: reg.RSI, kRow: reg.R8, kRow4: reg.R9, kRow12: reg.R10, n: reg.RAX,
	at: reg.RDX, left: reg.R11, v: reg.R15, row: reg.RBX, q: reg.R12, count: reg.R13,
}

// attnX86 writes the kernel for vectors of one width. A group of keys, as many as a vector has lanes, has its scores made
// together: the lanes of four keys (two on AVX2) are folded into one vector, and four such vectors into the scores.
type attnX86 struct {
	c    *build.Context
	x    *vasm.X86
	size int // bytes of a vector
}

func emitAttnX86(c *build.Context, size int, pool *vasm.Pool) {
	a := &attnX86{c: c, x: vasm.NewX86(c, size, pool), size: size}
	r := &attnRegs
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	c.MOVQ(a.arg(attnKeys), r.keys)
	c.TESTQ(r.keys, r.keys)
	c.JLE(operand.LabelRef("done"))
	c.MOVQ(a.arg(attnK), r.k)
	c.MOVQ(a.arg(attnKRow), r.kRow)
	c.MOVQ(r.kRow, r.kRow4)
	c.SHLQ(operand.Imm(2), r.kRow4)
	c.LEAQ(operand.Mem{Base: r.kRow4, Index: r.kRow4, Scale: 2}, r.kRow12)
	if a.wide() {
		a.tailMasks()
	}
	c.Label("block")
	c.MOVQ(operand.U32(attnBlock), r.n)
	c.CMPQ(r.keys, r.n)
	c.CMOVQLT(r.keys, r.n)
	a.scores()
	if err := a.softmax(); err != nil {
		panic(fmt.Errorf("attention: %w", err)) // TestFresh runs it: the generator's registers do not suffice
	}
	a.values()
	a.next()
	c.JG(operand.LabelRef("block"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func (a *attnX86) wide() bool                     { return a.size == 64 }
func (a *attnX86) vec(i int) reg.VecPhysical      { return a.x.Vec(i) }
func (a *attnX86) lanes() int                     { return a.size / 4 }
func (a *attnX86) vectors() int                   { return 4 * attnBlock / a.size }
func (a *attnX86) arg(off int) operand.Mem        { return operand.Mem{Base: attnRegs.args, Disp: off} }
func (a *attnX86) score(i int) operand.Mem        { return a.arg(attnScores + a.size*i) }
func (a *attnX86) zero(i int)                     { a.x.Load(i, vasm.Loc{Kind: vasm.InPool}) }
func (a *attnX86) number(i int, bits uint32)      { a.x.Load(i, vasm.Loc{Kind: vasm.InPool, Bits: bits}) }
func (a *attnX86) small(i, b int) reg.VecPhysical { return vasm.VecReg(i, b) }

// tailMasks makes K2 and K3, the lanes of Q and K behind the last 32 that are whole, and K4, the columns of O behind the last
// vector.
func (a *attnX86) tailMasks() {
	r := &attnRegs
	a.c.MOVQ(operand.I32(-1), r.row)
	a.c.MOVQ(a.arg(attnTail), r.q)
	a.c.BZHIQ(r.q, r.row, r.q)
	a.c.KMOVW(r.q.As32(), reg.K2)
	a.c.SHRQ(operand.Imm(16), r.q)
	a.c.KMOVW(r.q.As32(), reg.K3)
	a.c.MOVQ(a.arg(attnDV), r.q)
	a.c.ANDQ(operand.Imm(15), r.q)
	a.c.BZHIQ(r.q, r.row, r.q)
	a.c.KMOVW(r.q.As32(), reg.K4)
}

// next moves to the next block.
func (a *attnX86) next() {
	r := &attnRegs
	a.c.MOVQ(r.n, r.row)
	a.c.IMULQ(a.arg(attnVRow), r.row)
	a.c.ADDQ(r.row, a.arg(attnV))
	a.c.MOVQ(a.arg(attnMask), r.row)
	a.c.TESTQ(r.row, r.row)
	a.c.JZ(operand.LabelRef("unmasked"))
	a.c.LEAQ(operand.Mem{Base: r.row, Index: r.n, Scale: 4}, r.row)
	a.c.MOVQ(r.row, a.arg(attnMask))
	a.c.Label("unmasked")
	a.c.SUBQ(r.n, r.keys)
}
