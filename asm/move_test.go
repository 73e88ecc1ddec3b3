package asm

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// checkMove runs a row over rows x cols between guard pages; at says where the destination has an element.
func checkMove(t *testing.T, row Row[MoveFunc], rows, cols int, transposed, high bool) {
	t.Helper()
	const gapS, gapD = 2, 3
	outRows, outCols := rows, cols
	if transposed {
		outRows, outCols = cols, rows
	}
	src := asmtest.GuardedFloats(t, max(0, rows*(cols+gapS)-gapS), high)
	dst := asmtest.GuardedFloats(t, max(0, outRows*(outCols+gapD)-gapD), high)
	asmtest.Fill(src, 1)
	asmtest.Plant(dst)
	row.Fn(&args.Move{Src: floatPtr(src), Dst: floatPtr(dst), Rows: rows, Cols: cols, SrcLd: 4 * (cols + gapS), DstLd: 4 * (outCols + gapD)})
	for i, got := range dst {
		r, c := i/(outCols+gapD), i%(outCols+gapD)
		if c >= outCols {
			if !asmtest.IsCanary(got) {
				t.Fatalf("%s %dx%d: touched the gap behind row %d", row.Name, rows, cols, r)
			}
			continue
		}
		want := r*(cols+gapS) + c
		if transposed {
			want = c*(cols+gapS) + r
		}
		if !asmtest.Same(got, src[want]) {
			t.Fatalf("%s %dx%d: [%d,%d] = %v, want %v", row.Name, rows, cols, r, c, got, src[want])
		}
	}
}

func TestMove(t *testing.T) {
	for _, row := range runningRows(t, transposeRows[:]) {
		t.Run(row.Name, func(t *testing.T) { checkMoves(t, row, true) })
	}
	for _, row := range runningRows(t, copyRows[:]) {
		t.Run(row.Name, func(t *testing.T) { checkMoves(t, row, false) })
	}
}

func checkMoves(t *testing.T, row Row[MoveFunc], transposed bool) {
	for _, rows := range []int{0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 21, 33} {
		for _, cols := range []int{0, 1, 2, 4, 5, 8, 11, 15, 16, 17, 31, 33, 40} {
			for _, high := range []bool{false, true} {
				checkMove(t, row, rows, cols, transposed, high)
			}
		}
	}
}

func BenchmarkTranspose(b *testing.B) {
	for _, c := range cpus(b) {
		for _, n := range []int{64, 512, 1000} {
			b.Run(fmt.Sprintf("%v/%d", c.ISA, n), func(b *testing.B) {
				src, dst := alignedFloats(n*n), alignedFloats(n*n)
				p := packing{copy: CopyRows(c)[0].Fn, transpose: TransposeRows(c)[0].Fn}
				s := NewScratch()
				b.SetBytes(int64(8 * n * n))
				for b.Loop() {
					p.move(floatPtr(dst), 4*n, floatPtr(src), RowMajor(n, n, 4).T(), n, n, s)
				}
			})
		}
	}
}
