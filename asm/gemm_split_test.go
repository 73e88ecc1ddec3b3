package asm

import (
	"testing"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestGemmSplit holds a split product to the bits of the same product whose units sum part by part.
func TestGemmSplit(t *testing.T) {
	for _, c := range cpus(t) {
		for _, j := range []jobCase{
			{batch: 2, m: 13, n: 70, k: 9000, beta: 1, bias: true},
			{batch: 1, m: 100, n: 40, k: 4097, transA: true},
			{batch: 3, m: 5, n: 20, k: 8192, transB: true, shared: true},
		} {
			m := j.memory(t, c)
			g := m.run(t, c, nil)
			if g.parts != (j.k+KCut-1)/KCut {
				t.Fatalf("%v has %d parts", j, g.parts)
			}
			whole := *g
			whole.parts = 0
			if err := whole.seal(); err != nil {
				t.Fatal(err)
			}
			out := append([]float32(nil), m.before...)
			o := &GemmOperands{A: floatPtr(m.a), B: floatPtr(m.b), C: floatPtr(out), Bias: floatPtr(m.bias)}
			o.Work = floatPtr(asmtest.GuardedFloats(t, whole.WorkBytes()/4, true))
			if err := RunJob(&whole, o, NewScratch()); err != nil {
				t.Fatal(err)
			}
			for i, v := range out {
				if !asmtest.Same(m.c[i], v) {
					t.Fatalf("%v on %v: element %d is %v, unsplit %v", j, c.ISA, i, m.c[i], v)
				}
			}
		}
	}
}
