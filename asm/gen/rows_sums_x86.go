package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// red is where a reduction of the row is kept.
func (r *rowX86) red(v tile.Value) operand.Mem {
	return r.field(rowsRed + 4*(r.reds[v]+args.RowReductions*r.cur))
}

// setSums sets up the sums of the phase. A maximum has four vectors, whose order does not show.
func (r *rowX86) setSums(ph *rowPhase) {
	r.accs[r.cur] = map[tile.Value][]int{}
	for _, e := range ph.effects {
		for _, v := range e.reds {
			n := r.rowLanes()
			identity := uint32(0)
			if r.p.Code[v].Op == tile.RedMax {
				n, identity = rowGroup, 0xff800000
			}
			for range n {
				r.top--
				r.accs[r.cur][v] = append(r.accs[r.cur][v], r.top)
				r.x.Load(r.top, vasm.Loc{Kind: vasm.InPool, Bits: identity})
			}
		}
	}
}

// acc is the register of the sum that vector i of a group belongs to.
func (r *rowX86) acc(v tile.Value, i int) int {
	list := r.accs[r.cur][v]
	return list[i%len(list)]
}

// balance finds whether adders would be the bottleneck of a phase, and then puts 1 into a register: half of the sums are taken by
// multipliers, which Zen has as many of (q*1 + acc has the bits of q + acc).
func (r *rowX86) balance(ph *rowPhase) {
	r.one = -1
	adds, muls, sums := 0, 0, 0
	for _, e := range ph.effects {
		seen := map[tile.Value]bool{}
		a, m := r.arithmetic(e.v, seen)
		adds, muls, sums = adds+a, muls+m, sums+len(e.reds)
	}
	if sums == 0 || adds+sums <= muls || muls == 0 {
		return
	}
	r.top--
	r.one = r.top
	r.x.Load(r.one, vasm.Loc{Kind: vasm.InPool, Bits: math.Float32bits(1)})
}

// arithmetic counts additions and multiplications of elements under v.
func (r *rowX86) arithmetic(v tile.Value, seen map[tile.Value]bool) (adds, muls int) {
	if r.scalar[v] || seen[v] || r.kept.Again[v] {
		return 0, 0
	}
	seen[v] = true
	n := &r.p.Code[v]
	for _, u := range n.In[:n.Op.Arity()] {
		a, m := r.arithmetic(u, seen)
		adds, muls = adds+a, muls+m
	}
	switch n.Op {
	case tile.Add, tile.Sub:
		adds++
	case tile.Mul:
		muls++
	}
	return adds, muls
}

// reduce folds register src into acc. The greatest of what is no NaN is enough: a NaN comes back when it is subtracted from.
func (r *rowX86) reduce(v tile.Value, src, acc int) {
	if r.p.Code[v].Op == tile.RedMax {
		r.c.VMAXPS(r.x.Vec(acc), r.x.Vec(src), r.x.Vec(acc))
		return
	}
	r.c.VADDPS(r.x.Vec(src), r.x.Vec(acc), r.x.Vec(acc))
}

// foldedEnd is how many registers, from 0 on, may hold reductions for what follows.
const foldedEnd = 4

func (r *rowX86) countFolded() int { return len(r.folded[0]) + len(r.folded[1]) }

// fold folds the lanes of a reduction, 16, 8, 4, 2, 1, stores the result and leaves it where the next phase finds it: through
// memory it takes ten cycles longer.
func (r *rowX86) fold(v tile.Value) {
	acc := r.accs[r.cur][v]
	for n := len(acc); n > 1; n /= 2 {
		for i := range n / 2 {
			r.reduce(v, acc[i+n/2], acc[i])
		}
	}
	a, t := acc[0], foldedEnd
	x := func(i int) reg.VecPhysical { return vasm.VecReg(i, 16) }
	y := func(i int) reg.VecPhysical { return vasm.VecReg(i, 32) }
	fold := func(in func(int) reg.VecPhysical) {
		if r.p.Code[v].Op == tile.RedMax {
			r.c.VMAXPS(in(a), in(t), in(a))
			return
		}
		r.c.VADDPS(in(t), in(a), in(a))
	}
	if r.wide() {
		r.c.VEXTRACTF64X4(operand.Imm(1), r.x.Vec(a), y(t))
		fold(y)
		r.c.VEXTRACTF32X4(operand.Imm(1), y(a), x(t))
	} else {
		r.c.VEXTRACTF128(operand.Imm(1), y(a), x(t))
	}
	fold(x)
	r.c.VPERMILPS(operand.Imm(0xee), x(a), x(t))
	fold(x)
	r.c.VPERMILPS(operand.Imm(0x55), x(a), x(t))
	fold(x)
	r.c.VMOVSS(x(a), r.red(v))
	if n := r.countFolded(); n < foldedEnd {
		if r.folded[r.cur] == nil {
			r.folded[r.cur] = map[tile.Value]int{}
		}
		r.folded[r.cur][v] = n
		r.c.VBROADCASTSS(x(a), r.x.Vec(n))
	}
}
