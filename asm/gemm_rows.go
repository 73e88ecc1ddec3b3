package asm

import "github.com/seed-350a5e16/nnc/asm/args"

// A GemmFunc runs tiles of an f32 product.
type GemmFunc func(*args.Gemm)

// PanelColumns is the width of a panel of P16.
const PanelColumns = 16

// KCut is where chains over k end: longer products are sums of products of this length.
const KCut = 4096

// PanelStride is the distance in bytes between panels of k lines. It is never a multiple of 4 KB, where the panels of a
// tile would fall into the same lines of L1.
func PanelStride(k int) int {
	if k > 0 && k%64 == 0 {
		return 64*k + 64
	}
	return 64 * k
}

// PackedSize is the size in bytes of B[k, n] as P16.
func PackedSize(k, n int) int { return (n + PanelColumns - 1) / PanelColumns * PanelStride(k) }

// GemmRows returns the rows that c may run for a strip of the given number of columns, best first.
func GemmRows(c CPU, columns int) []Row[GemmFunc] {
	rows := fitting(c, gemmRows[:])
	if rows[0].ISA != AVX512 {
		return rows
	}
	// The AVX-512 rows differ in width: the narrowest that holds the strip wastes least.
	best := 0
	for i, r := range rows {
		if r.ISA == AVX512 && r.NR >= columns && (rows[best].NR < columns || r.NR < rows[best].NR) {
			best = i
		}
	}
	rows[0], rows[best] = rows[best], rows[0]
	return rows
}
