//go:build purego || !(amd64 || arm64)

package asm

// tapeRows is never assigned to.
var tapeRows = [...]Row[tapeRow]{
	{Name: "tape/generic", ISA: Generic},
}
