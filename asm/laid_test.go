package asm

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// channelsFirst returns x[n, h, w, c] as [n, c, h, w], between guard pages.
func (i image) channelsFirst(t asmtest.TB, x []float32) []float32 {
	out := asmtest.GuardedFloats(t, len(x), true)
	for at, v := range x {
		n, px, c := at/(i.h*i.w*i.c), at/i.c%(i.h*i.w), at%i.c
		out[(n*i.c+c)*i.h*i.w+px] = v
	}
	return out
}

// TestLaid holds channels-first jobs to the bits of the others.
func TestLaid(t *testing.T) {
	c := Detect()
	for n, s := range convShapes() {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s.Weights = OIHW(s.C/s.Groups, s.KH, s.KW)
			m := newConvMemory(t, s)
			in, out := image{s.N, s.H, s.W, s.C}, image{s.N, s.OH, s.OW, s.CO}
			x, y := in.channelsFirst(t, m.x), out.channelsFirst(t, m.y)
			p := PoolSpec{N: s.N, H: s.H, W: s.W, C: s.C, OH: s.OH, OW: s.OW, KH: s.KH, KW: s.KW, StrideH: s.StrideH, StrideW: s.StrideW, DilH: s.DilH, DilW: s.DilW, PadH: s.PadH, PadW: s.PadW}

			plain, err1 := NewConv(c, s)
			laid, err2 := NewConvNCHW(c, s)
			compareLaid(t, "y", plain, laid, err1, err2, out, len(m.y),
				&GemmOperands{A: floatPtr(m.x), B: floatPtr(m.w)}, &GemmOperands{A: floatPtr(x), B: floatPtr(m.w)})
			plain, err1 = NewConvGrad(c, s)
			laid, err2 = NewConvGradNCHW(c, s)
			compareLaid(t, "dx", plain, laid, err1, err2, in, len(m.x),
				&GemmOperands{A: floatPtr(m.y), B: floatPtr(m.w)}, &GemmOperands{A: floatPtr(y), B: floatPtr(m.w)})
			dw, err1 := NewConvWeightGrad(c, s)
			laid, err2 = NewConvWeightGradNCHW(c, s)
			compareLaid(t, "dw", dw, laid, err1, err2, image{1, 1, 1, len(m.w)}, len(m.w),
				&GemmOperands{A: floatPtr(m.x), B: floatPtr(m.y)}, &GemmOperands{A: floatPtr(x), B: floatPtr(y)})
			for _, p.Mean = range []bool{false, true} {
				comparePool(t, c, p, m.x, x)
			}
		})
	}
}

// comparePool compares a pool and its gradient, with y's values as dy.
func comparePool(t *testing.T, c CPU, p PoolSpec, last, first []float32) {
	t.Helper()
	in, out := image{p.N, p.H, p.W, p.C}, image{p.N, p.OH, p.OW, p.C}
	plain, err1 := NewPool(c, p)
	laid, err2 := NewPoolNCHW(c, p)
	size := p.N * p.OH * p.OW * p.C
	y := compareLaid(t, "pool", plain, laid, err1, err2, out, size, &GemmOperands{A: floatPtr(last)}, &GemmOperands{A: floatPtr(first)})
	yFirst := out.channelsFirst(t, y)
	grad, err1 := NewPoolGrad(p)
	laid, err2 = NewPoolGradNCHW(c, p)
	compareLaid(t, "pool gradient", grad, laid, err1, err2, in, len(last),
		&GemmOperands{A: floatPtr(last), B: floatPtr(y), Bias: floatPtr(y)}, &GemmOperands{A: floatPtr(first), B: floatPtr(yFirst), Bias: floatPtr(yFirst)})
}

// compareLaid runs both jobs, whose result has the given shape, and returns the result.
func compareLaid(t *testing.T, name string, plain, laid Job, err1, err2 error, shape image, n int, o1, o2 *GemmOperands) []float32 {
	t.Helper()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	want, got := asmtest.GuardedFloats(t, n, true), asmtest.GuardedFloats(t, n, true)
	o1.C, o2.C = floatPtr(want), floatPtr(got)
	o1.Work, o2.Work = floatPtr(alignedFloats(plain.WorkBytes()/4)), floatPtr(asmtest.GuardedFloats(t, laid.WorkBytes()/4, true))
	s := NewScratch()
	RunJob(plain, o1, s)
	RunJob(laid, o2, s)
	for i, v := range shape.channelsFirst(t, want) {
		if !asmtest.Same(got[i], v) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, got[i], v)
		}
	}
	return want
}
