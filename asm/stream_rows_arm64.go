//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// streamRows is never assigned to.
var streamRows = [...]Row[StreamFunc]{
	{Name: "stream/generic", ISA: Generic, Fn: streamGeneric},
	{Name: "stream/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.StreamNEON},
}
