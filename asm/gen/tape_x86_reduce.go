package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

func (a *tapeX86) reduceInit(tapeSet) {
	m := a.scratch(0)
	a.c.VBROADCASTSS(a.field(1), a.x.Vec(8))
	for off := 0; off < tapeLanes; off += a.vec() {
		a.c.VMOVUPS(a.x.Vec(8), m.Offset(off))
	}
	a.end()
}

// reduce folds the accumulators into the lanes in scratch: vector i of a wide block belongs to the lanes i*W and on,
// modulo 32.
func (a *tapeX86) reduce(r tapeReduction, set tapeSet) error {
	m := a.scratch(0)
	if set == tapeWide && r.tree != nil {
		return a.reduceTree(r, m)
	}
	groups := tapeLanes / a.vec()
	if set != tapeWide {
		groups = 1
		a.c.MOVQ(tapeCol, reg.RCX)
		a.c.ANDQ(operand.Imm(tapeLanes-1), reg.RCX)
		a.c.ADDQ(reg.RCX, reg.RAX)
	}
	for g := range groups {
		lanes := 8 + g
		a.c.VMOVUPS(m.Offset(g*a.vec()), a.x.Vec(lanes))
		for i := g; i < vectors(set); i += groups {
			if err := a.foldIn(r, lanes, i, []int{12, 13, 14}); err != nil {
				return err
			}
		}
		if set == tapeTail {
			a.storeMasked(lanes, m)
		} else {
			a.c.VMOVUPS(a.x.Vec(lanes), m.Offset(g*a.vec()))
		}
	}
	a.end()
	return nil
}

// reduceTree folds the accumulators into one vector, and that into the first lanes.
func (a *tapeX86) reduceTree(r tapeReduction, m operand.Mem) error {
	acc, temps := a.registers(tapeWide)
	b := vasm.NewBlock(a.x.Features())
	lanes := b.Input()
	var x []vasm.V
	for _, i := range acc {
		x = append(x, b.Shared(i))
	}
	a.c.VMOVUPS(m, a.x.Vec(temps[0]))
	if err := vasm.Emit(a.x, b, r.body(b, lanes, r.tree(b, x)), temps[:1], temps[1:], 1, 0); err != nil {
		return err
	}
	a.c.VMOVUPS(a.x.Vec(temps[0]), m)
	a.end()
	return nil
}

// foldIn sets register lanes to body(lanes, x).
func (a *tapeX86) foldIn(r tapeReduction, lanes, x int, temps []int) error {
	b := vasm.NewBlock(a.x.Features())
	return vasm.Emit(a.x, b, r.body(b, b.Input(), b.Shared(x)), []int{lanes}, temps, 1, 0)
}

// fold folds the 32 lanes to one, with registers of 32 bytes on either instruction set, and leaves it in the first.
func (a *tapeX86) fold(r tapeReduction) error {
	narrow := &tapeX86{a.name, a.c, a.x.Narrow()}
	m := a.scratch(0)
	for i := range 4 {
		a.c.VMOVUPS(m.Offset(32*i), narrow.x.Vec(i))
	}
	temps := []int{8, 9, 10}
	steps := []struct {
		lanes, x int
		move     func()
	}{
		{0, 2, nil}, {1, 3, nil}, {0, 1, nil},
		{0, 1, func() { a.c.VEXTRACTF128(operand.Imm(1), reg.Y0, reg.X1) }},
		{0, 1, func() { a.c.VPERMILPS(operand.Imm(0xee), reg.X0, reg.X1) }},
		{0, 1, func() { a.c.VPERMILPS(operand.Imm(0x55), reg.X0, reg.X1) }},
	}
	for _, s := range steps {
		if s.move != nil {
			s.move()
		}
		if err := narrow.foldIn(r, s.lanes, s.x, temps); err != nil {
			return err
		}
	}
	a.c.VMOVSS(reg.X0, m)
	a.end()
	return nil
}
