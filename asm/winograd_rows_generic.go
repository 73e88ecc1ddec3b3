//go:build purego || !(amd64 || arm64)

package asm

// The rows of Winograd's transforms are never assigned to.
var (
	winogradInputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_input/generic", ISA: Generic, Fn: winogradInputGeneric},
	}
	winogradOutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd_output/generic", ISA: Generic, Fn: winogradOutputGeneric},
	}
	winograd4InputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_input/generic", ISA: Generic, Fn: winograd4InputGeneric},
	}
	winograd4OutputRows = [...]Row[WinogradFunc]{
		{Name: "winograd4_output/generic", ISA: Generic, Fn: winograd4OutputGeneric},
	}
)
