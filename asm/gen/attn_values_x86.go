package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// softmax makes weights of the scores and adds them to the sums. What the row had so far is to be scaled by attnDecay.
func (a *attnX86) softmax() error {
	c, n := a.c, a.vectors()
	var acc, temps []int
	for i := range n {
		acc = append(acc, i)
		c.VMOVUPS(a.score(i), a.vec(i))
	}
	decay, top := a.decay(), a.decay()-1
	acc = append(acc, decay)
	for i := n; i < top; i++ {
		temps = append(temps, i)
	}
	// the greatest of what is no NaN is enough: a NaN comes back when it is subtracted from
	c.VMAXPS(a.vec(1), a.vec(0), a.vec(top))
	for i := 2; i < n; i++ {
		c.VMAXPS(a.vec(i), a.vec(top), a.vec(top))
	}
	a.foldLanes(top, n, c.VMAXPS)
	c.VBROADCASTSS(a.arg(attnTop), a.vec(decay))
	c.VMAXSS(a.small(decay, 16), a.small(top, 16), a.small(top, 16))
	c.VMOVSS(a.small(top, 16), a.arg(attnTop))
	c.VBROADCASTSS(a.small(top, 16), a.vec(top))
	b, y := expUnder(a.x.Features(), top)
	if err := vasm.Emit(a.x, b, y, acc, temps, 4, 0); err != nil {
		return err
	}
	for i := range n {
		sums := a.arg(attnSums + a.size*i)
		c.VMOVUPS(a.vec(i), a.score(i))
		c.VMOVUPS(sums, a.vec(n))
		c.VFMADD213PS(a.vec(i), a.vec(decay), a.vec(n))
		c.VMOVUPS(a.vec(n), sums)
	}
	return nil
}

// decay is the vector of what the sums and values of earlier blocks shrink by.
func (a *attnX86) decay() int {
	if a.wide() {
		return 31
	}
	return 15
}

// values adds the rows of V by weight to O: 64 columns at a time, then a vector, then what is left.
func (a *attnX86) values() {
	r := &attnRegs
	c := a.c
	c.MOVQ(a.arg(attnV), r.at)
	c.MOVQ(a.arg(attnO), r.q)
	c.MOVQ(a.arg(attnVRow), r.left)
	c.MOVQ(a.arg(attnDV), r.count)
	for _, n := range []int{64 / a.lanes(), 1} {
		name := fmt.Sprintf("columns%d", n)
		c.Label(name)
		c.CMPQ(r.count, operand.Imm(uint64(n*a.lanes())))
		c.JL(operand.LabelRef(name + "end"))
		for i := range n {
			c.VMULPS(operand.Mem{Base: r.q, Disp: a.size * i}, a.vec(a.decay()), a.vec(i))
		}
		a.eachKey(name, func(v operand.Mem, e reg.VecPhysical) {
			for i := range n {
				c.VFMADD231PS(v.Offset(a.size*i), e, a.vec(i))
			}
		})
		for i := range n {
			c.VMOVUPS(a.vec(i), operand.Mem{Base: r.q, Disp: a.size * i})
		}
		c.ADDQ(operand.U32(uint32(n*a.size)), r.q)
		c.ADDQ(operand.U32(uint32(n*a.size)), r.at)
		c.SUBQ(operand.Imm(uint64(n*a.lanes())), r.count)
		c.JMP(operand.LabelRef(name))
		c.Label(name + "end")
	}
	c.TESTQ(r.count, r.count)
	c.JZ(operand.LabelRef("valued"))
	mask := kreg(4)
	if !a.wide() {
		mask = a.vec(14)
		c.MOVQ(r.count, a.arg(attnRest))
		c.VPBROADCASTD(a.arg(attnRest), a.vec(14))
		c.VPCMPGTD(a.x.LanesAddr(0), a.vec(14), a.vec(14))
	}
	o := operand.Mem{Base: r.q}
	a.masked(o, mask, a.vec(0))
	c.VMULPS(a.vec(0), a.vec(a.decay()), a.vec(0))
	a.eachKey("rest", func(v operand.Mem, e reg.VecPhysical) {
		a.masked(v, mask, a.vec(1))
		c.VFMADD231PS(a.vec(1), e, a.vec(0))
	})
	if a.wide() {
		c.VMOVUPS(a.vec(0), mask, o)
	} else {
		c.VMASKMOVPS(a.vec(0), mask, o)
	}
	c.Label("valued")
}

// eachKey runs step for the row of V and the weight of each key, four at a time where the block is whole.
func (a *attnX86) eachKey(name string, step func(v operand.Mem, e reg.VecPhysical)) {
	r := &attnRegs
	c := a.c
	e := a.vec(a.decay() - 2) // not one that step uses
	one := func(i int) {
		c.VBROADCASTSS(operand.Mem{Base: r.args, Index: r.row, Scale: 4, Disp: attnScores + 4*i}, e)
		step(operand.Mem{Base: r.v}, e)
		c.ADDQ(r.left, r.v)
	}
	loop := func(label string, n int) {
		c.Label(name + label)
		for i := range n {
			one(i)
		}
		c.ADDQ(operand.Imm(uint64(n)), r.row)
		c.CMPQ(r.row, r.n)
		c.JL(operand.LabelRef(name + label))
	}
	c.MOVQ(r.at, r.v)
	c.XORQ(r.row, r.row)
	c.CMPQ(r.n, operand.Imm(attnBlock))
	c.JNE(operand.LabelRef(name + "one"))
	loop("four", 4)
	c.JMP(operand.LabelRef(name + "keys"))
	loop("one", 1)
	c.Label(name + "keys")
}
