package asm

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// TestAttentionStep: one query over a cache, around the sizes of vectors, lanes and blocks; rows with a mask, rows that see nothing,
// and caches that take more than one call. All SIMD rows give the same bits.
func TestAttentionStep(t *testing.T) {
	sizes := []int{1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 79, 100, 128, 131}
	var list []attnCase
	for i, nk := range sizes {
		for k := range 4 {
			a := attnCase{batch: 1, heads: 2, kvHeads: 1 + i%2, nq: 1, nk: nk, d: sizes[(i*5+k*7)%len(sizes)], dv: sizes[(i*3+k*11+2)%len(sizes)]}
			a.mask, a.hidden, a.sharp = k == 1, k == 2, k == 3
			list = append(list, a)
		}
	}
	list = append(list, attnCase{batch: 1, heads: 2, kvHeads: 2, nq: 1, nk: 900, d: 300, dv: 20, hidden: true},
		attnCase{batch: 2, heads: 1, kvHeads: 1, nq: 1, nk: 10000, d: 20, dv: 20, sharp: true},
		attnCase{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 50, d: attnStepColumns, dv: 2})
	for _, a := range list {
		t.Run(fmt.Sprintf("%+v", a), func(t *testing.T) { sameAttention(t, a) })
	}
}

// TestAttentionStepHidden: a query that sees no key gives zeros, whatever was there before, and NaN gives NaN.
func TestAttentionStepHidden(t *testing.T) {
	a := attnCase{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 40, d: 5, dv: 19, causal: true, mask: true}
	for _, c := range cpus(t) {
		s, m := a.spec(), a.memory(t)
		j, err := NewAttention(c, s)
		if err != nil {
			t.Fatal(err)
		}
		run := func(from int) {
			o := m.operands(&s, nil)
			o.From = from
			for i := range m.o {
				m.o[i] = float32(math.NaN())
			}
			if err := j.RunAll(o, NewScratch()); err != nil {
				t.Fatal(err)
			}
		}
		zeros := func(why string) {
			for i, x := range m.o {
				if x != 0 {
					t.Fatalf("%v, %s: element %d is %v", c.ISA, why, i, x)
				}
			}
		}
		run(-1)
		zeros("before the first key")
		mask := slices.Clone(m.mask)
		for i := range m.mask {
			m.mask[i] = float32(math.Inf(-1))
		}
		run(32)
		zeros("all masked")
		copy(m.mask, mask)
		m.k[33*a.d] = float32(math.NaN())
		run(32)
		if x := m.o[7]; x != x {
			t.Fatalf("%v: a key that is not seen counts", c.ISA)
		}
		run(33)
		for i, x := range m.o {
			if x == x {
				t.Fatalf("%v: element %d is %v, with a NaN among the scores", c.ISA, i, x)
			}
		}
	}
}
