//go:build purego || !(amd64 || arm64)

package asm

// randomRows is never assigned to; generic first.
var randomRows = [...]Row[RandomFunc]{
	{Name: "random/generic", ISA: Generic, Fn: randomGeneric},
}
