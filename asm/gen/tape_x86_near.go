package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

func (a *tapeX86) label(name string) { a.c.Label(name) }

// within compares bits, of which those of a NaN are the greatest: twice the pattern, which has no sign, of all accumulators at once.
func (a *tapeX86) within(limit float32, acc, temps []int, label string) bool {
	most, twice, bound := a.x.Vec(temps[0]), a.x.Vec(temps[1]), a.x.Vec(temps[2])
	for i, r := range acc {
		if i == 0 {
			a.c.VPADDD(a.x.Vec(r), a.x.Vec(r), most)
			continue
		}
		a.c.VPADDD(a.x.Vec(r), a.x.Vec(r), twice)
		a.c.VPMAXUD(twice, most, most)
	}
	a.c.VPSRLD(operand.Imm(1), most, most)
	a.x.Load(temps[2], vasm.Loc{Kind: vasm.InPool, Bits: math.Float32bits(limit) - 1})
	if a.wide() {
		a.c.VPCMPGTD(bound, most, reg.K2)
		a.c.KORTESTW(reg.K2, reg.K2)
	} else {
		a.c.VPCMPGTD(bound, most, most)
		a.c.VPTEST(most, most)
	}
	a.c.JNE(operand.LabelRef(label))
	return true
}
