//go:build purego || !(amd64 || arm64)

package asm

// qgemmRows is never assigned to; generic first.
var qgemmRows = [...]Row[GemmFunc]{
	{Name: "qgemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: qgemmGeneric},
}
