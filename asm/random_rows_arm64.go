//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// randomRows is never assigned to; generic first.
var randomRows = [...]Row[RandomFunc]{
	{Name: "random/generic", ISA: Generic, Fn: randomGeneric},
	{Name: "random/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.RandomNEON},
}
