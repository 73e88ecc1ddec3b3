//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// qgemmRows is never assigned to; generic first.
var qgemmRows = [...]Row[GemmFunc]{
	{Name: "qgemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: qgemmGeneric},
	{Name: "qgemm/neon/6x16dot", ISA: NEON, Needs: NEONBase | HasDotProd, MR: 6, NR: 16, Fn: kernels.QGemm6x16SDOT},
	{Name: "qgemm/neon/1x16", ISA: NEON, Needs: NEONBase, MR: 1, NR: 16, Fn: kernels.QGemm1x16NEON},
}

// qwidenRows and qwidenLineRows are never assigned to; generic first.
var (
	qwidenRows     = [...]Row[MoveFunc]{{Name: "qwiden/generic", ISA: Generic, Fn: qwidenGeneric}}
	qwidenLineRows = [...]Row[MoveFunc]{{Name: "qwidenline/generic", ISA: Generic, Fn: qwidenLineGeneric}}
)
