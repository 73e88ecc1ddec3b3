package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestLongWindows: windows that are cut into blocks of channels and runs of taps give what the plain kernel gives in one entry, ties
// and NaN included, and no entry has more inputs than it may.
func TestLongWindows(t *testing.T) {
	for _, size := range []struct{ h, w, c int }{{3, 1100, 67}, {1, 4097, 5}, {1, 3, 50000}} {
		taps := size.h * size.w
		x := asmtest.GuardedFloats(t, taps*size.c, true)
		for i := range x {
			x[i] = float32(i * 7919 % 13)
		}
		if size.c < 100 {
			x[len(x)/2], x[len(x)-3] = float32(math.NaN()), float32(math.NaN()) // of an early run of taps and of the last
		}
		dy := asmtest.GuardedFloats(t, size.c, true)
		asmtest.Fill(dy, 1)
		segs := make([]args.Seg, taps)
		for i := range segs {
			segs[i].A = 4 * i * size.c
		}
		for _, mean := range []bool{false, true} {
			y, dx := make([]float32, size.c), make([]float32, len(x))
			w := &args.Window{X: floatPtr(x), Y: floatPtr(y), Segs: unsafe.Pointer(&segs[0]), NSeg: taps, M: 1, C: size.c, Div: float32(taps)}
			g := &args.PoolGrad{X: floatPtr(x), DX: floatPtr(dx), Y: floatPtr(y), DY: floatPtr(dy), Segs: w.Segs, NSeg: taps, M: 1, C: size.c, Div: w.Div}
			if mean {
				meanPoolGeneric(w)
				meanPoolGradGeneric(g)
			} else {
				maxPoolGeneric(w)
				maxPoolGradGeneric(g)
			}
			spec := PoolSpec{N: 1, H: size.h, W: size.w, C: size.c, OH: 1, OW: 1, KH: size.h, KW: size.w, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, Mean: mean}
			for _, c := range cpus(t) {
				t.Run(fmt.Sprintf("%dx%dx%d/%v/%v", size.h, size.w, size.c, mean, c.ISA), func(t *testing.T) { checkLongWindow(t, c, spec, x, dy, y, dx) })
			}
		}
	}
}

func checkLongWindow(t *testing.T, c CPU, spec PoolSpec, x, dy, wantY, wantDX []float32) {
	c.Watch = &Watch{func(k Call) {
		if k.Work > 4*windowLong {
			t.Errorf("%s: an entry of %d inputs", k.Row, k.Work)
		}
	}}
	p, err := NewPool(c, spec)
	if err != nil {
		t.Fatal(err)
	}
	y, dx := asmtest.GuardedFloats(t, len(dy), true), asmtest.GuardedFloats(t, len(x), true)
	RunJob(p, &GemmOperands{A: floatPtr(x), C: floatPtr(y)}, NewScratch())
	g, err := NewPoolGrad(c, spec)
	if err != nil {
		t.Fatal(err)
	}
	RunJob(g, &GemmOperands{A: floatPtr(x), Bias: floatPtr(y), B: floatPtr(dy), C: floatPtr(dx)}, NewScratch())
	for i := range y {
		if !asmtest.Same(y[i], wantY[i]) {
			t.Fatalf("channel %d is %v, want %v", i, y[i], wantY[i])
		}
	}
	for i := range dx {
		if !asmtest.Same(dx[i], wantDX[i]) {
			t.Fatalf("gradient %d is %v, want %v", i, dx[i], wantDX[i])
		}
	}
}

// TestLongDepthwise: a depthwise window that is run in pieces has the sums of one entry, with the bias last.
func TestLongDepthwise(t *testing.T) {
	const taps, channels = 2*windowTaps + 5, 70
	x, w, y, bias := make([]float32, taps*channels), make([]float32, taps*channels), make([]float32, channels), make([]float32, channels)
	asmtest.Fill(x, 1)
	asmtest.Fill(w, 2)
	asmtest.Fill(bias, 3)
	segs := make([]args.Seg, taps)
	for i := range segs {
		segs[i] = args.Seg{A: 4 * i * channels, B: 4 * i * channels}
	}
	for _, c := range cpus(t) {
		for init := range 2 {
			s, got := NewScratch(), make([]float32, channels)
			asmtest.Fill(y, 4)
			asmtest.Fill(got, 4)
			k := depthwiseKernel(c)
			a := args.Window{X: floatPtr(x), W: floatPtr(w), Bias: floatPtr(bias), Segs: unsafe.Pointer(&segs[0]), NSeg: taps, M: 1, C: channels, Init: init}
			s.window, a.Y = a, floatPtr(y)
			s.window.Y = floatPtr(got)
			k.pixel(s)
			k.row.Fn(&a)
			for i := range y {
				if !asmtest.Same(got[i], y[i]) {
					t.Fatalf("%v, init %d: channel %d is %v, in one entry %v", c.ISA, init, i, got[i], y[i])
				}
			}
		}
	}
}
