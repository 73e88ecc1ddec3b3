//go:build purego || !(amd64 || arm64)

package asm

// gatherRows, scatterRows and seekRows are never assigned to.
var (
	gatherRows  = [...]Row[IndexFunc]{{Name: "gather/generic", ISA: Generic, Fn: gatherGeneric}}
	scatterRows = [...]Row[IndexFunc]{{Name: "scatter/generic", ISA: Generic, Fn: scatterGeneric}}
	seekRows    = [...]Row[SeekFunc]{{Name: "seek/generic", ISA: Generic, Fn: seekGeneric}}
)
