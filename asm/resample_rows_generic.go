//go:build purego || !(amd64 || arm64)

package asm

// blendRows is never assigned to.
var blendRows = [...]Row[BlendFunc]{
	{Name: "blend/generic", ISA: Generic, Fn: blendGeneric},
}

// resampleRows is never assigned to.
var resampleRows = [...]Row[ResampleFunc]{
	{Name: "resample/generic", ISA: Generic, NR: 4, Fn: resampleGeneric},
}
