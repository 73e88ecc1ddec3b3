//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of the gradients of pools are never assigned to.
var (
	maxPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "maxpoolgrad/generic", ISA: Generic, Fn: maxPoolGradGeneric},
		{Name: "maxpoolgrad/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MaxPoolGradNEON},
	}
	meanPoolGradRows = [...]Row[PoolGradFunc]{
		{Name: "meanpoolgrad/generic", ISA: Generic, Fn: meanPoolGradGeneric},
		{Name: "meanpoolgrad/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MeanPoolGradNEON},
	}
)
