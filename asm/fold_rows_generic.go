//go:build purego || !(amd64 || arm64)

package asm

// foldRows is never assigned to.
var foldRows = [...]Row[FoldFunc]{
	{Name: "fold/generic", ISA: Generic, Fn: foldGeneric},
}
