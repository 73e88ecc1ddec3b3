//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// tapeRows is never assigned to; generic first.
var tapeRows = [...]Row[tapeRow]{
	{Name: "tape/generic", ISA: Generic},
	{Name: "tape/neon", ISA: NEON, Needs: NEONBase,
		Fn: tapeRow{run: kernels.TapeNEON, table: kernels.TapeTableNEON, block: 8 * 16}},
}
