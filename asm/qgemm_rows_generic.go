//go:build purego || !(amd64 || arm64)

package asm

// qgemmRows is never assigned to; generic first.
var qgemmRows = [...]Row[GemmFunc]{
	{Name: "qgemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: qgemmGeneric},
}

// qwidenRows and qwidenLineRows are never assigned to; generic first.
var (
	qwidenRows     = [...]Row[MoveFunc]{{Name: "qwiden/generic", ISA: Generic, Fn: qwidenGeneric}}
	qwidenLineRows = [...]Row[MoveFunc]{{Name: "qwidenline/generic", ISA: Generic, Fn: qwidenLineGeneric}}
)
