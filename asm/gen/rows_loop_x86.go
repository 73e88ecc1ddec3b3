package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// loop runs the effects of a phase over the columns: groups of vectors, on AVX-512 then 32 elements that are left, then
// fewer.
func (r *rowX86) loop(ph *rowPhase, asks rowAsks) error {
	group := r.groupOf(ph)
	bytes := group * r.vec()
	loop, rest, tail, done := r.label("loop"), r.label("rest"), r.label("tail"), r.label("done")
	r.c.XORQ(rowsCol, rowsCol)
	if r.rows > 1 {
		in := r.streams()
		r.c.MOVQ(r.field(rowsStride+8*in[0]), rowsCols[1])
	}
	r.c.LEAQ(operand.Mem{Base: rowsEnd, Disp: -bytes}, rowsTemp)
	r.c.CMPQ(rowsTemp, operand.Imm(0))
	r.c.JLT(operand.LabelRef(rest))
	r.c.Label(loop)
	r.ask(asks, bytes)
	if err := r.group(ph, group); err != nil {
		return err
	}
	r.advance(bytes)
	r.c.CMPQ(rowsCol, rowsTemp)
	r.c.JLE(operand.LabelRef(loop))
	r.c.Label(rest)
	if r.wide() && group > 2 {
		r.c.LEAQ(operand.Mem{Base: rowsCol, Disp: tapeLanes}, rowsTemp)
		r.c.CMPQ(rowsTemp, rowsEnd)
		r.c.JGT(operand.LabelRef(tail))
		if err := r.group(ph, 2); err != nil {
			return err
		}
		r.advance(tapeLanes)
		r.c.Label(tail)
	}
	r.c.CMPQ(rowsCol, rowsEnd)
	r.c.JGE(operand.LabelRef(done))
	for i := range r.rowLanes() {
		if err := r.each(func() error { return r.masked(ph, i) }); err != nil {
			return err
		}
	}
	r.c.Label(done)
	return nil
}

// advance moves on by so many bytes.
func (r *rowX86) advance(bytes int) {
	for _, col := range rowsCols[:r.rows] {
		r.c.ADDQ(operand.U32(uint32(bytes)), col)
	}
}

func (r *rowX86) element(arg int) operand.Mem {
	m := operand.Mem{Base: r.pointers[arg], Index: rowsCols[r.cur], Scale: 1}
	if tile.Repeated(r.p.Operands[arg].Name) {
		m.Index = rowsCol
	}
	return m
}

// group does n vectors of each row.
func (r *rowX86) group(ph *rowPhase, n int) error {
	step := r.step(ph, n)
	for first := 0; first < n; first += step {
		used := step * len(ph.effects)
		r.held = map[int]int{}
		if r.rows > 1 {
			used = r.hold(ph, used, step, first)
		}
		if err := r.each(func() error { return r.vectors(ph, step, first, used) }); err != nil {
			return err
		}
	}
	r.held = nil
	return nil
}

// hold loads vectors of what is one row for all into registers from used on, for all rows. It returns the first that is free.
func (r *rowX86) hold(ph *rowPhase, used, step, first int) int {
	for _, arg := range r.loads(ph) {
		if !tile.Repeated(r.p.Operands[arg].Name) {
			continue
		}
		for i := range step {
			r.c.VMOVUPS(r.element(arg).Offset((first+i)*r.vec()), r.x.Vec(used+i))
		}
		r.held[arg] = rowsHeld + arg
		r.x.Regs[rowsHeld+arg] = used - first
		used += step
	}
	return used
}

// vectors does step vectors of a row, with vector registers from used on free. What is stored is stored when all has been
// loaded: an output may lie on an input.
func (r *rowX86) vectors(ph *rowPhase, step, first, used int) error {
	var temps []int
	for t := used; t < r.top; t++ {
		temps = append(temps, t)
	}
	for k, e := range ph.effects {
		b := vasm.NewBlock(r.x.Features())
		leaves := r.memory(b)
		for j, f := range ph.effects[:k] {
			r.x.Regs[rowsDone+j] = step*j - first
			leaves.done[f.v] = b.Mem(rowsDone + j)
		}
		y, err := r.value(b, e.v, leaves, map[tile.Value]vasm.V{})
		if err != nil {
			return err
		}
		acc := make([]int, step)
		for i := range acc {
			acc[i] = step*k + i
		}
		free := temps
		if r.isSquare(e.v) { // where the result goes is room enough, and all vectors go at a time
			free = nil
		}
		if err := vasm.Emit(r.x, b, y, acc, free, step, first); err != nil {
			return err
		}
	}
	for k, e := range ph.effects {
		for i := range step {
			r.effect(e, step*k+i, first+i)
		}
	}
	return nil
}

// groupOf is how many vectors a phase takes in a round: with many operands the fewer lines of each at a time the better
// (Adam over L3 takes 190 us with two vectors, 215 with four).
func (r *rowX86) groupOf(ph *rowPhase) int {
	if r.wide() && len(ph.effects) > 2 {
		return 2
	}
	return rowGroup
}

// From these on the numbers of memory operands stand for values of a phase, or operands, that are in registers.
const (
	rowsDone = 64
	rowsHeld = 96
)

// step is how many of n vectors are worked on at a time, so that registers suffice.
func (r *rowX86) step(ph *rowPhase, n int) int {
	switch {
	case r.wide():
		return n
	case len(ph.effects) == 1 && (r.rows == 1 || len(ph.scalars) < 2):
		return n
	case len(ph.effects) > 3:
		return n / 4
	}
	return n / 2
}

// memory are the leaves of a loop's body: elements in memory, scalars in registers.
func (r *rowX86) memory(b *vasm.Block) rowLeaves {
	return rowLeaves{
		load: func(arg int) vasm.V {
			if k, ok := r.held[arg]; ok {
				return b.Mem(k)
			}
			r.x.Mem[arg] = r.element(arg)
			return b.Mem(arg)
		},
		scalar: func(v tile.Value) (vasm.V, bool) { return b.Shared(r.scalars[r.cur][v]), true },
		done:   map[tile.Value]vasm.V{},
	}
}

// effect stores and sums vector i of a group, which is in register src.
func (r *rowX86) effect(e rowEffect, src, i int) {
	for _, arg := range e.stores {
		r.c.VMOVUPS(r.x.Vec(src), r.element(arg).Offset(i*r.vec()))
	}
	for _, v := range e.reds {
		acc := r.acc(v, i)
		if r.one >= 0 && i%2 == 1 && r.p.Code[v].Op == tile.RedSum {
			r.c.VFMADD231PS(r.x.Vec(r.one), r.x.Vec(src), r.x.Vec(acc))
			continue
		}
		r.reduce(v, src, acc)
	}
}

// masked does vector i of what is left of a row.
func (r *rowX86) masked(ph *rowPhase, i int) error {
	var temps []int
	for t := len(ph.effects); t < r.top; t++ {
		temps = append(temps, t)
	}
	mask := -1
	if r.wide() {
		r.c.KMOVW(r.field(rowsTail+2*i), reg.K1)
	} else {
		mask, temps = temps[len(temps)-1], temps[:len(temps)-1]
		m := r.x.Vec(mask)
		r.c.VPBROADCASTD(r.field(rowsLeft), m)
		r.c.VPCMPGTD(r.x.LanesAddr(8*i), m, m)
	}
	for k, e := range ph.effects {
		free := temps
		b := vasm.NewBlock(r.x.Features())
		leaves := r.memory(b)
		leaves.load = func(arg int) vasm.V {
			t := free[len(free)-1]
			free = free[:len(free)-1]
			m := r.element(arg).Offset(i * r.vec())
			if r.wide() {
				r.c.VMOVUPS_Z(m, reg.K1, r.x.Vec(t))
			} else {
				r.c.VMASKMOVPS(m, r.x.Vec(mask), r.x.Vec(t))
			}
			return b.Shared(t)
		}
		for j, f := range ph.effects[:k] {
			leaves.done[f.v] = b.Shared(j)
		}
		memo := map[tile.Value]vasm.V{}
		y, err := r.value(b, e.v, leaves, memo)
		if err == nil {
			err = vasm.Emit(r.x, b, y, []int{k}, free, 1, i)
		}
		if err != nil {
			return err
		}
	}
	for k, e := range ph.effects {
		r.maskedEffect(e, k, i, mask)
	}
	return nil
}

func (r *rowX86) maskedEffect(e rowEffect, src, i, mask int) {
	for _, arg := range e.stores {
		m := r.element(arg).Offset(i * r.vec())
		if r.wide() {
			r.c.VMOVUPS(r.x.Vec(src), reg.K1, m)
		} else {
			r.c.VMASKMOVPS(r.x.Vec(src), r.x.Vec(mask), m)
		}
	}
	for _, v := range e.reds {
		acc := r.acc(v, i)
		s, a := r.x.Vec(src), r.x.Vec(acc)
		switch max := r.p.Code[v].Op == tile.RedMax; {
		case r.wide() && max:
			r.c.VMAXPS(a, s, reg.K1, a)
		case r.wide():
			r.c.VADDPS(s, a, reg.K1, a)
		default: // lanes that are not there repeat the sum so far, or add nothing
			m := r.x.Vec(mask)
			if max {
				r.c.VBLENDVPS(m, s, a, s)
			} else {
				r.c.VANDPS(m, s, s)
			}
			r.reduce(v, src, acc)
		}
	}
}
