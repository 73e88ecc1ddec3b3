//go:build purego || !(amd64 || arm64)

package asm

// The rows of the gradients of pools are never assigned to.
var (
	maxPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "maxpoolgrad/generic", ISA: Generic, Fn: maxPoolGradGeneric},
	}
	meanPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "meanpoolgrad/generic", ISA: Generic, Fn: meanPoolGradGeneric},
	}
)
