package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// gemmGeneric is the plain Go tile, and says what the others do, but for the rounding of each product.
func gemmGeneric(a *args.Gemm) {
	for i := range a.M * a.Tiles {
		if a.N > 0 {
			gemmGenericRow(a, i)
		}
	}
}

// gemmGenericRow is row i of all tiles.
func gemmGenericRow(a *args.Gemm, i int) {
	c := unsafe.Slice((*float32)(unsafe.Add(a.C, i*a.Ldc)), a.N)
	var acc [PanelColumns]float32
	if a.Init != 0 {
		copy(acc[:], c)
	}
	for _, s := range unsafe.Slice((*args.Seg)(a.Segs), a.NSeg) {
		ap, bp := i*a.Rsa+s.A, s.B
		for range s.K {
			x := *(*float32)(unsafe.Add(a.A, ap))
			for j, b := range unsafe.Slice((*float32)(unsafe.Add(a.B, bp)), a.N) {
				acc[j] += float32(x * b) // rounded here on every machine: some would fuse it
			}
			ap, bp = ap+a.Csa, bp+a.Ldb
		}
	}
	if a.Bias != nil {
		for j, b := range unsafe.Slice((*float32)(a.Bias), a.N) {
			acc[j] += b
		}
	}
	copy(c, acc[:])
}
