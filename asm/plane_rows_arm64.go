//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// planeRows is never assigned to.
var planeRows = [...]Row[PlaneFunc]{
	{Name: "plane/generic", ISA: Generic, Fn: planeGeneric},
	{Name: "plane/neon", ISA: NEON, Needs: NEONBase, Fn: kernels.PlaneNEON},
}
