//go:build purego || !(amd64 || arm64)

package asm

// attnStepRows is never assigned to.
var attnStepRows = [...]Row[AttnStepFunc]{
	{Name: "attn/generic", ISA: Generic, Fn: attnStepGeneric},
}
