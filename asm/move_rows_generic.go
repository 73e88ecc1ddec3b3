//go:build purego || !(amd64 || arm64)

package asm

// transposeRows and copyRows are never assigned to.
var (
	transposeRows = [...]Row[MoveFunc]{
		{Name: "transpose/generic", ISA: Generic, Fn: transposeGeneric},
	}
	copyRows = [...]Row[MoveFunc]{
		{Name: "copy2d/generic", ISA: Generic, Fn: copyGeneric},
	}
)
