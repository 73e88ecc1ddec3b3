//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// planeRows is never assigned to.
var planeRows = [...]Row[PlaneFunc]{
	{Name: "plane/generic", ISA: Generic, Fn: planeGeneric},
	{Name: "plane/avx2", ISA: AVX2, Needs: AVX2Base, Fn: kernels.PlaneAVX2},
	{Name: "plane/avx512", ISA: AVX512, Needs: AVX512Base, Fn: kernels.PlaneAVX512},
}
