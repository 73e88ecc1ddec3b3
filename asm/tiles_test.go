package asm

import "testing"

// TestFewRows: rows that tiles of six would cut into low ones go to the lower and wider tile, where there is one.
func TestFewRows(t *testing.T) {
	avx2 := CPU{Features: AVX2Base, ISA: AVX2}
	if !hasRow("gemm/avx2/4x48") {
		t.Skip("no such tile here")
	}
	for m, want := range map[int]string{
		0: "gemm/avx2/6x16", 1: "gemm/avx2/1x64", 2: "gemm/avx2/6x16", 3: "gemm/avx2/4x48", 4: "gemm/avx2/4x48", 5: "gemm/avx2/6x16",
		6: "gemm/avx2/6x16", 8: "gemm/avx2/4x48", 12: "gemm/avx2/6x16", 32: "gemm/avx2/4x48", 96: "gemm/avx2/6x16", 512: "gemm/avx2/6x16",
	} {
		ts := newTileSet(avx2, m)
		if got := ts.best().Name; got != want {
			t.Errorf("%d rows run on %s, not %s", m, got, want)
		}
	}
}
