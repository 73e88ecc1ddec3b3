//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of windows are never assigned to.
var (
	depthwiseRows = [...]Row[WindowFunc]{
		{Name: "depthwise/generic", ISA: Generic, Fn: depthwiseGeneric},
		{Name: "depthwise/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.DepthwiseNEON},
	}
	maxPoolRows = [...]Row[WindowFunc]{
		{Name: "maxpool/generic", ISA: Generic, Fn: maxPoolGeneric},
		{Name: "maxpool/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MaxPoolNEON},
	}
	meanPoolRows = [...]Row[WindowFunc]{
		{Name: "meanpool/generic", ISA: Generic, Fn: meanPoolGeneric},
		{Name: "meanpool/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.MeanPoolNEON},
	}
)
