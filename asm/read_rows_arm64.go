//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// readRows is never assigned to.
var readRows = [...]Row[ReadFunc]{
	{Name: "read/generic", ISA: Generic, Fn: readGeneric},
	{Name: "read/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.ReadNEON},
}
