//go:build purego || !(amd64 || arm64)

package asm

// cumsumRows is never assigned to.
var cumsumRows = [...]Row[CumSumFunc]{
	{Name: "cumsum/generic", ISA: Generic, Fn: cumsumGeneric},
}
