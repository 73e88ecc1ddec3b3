//go:build purego || !(amd64 || arm64)

package asm

// streamRows is never assigned to.
var streamRows = [...]Row[StreamFunc]{
	{Name: "stream/generic", ISA: Generic, Fn: streamGeneric},
}
