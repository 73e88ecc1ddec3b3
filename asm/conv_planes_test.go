package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// A planeCase is a depthwise convolution channels first.
type planeCase struct {
	n, c, h, w, padH, padW, oh, ow int
	bias                           bool
}

func (p planeCase) spec() ConvSpec {
	return ConvSpec{
		N: p.n, H: p.h, W: p.w, C: p.c, OH: p.oh, OW: p.ow, CO: p.c, KH: 3, KW: 3, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1,
		PadH: p.padH, PadW: p.padW, Groups: p.c, Bias: p.bias,
	}
}

// want is the sums in the order of the contract, each product and sum fused and rounded once.
func (p planeCase) want(x, w, bias []float32) []float64 {
	var y []float64
	for i := range p.n * p.c {
		for oh := range p.oh {
			for ow := range p.ow {
				sum := 0.0
				for tap := range 9 {
					ih, iw := oh+tap/3-p.padH, ow+tap%3-p.padW
					if ih >= 0 && ih < p.h && iw >= 0 && iw < p.w {
						sum += float64(x[(i*p.h+ih)*p.w+iw]) * float64(w[i%p.c*9+tap])
					}
				}
				if p.bias {
					sum += float64(bias[i%p.c])
				}
				y = append(y, sum)
			}
		}
	}
	return y
}

func planeCases() []planeCase {
	var list []planeCase
	for _, w := range []int{1, 2, 3, 4, 5, 8, 9, 10, 11, 15, 16, 17, 18, 19, 31, 33, 40} {
		for _, pad := range []int{0, 1, 2} {
			if w+2*pad < 3 {
				continue
			}
			h := 1 + w%7
			if h+2*pad < 3 {
				h = 3
			}
			list = append(list, planeCase{n: 1 + w%2, c: 2, h: h, w: w, padH: pad, padW: pad, oh: h + 2*pad - 2, ow: w + 2*pad - 2, bias: w%3 != 0})
		}
	}
	return append(list,
		planeCase{n: 1, c: 3, h: 9, w: 20, padH: 0, padW: 3, oh: 7, ow: 24},
		planeCase{n: 1, c: 3, h: 9, w: 20, padH: 4, padW: 0, oh: 12, ow: 15},
		planeCase{n: 1, c: 2, h: 9, w: 20, padH: -1, padW: -2, oh: 5, ow: 10},
		planeCase{n: 0, c: 2, h: 4, w: 4, padH: 1, padW: 1, oh: 4, ow: 4},
		planeCase{n: 1, c: 33, h: 40, w: 41, padH: 1, padW: 1, oh: 40, ow: 41, bias: true},
	)
}

// TestPlanes holds every row to the sums, and the vector rows to each other's bits.
func TestPlanes(t *testing.T) {
	for _, p := range planeCases() {
		x, w := asmtest.GuardedFloats(t, p.n*p.c*p.h*p.w, true), asmtest.GuardedFloats(t, 9*p.c, true)
		bias := asmtest.GuardedFloats(t, p.c, true)
		for i, v := range [][]float32{x, w, bias} {
			asmtest.Fill(v, uint64(i+1))
		}
		want := p.want(x, w, bias)
		var bits []float32
		for _, c := range cpus(t) {
			for _, high := range []bool{true, false} {
				y := asmtest.GuardedFloats(t, len(want), high)
				j, err := NewConvPlanes(c, p.spec())
				if err != nil {
					t.Fatal(err)
				}
				s := NewScratch()
				o := &GemmOperands{A: floatPtr(x), B: floatPtr(w), C: floatPtr(y), Bias: floatPtr(bias)}
				for u := j.Units(0) - 1; u >= 0; u-- {
					j.Run(0, u, o, s)
				}
				name := fmt.Sprintf("%s %+v", j.Row(), p)
				for i, v := range y {
					if !(math.Abs(float64(v)-want[i]) <= 0x1p-18) {
						t.Fatalf("%s: element %d is %v, want %v", name, i, v, want[i])
					}
					if bits != nil && j.Isa() != Generic && bits[i] != v {
						t.Fatalf("%s: element %d is %v, on another row %v", name, i, v, bits[i])
					}
				}
				if bits == nil && j.Isa() != Generic {
					bits = append([]float32(nil), y...)
				}
			}
		}
	}
}

// TestPlanesAsConv: channels first and channels last give the same bits.
func TestPlanesAsConv(t *testing.T) {
	for _, c := range cpus(t) {
		p := planeCase{n: 1, c: 5, h: 12, w: 21, padH: 1, padW: 1, oh: 12, ow: 21, bias: true}
		pixels := p.h * p.w
		x, w, bias := make([]float32, p.c*pixels), make([]float32, 9*p.c), make([]float32, p.c)
		for i, v := range [][]float32{x, w, bias} {
			asmtest.Fill(v, uint64(i+1))
		}
		last, y, z := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		for i, v := range x {
			last[i%pixels*p.c+i/pixels] = v
		}
		j, err := NewConvPlanes(c, p.spec())
		if err != nil {
			t.Fatal(err)
		}
		RunJob(j, &GemmOperands{A: floatPtr(x), B: floatPtr(w), C: floatPtr(y), Bias: floatPtr(bias)}, NewScratch())
		s := p.spec()
		s.Weights = OIHW(1, 3, 3)
		v, err := NewConv(c, s)
		if err != nil {
			t.Fatal(err)
		}
		runConv(t, v, &GemmOperands{A: floatPtr(last), B: floatPtr(w), C: floatPtr(z), Bias: floatPtr(bias)})
		for i := range y {
			if z[i%pixels*p.c+i/pixels] != y[i] {
				t.Fatalf("%s: element %d is %v, channels last %v", j.Row(), i, y[i], z[i%pixels*p.c+i/pixels])
			}
		}
	}
}

// TestPlanesPadding: padding is skipped, not multiplied: weights may be infinite.
func TestPlanesPadding(t *testing.T) {
	for _, c := range cpus(t) {
		p := planeCase{n: 1, c: 2, h: 1, w: 20, padH: 1, padW: 1, oh: 1, ow: 20}
		x, w, y := make([]float32, 40), make([]float32, 18), make([]float32, 40)
		asmtest.Fill(x, 1)
		for i := range w {
			w[i] = 1
			if i%9 < 3 || i%9 > 5 {
				w[i] = float32(math.NaN())
			}
		}
		w[3], w[9+5] = float32(math.Inf(1)), float32(math.Inf(1)) // of the left, of the right
		j, err := NewConvPlanes(c, p.spec())
		if err != nil {
			t.Fatal(err)
		}
		RunJob(j, &GemmOperands{A: floatPtr(x), B: floatPtr(w), C: unsafe.Pointer(&y[0])}, NewScratch())
		if y[0] != x[0]+x[1] || y[39] != x[38]+x[39] {
			t.Errorf("%s: borders are %v and %v, want %v and %v", j.Row(), y[0], y[39], x[0]+x[1], x[38]+x[39])
		}
	}
}
