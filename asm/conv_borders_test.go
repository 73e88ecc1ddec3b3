package asm

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// swapLayout lays x[n, a, b] over to [n, b, a].
func swapLayout(dst, x []float32, a, b int) {
	for i := range x {
		item, rest := i/max(1, a*b), i%max(1, a*b)
		dst[item*a*b+rest%b*a+rest/b] = x[i]
	}
}

// TestConvBorders: images that lie channels first at either end give the bits that those channels last give, and units keep to
// their operands.
func TestConvBorders(t *testing.T) {
	for i, spec := range convShapes() {
		if spec.Groups > 1 || spec.Depth != (ConvDepth{}) || spec.C*spec.CO > 3000 && testing.Short() {
			continue
		}
		spec.Weights, spec.Bias = OIHW(spec.C, spec.KH, spec.KW), i%2 == 0
		m := newConvMemory(t, spec)
		firstX := asmtest.GuardedFloats(t, len(m.x), true)
		swapLayout(firstX, m.x, spec.H*spec.W, spec.C)
		for _, c := range cpus(t) {
			v, err := NewConv(c, spec)
			if err != nil {
				t.Fatal(err)
			}
			last, want := make([]float32, len(m.y)), make([]float32, len(m.y))
			runConv(t, v, &GemmOperands{A: floatPtr(m.x), B: floatPtr(m.w), C: floatPtr(last), Bias: floatPtr(m.bias)})
			for bits := range 4 {
				s := spec
				s.FirstX, s.FirstY = bits&1 != 0, bits&2 != 0
				o := &GemmOperands{A: floatPtr(m.x), B: floatPtr(m.w), Bias: floatPtr(m.bias)}
				copy(want, last)
				if s.FirstX {
					o.A = floatPtr(firstX)
				}
				if s.FirstY {
					swapLayout(want, last, s.OH*s.OW, s.CO)
				}
				y := asmtest.GuardedFloats(t, len(m.y), bits == 3)
				o.C = floatPtr(y)
				again, err := NewConv(c, s)
				if err == ErrBorders && s.FirstX && v.cuts.colBlocks > 1 {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				runConv(t, again, o)
				for j := range y {
					if !asmtest.Same(y[j], want[j]) {
						t.Fatalf("%s: element %d is %v, want %v", fmt.Sprintf("%v %+v", c.ISA, s), j, y[j], want[j])
					}
				}
			}
		}
	}
}

// TestConvBordersErrors: what can't lie channels first says so.
func TestConvBordersErrors(t *testing.T) {
	good := convShapes()[1]
	good.FirstX = true
	for _, change := range []func(*ConvSpec){
		func(s *ConvSpec) { s.Beta = 1 },
		func(s *ConvSpec) { s.C, s.CO, s.Groups = 4, 4, 2 },
		func(s *ConvSpec) { s.W, s.OW = 1<<20, 1<<20 },
		func(s *ConvSpec) { s.C, s.CO = 256, 256 }, // two blocks of weights would lay x over
	} {
		s := good
		change(&s)
		if _, err := NewConv(CPU{}, s); err != ErrBorders {
			t.Errorf("%+v: got %v", s, err)
		}
	}
}
