//go:build purego || !(amd64 || arm64)

package asm

// planeRows is never assigned to.
var planeRows = [...]Row[PlaneFunc]{
	{Name: "plane/generic", ISA: Generic, Fn: planeGeneric},
}
