//go:build purego || !(amd64 || arm64)

package asm

// gemmRows is never assigned to.
var gemmRows = [...]Row[GemmFunc]{
	{Name: "gemm/generic", ISA: Generic, MR: 4, NR: 16, Fn: gemmGeneric},
}
