//go:build purego || !(amd64 || arm64)

package asm

// readRows is never assigned to.
var readRows = [...]Row[ReadFunc]{
	{Name: "read/generic", ISA: Generic, Fn: readGeneric},
}
