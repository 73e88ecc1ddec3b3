package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scores fills Scores: of groups of keys, then one by one, then -Inf where there is no key.
func (a *attnX86) scores() {
	r := &attnRegs
	c := a.c
	c.CMPQ(r.n, operand.Imm(attnBlock))
	c.JE(operand.LabelRef("all"))
	a.number(0, 0xff800000)
	for i := range a.vectors() {
		c.VMOVUPS(a.vec(0), a.score(i))
	}
	c.Label("all")
	c.XORQ(r.at, r.at)
	c.MOVQ(r.n, r.left)
	c.Label("groups")
	c.CMPQ(r.left, operand.Imm(uint64(a.lanes())))
	c.JL(operand.LabelRef("singles"))
	a.group()
	a.put("group", a.vec(0), a.lanes())
	c.JMP(operand.LabelRef("groups"))
	c.Label("singles")
	c.TESTQ(r.left, r.left)
	c.JZ(operand.LabelRef("scored"))
	a.single()
	a.put("single", a.small(0, 16), 1)
	c.ADDQ(r.kRow, r.k)
	c.JMP(operand.LabelRef("singles"))
	c.Label("scored")
}

// put scales n scores, adds the mask and stores them.
func (a *attnX86) put(name string, v reg.VecPhysical, n int) {
	r := &attnRegs
	c := a.c
	to := operand.Mem{Base: r.args, Index: r.at, Scale: 1, Disp: attnScores}
	mask := operand.Mem{Base: r.row, Index: r.at, Scale: 1}
	mul, add, put := c.VMULPS, c.VADDPS, c.VMOVUPS
	if n == 1 {
		mul, add, put = c.VMULSS, c.VADDSS, c.VMOVSS
		mul(a.arg(attnFactor), v, v)
	} else {
		c.VBROADCASTSS(a.arg(attnFactor), a.vec(1))
		mul(a.vec(1), v, v)
	}
	c.MOVQ(a.arg(attnMask), r.row)
	c.TESTQ(r.row, r.row)
	c.JZ(operand.LabelRef(name + "put"))
	add(mask, v, v)
	c.Label(name + "put")
	put(v, to)
	c.ADDQ(operand.Imm(uint64(4*n)), r.at)
	c.SUBQ(operand.Imm(uint64(n)), r.left)
}

// along runs over the columns: step takes in 32 of them, at q and row, tail vector i of those that are left.
func (a *attnX86) along(name string, step func(), tail func(i int)) {
	r := &attnRegs
	c := a.c
	c.MOVQ(a.arg(attnQ), r.q)
	c.MOVQ(a.arg(attnD), r.count)
	c.SUBQ(operand.Imm(attnBlock), r.count)
	c.JLT(operand.LabelRef(name + "tail"))
	c.Label(name + "loop")
	step()
	c.ADDQ(operand.U32(4*attnBlock), r.q)
	c.ADDQ(operand.U32(4*attnBlock), r.row)
	c.SUBQ(operand.Imm(attnBlock), r.count)
	c.JGE(operand.LabelRef(name + "loop"))
	c.Label(name + "tail")
	for i := range a.vectors() {
		c.CMPQ(a.arg(attnTail), operand.Imm(uint64(i*a.lanes())))
		c.JLE(operand.LabelRef(name + "end"))
		tail(i)
	}
	c.Label(name + "end")
}

// group makes the scores of as many keys as a vector has lanes, in vector 0, but for the factor. Round j of four takes keys j, j+4,
// ...: when the lanes are folded, the score of key 4b+j comes to lie in lane j of the 128 bits b.
func (a *attnX86) group() {
	r := &attnRegs
	keys := a.lanes() / 4 // of a round
	per := a.vectors()    // accumulators of a key
	acc := func(k, i int) reg.VecPhysical { return a.vec(per*k + i) }
	first := per * keys // behind the accumulators: two for q, one for k, four for what rounds leave
	row := func(k, i int) operand.Mem {
		m := operand.Mem{Base: r.row, Disp: a.size * i}
		switch k {
		case 1, 2:
			m.Index, m.Scale = r.kRow4, uint8(k)
		case 3:
			m.Index, m.Scale = r.kRow12, 1
		}
		return m
	}
	result := func(j int) reg.VecPhysical { return a.vec(first + 2 + j) }
	for j := range 4 {
		for i := range per * keys {
			a.zero(i)
		}
		a.c.MOVQ(r.k, r.row)
		a.along(fmt.Sprintf("round%d", j), func() {
			for i := range per {
				q := a.vec(first + i%2)
				a.c.VMOVUPS(operand.Mem{Base: r.q, Disp: a.size * i}, q)
				for k := range keys {
					a.c.VFMADD231PS(row(k, i), q, acc(k, i))
				}
			}
		}, func(i int) {
			q, x := a.vec(first), a.vec(first+1)
			m := a.tailMask(i, result(3)) // free until the last round has ended
			a.masked(operand.Mem{Base: r.q, Disp: a.size * i}, m, q)
			for k := range keys {
				a.masked(row(k, i), m, x)
				a.c.VFMADD231PS(x, q, acc(k, i))
			}
		})
		for k := range keys {
			a.foldVectors(per*k, per)
		}
		a.foldRound(result(j))
		if j < 3 {
			a.c.ADDQ(r.kRow, r.k)
		}
	}
	a.c.ADDQ(r.kRow, r.k) // four rows so far
	if a.wide() {
		a.c.ADDQ(r.kRow12, r.k)
	} else {
		a.c.ADDQ(r.kRow4, r.k)
	}
	a.foldResults(first + 2)
}

// foldVectors folds n vectors from register i on into the first: halves on halves.
func (a *attnX86) foldVectors(i, n int) {
	for ; n > 1; n /= 2 {
		for k := range n / 2 {
			a.c.VADDPS(a.vec(i+k+n/2), a.vec(i+k), a.vec(i+k))
		}
	}
}

// foldRound folds the lanes of the keys of a round, whose sums are in the first accumulator of each, to four each.
func (a *attnX86) foldRound(to reg.VecPhysical) {
	c := a.c
	if !a.wide() {
		x, y, t := a.vec(0), a.vec(4), a.vec(1)
		c.VPERM2F128(operand.Imm(0x20), y, x, t)
		c.VPERM2F128(operand.Imm(0x31), y, x, to)
		c.VADDPS(t, to, to)
		return
	}
	for p := range 2 { // keys 0 and 1, keys 2 and 3: to eight lanes
		x, y, t := a.vec(4*p), a.vec(4*p+2), a.vec(4*p+1)
		c.VSHUFF64X2(operand.Imm(0x44), y, x, t)
		c.VSHUFF64X2(operand.Imm(0xee), y, x, x)
		c.VADDPS(x, t, x)
	}
	c.VSHUFF64X2(operand.Imm(0x88), a.vec(4), a.vec(0), a.vec(1))
	c.VSHUFF64X2(operand.Imm(0xdd), a.vec(4), a.vec(0), to)
	c.VADDPS(a.vec(1), to, to)
}

// foldResults folds what four rounds left, from register i on, to the scores.
func (a *attnX86) foldResults(i int) {
	for p := range 2 {
		x, y, t := a.vec(i+2*p), a.vec(i+2*p+1), a.vec(p)
		a.c.VSHUFPS(operand.Imm(0x44), y, x, t)
		a.c.VSHUFPS(operand.Imm(0xee), y, x, x)
		a.c.VADDPS(x, t, t)
	}
	a.c.VSHUFPS(operand.Imm(0x88), a.vec(1), a.vec(0), a.vec(2))
	a.c.VSHUFPS(operand.Imm(0xdd), a.vec(1), a.vec(0), a.vec(0))
	a.c.VADDPS(a.vec(2), a.vec(0), a.vec(0))
}

// single makes the score of one key, in lane 0 of vector 0, but for the factor.
func (a *attnX86) single() {
	r := &attnRegs
	per := a.vectors()
	for i := range per {
		a.zero(i)
	}
	a.c.MOVQ(r.k, r.row)
	at := func(base reg.GPPhysical, i int) operand.Mem { return operand.Mem{Base: base, Disp: a.size * i} }
	a.along("single", func() {
		for i := range per {
			a.c.VMOVUPS(at(r.q, i), a.vec(per))
			a.c.VFMADD231PS(at(r.row, i), a.vec(per), a.vec(i))
		}
	}, func(i int) {
		m := a.tailMask(i, a.vec(per+2))
		a.masked(at(r.q, i), m, a.vec(per))
		a.masked(at(r.row, i), m, a.vec(per+1))
		a.c.VFMADD231PS(a.vec(per+1), a.vec(per), a.vec(i))
	})
	a.foldVectors(0, per)
	a.foldLanes(0, 1, a.c.VADDPS)
}

// foldLanes folds the lanes of vector i into its first; t is free.
func (a *attnX86) foldLanes(i, t int, op func(...operand.Op)) {
	c := a.c
	x, y := func(i int) reg.VecPhysical { return a.small(i, 16) }, func(i int) reg.VecPhysical { return a.small(i, 32) }
	if a.wide() {
		c.VEXTRACTF64X4(operand.Imm(1), a.vec(i), y(t))
		op(y(t), y(i), y(i))
		c.VEXTRACTF32X4(operand.Imm(1), y(i), x(t))
	} else {
		c.VEXTRACTF128(operand.Imm(1), y(i), x(t))
	}
	op(x(t), x(i), x(i))
	for _, lanes := range []uint64{0xee, 0x55} {
		c.VPERMILPS(operand.Imm(lanes), x(i), x(t))
		op(x(t), x(i), x(i))
	}
}

// tailMask is the mask of vector i of the columns that are left: K2 or K3, or made in a register.
func (a *attnX86) tailMask(i int, m reg.VecPhysical) reg.Register {
	if a.wide() {
		return kreg(2 + i)
	}
	a.c.VPBROADCASTD(a.arg(attnTail), m)
	a.c.VPCMPGTD(a.x.LanesAddr(8*i), m, m)
	return m
}

// masked loads the lanes of a mask, and zeros.
func (a *attnX86) masked(from operand.Mem, mask reg.Register, to reg.VecPhysical) {
	if a.wide() {
		a.c.VMOVUPS_Z(from, mask, to)
		return
	}
	a.c.VMASKMOVPS(from, mask, to)
}
