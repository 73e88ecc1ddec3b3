//go:build arm64 && !purego

package asm

// tapeRows is never assigned to; generic first.
var tapeRows = [...]Row[tapeRow]{
	{Name: "tape/generic", ISA: Generic},
}
