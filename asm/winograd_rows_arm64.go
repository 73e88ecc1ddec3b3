//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of Winograd's transforms are never assigned to.
var (
	winogradInputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_input/generic", ISA: Generic, Fn: winogradInputGeneric},
		{Name: "winograd_input/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.WinogradInputNEON},
	}
	winogradOutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_output/generic", ISA: Generic, Fn: winogradOutputGeneric},
		{Name: "winograd_output/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.WinogradOutputNEON},
	}
	winograd4InputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_input/generic", ISA: Generic, Fn: winograd4InputGeneric},
		{Name: "winograd4_input/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.Winograd4InputNEON},
	}
	winograd4OutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_output/generic", ISA: Generic, Fn: winograd4OutputGeneric},
		{Name: "winograd4_output/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.Winograd4OutputNEON},
	}
)
