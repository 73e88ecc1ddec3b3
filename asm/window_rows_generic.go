//go:build purego || !(amd64 || arm64)

package asm

// The rows of windows are never assigned to.
var (
	depthwiseRows = [...]Row[WindowFunc]{
		{Name: "depthwise/generic", ISA: Generic, Fn: depthwiseGeneric},
	}
	maxPoolRows = [...]Row[WindowFunc]{
		{Name: "maxpool/generic", ISA: Generic, Fn: maxPoolGeneric},
	}
	meanPoolRows = [...]Row[WindowFunc]{
		{Name: "meanpool/generic", ISA: Generic, Fn: meanPoolGeneric},
	}
)
