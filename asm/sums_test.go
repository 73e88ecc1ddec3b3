package asm

import (
	"testing"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

func TestColumnSum(t *testing.T) {
	for _, d := range [][2]int{{1, 1}, {5, 70}, {0, 3}, {4100, 17}} {
		rows, cols := d[0], d[1]
		const gap = 3
		x := asmtest.GuardedFloats(t, max(0, rows*(cols+gap)-gap), true)
		asmtest.Fill(x, 1)
		for _, c := range cpus(t) {
			g, err := NewColumnSum(c, rows, cols, 4*(cols+gap), 1)
			if err != nil {
				t.Fatal(err)
			}
			y := asmtest.GuardedFloats(t, cols, true)
			want := make([]float64, cols)
			for j := range y {
				y[j] = float32(j)
				want[j] = float64(j)
				for i := range rows {
					want[j] += float64(x[i*(cols+gap)+j])
				}
			}
			work := asmtest.GuardedFloats(t, g.WorkBytes()/4, true)
			RunJob(g, &GemmOperands{A: One(), B: floatPtr(x), C: floatPtr(y), Work: floatPtr(work)}, NewScratch())
			for j, v := range y {
				if diff := float64(v) - want[j]; !(diff < 1e-3 && diff > -1e-3) {
					t.Errorf("%v: sum of column %d of %v is %v, want %v", c.ISA, j, d, v, want[j])
				}
			}
		}
	}
}
