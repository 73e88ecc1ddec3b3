package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// windowCase is one call of a window kernel.
type windowCase struct {
	m, c, taps int
	init, bias bool
	high       bool
}

func (w windowCase) check(t *testing.T, row, generic Row[WindowFunc]) {
	t.Helper()
	const gap = 2
	step := w.c + gap
	x := asmtest.GuardedFloats(t, max(0, (w.m+w.taps-1)*step-gap), w.high)
	asmtest.Fill(x, 1)
	if len(x) > 3 {
		x[3] = float32(math.NaN())
	}
	weights := asmtest.GuardedFloats(t, w.taps*w.c, w.high)
	asmtest.Fill(weights, 2)
	bias := asmtest.GuardedFloats(t, w.c, w.high)
	asmtest.Fill(bias, 3)
	var segs []args.Seg
	for i := range w.taps {
		segs = append(segs, args.Seg{A: 4 * i * step, B: 4 * i * w.c})
	}
	run := func(row Row[WindowFunc]) []float32 {
		y := asmtest.GuardedFloats(t, max(0, w.m*step-gap), w.high)
		asmtest.Plant(y)
		a := args.Window{
			X: floatPtr(x), W: floatPtr(weights), Y: floatPtr(y), Segs: unsafe.Pointer(unsafe.SliceData(segs)), NSeg: len(segs),
			M: w.m, C: w.c, XStep: 4 * step, YStep: 4 * step, Div: float32(w.taps),
		}
		if w.init {
			a.Init = 1
			for i := range y {
				if i%step < w.c {
					y[i] = float32(i%7) - 3
				}
			}
		}
		if w.bias {
			a.Bias = floatPtr(bias)
		}
		row.Fn(&a)
		return y
	}
	want, got := run(generic), run(row)
	for i := range want {
		if i%step >= w.c {
			if !asmtest.IsCanary(got[i]) {
				t.Fatalf("%s %+v: touched the gap at %d", row.Name, w, i)
			}
			continue
		}
		diff := math.Abs(float64(got[i] - want[i]))
		if !asmtest.Same(got[i], want[i]) && !(diff <= 0x1p-20) {
			t.Fatalf("%s %+v: element %d is %v, want %v", row.Name, w, i, got[i], want[i])
		}
	}
}

func TestWindow(t *testing.T) {
	for _, rows := range [][]Row[WindowFunc]{depthwiseRows[:], maxPoolRows[:], meanPoolRows[:]} {
		for _, row := range runningRows(t, rows) {
			t.Run(row.Name, func(t *testing.T) {
				for _, m := range []int{0, 1, 3, 4, 5, 9} {
					for _, c := range []int{0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 70, 129, 261} {
						w := windowCase{m: m, c: c, taps: 1 + (m+c)%4, init: c%2 == 0, bias: c%3 == 0}
						w.check(t, row, rows[0])
						w.high = true
						w.check(t, row, rows[0])
					}
				}
			})
		}
	}
}

// poolSpecs are the windows of convShapes.
func poolSpecs() []PoolSpec {
	var list []PoolSpec
	for _, s := range convShapes() {
		p := PoolSpec{N: s.N, H: s.H, W: s.W, C: s.C, OH: s.OH, OW: s.OW, KH: s.KH, KW: s.KW, StrideH: s.StrideH, StrideW: s.StrideW, DilH: s.DilH, DilW: s.DilW, PadH: s.PadH, PadW: s.PadW, Depth: s.Depth}
		list = append(list, p)
		p.Mean = true
		list = append(list, p)
		p.CountPad = true
		list = append(list, p)
	}
	return list
}

// window calls f for each input of output (plane, oh, ow), planes being those of all images.
func (s PoolSpec) window(plane, oh, ow int, f func(pixel int)) {
	c := s.conv()
	d := c.depth()
	for kh := range c.kernelRows() {
		for kw := range s.KW {
			id := plane%d.OD*d.Stride + kh/s.KH*d.Dil - d.Pad
			ih, iw := oh*s.StrideH+kh%s.KH*s.DilH-s.PadH, ow*s.StrideW+kw*s.DilW-s.PadW
			if id >= 0 && id < d.D && ih >= 0 && ih < s.H && iw >= 0 && iw < s.W {
				f(((plane/d.OD*d.D+id)*s.H+ih)*s.W + iw)
			}
		}
	}
}

// reference computes y and dx in double.
func (s PoolSpec) reference(x, dy []float32) (y, dx []float64) {
	y, dx = make([]float64, len(dy)), make([]float64, len(x))
	for out := range s.N * s.outBytes() / max(1, 4*s.C) {
		n, oh, ow := out/(s.OH*s.OW), out/s.OW%s.OH, out%s.OW
		count := 0
		s.window(n, oh, ow, func(int) { count++ })
		if s.CountPad {
			count = s.taps()
		}
		for c := range s.C {
			sum, best, at := 0.0, math.Inf(-1), -1
			s.window(n, oh, ow, func(px int) {
				v := float64(x[px*s.C+c])
				sum += v
				if v > best {
					best, at = v, px
				}
			})
			y[out*s.C+c] = best
			if s.Mean {
				y[out*s.C+c] = sum / float64(count)
				s.window(n, oh, ow, func(px int) { dx[px*s.C+c] += float64(dy[out*s.C+c]) / float64(count) })
			} else if at >= 0 {
				dx[at*s.C+c] += float64(dy[out*s.C+c])
			}
		}
	}
	return y, dx
}

func TestPool(t *testing.T) {
	for i, spec := range poolSpecs() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := asmtest.GuardedFloats(t, spec.N*spec.inBytes()/4, true)
			dy := asmtest.GuardedFloats(t, spec.N*spec.outBytes()/4, true)
			asmtest.Fill(x, 1)
			asmtest.Fill(dy, 2)
			wantY, wantDX := spec.reference(x, dy)
			y := asmtest.GuardedFloats(t, len(dy), true)
			for _, c := range cpus(t) {
				p, err := NewPool(c, spec)
				if err != nil {
					t.Fatal(err)
				}
				asmtest.Plant(y)
				RunJob(p, &GemmOperands{A: floatPtr(x), C: floatPtr(y)}, NewScratch())
				near(t, p.Row(), y, wantY)
			}
			for i, v := range wantY {
				y[i] = float32(v)
			}
			var bits []float32
			for _, c := range cpus(t) {
				g, err := NewPoolGrad(c, spec)
				if err != nil {
					t.Fatal(err)
				}
				dx := asmtest.GuardedFloats(t, len(x), c.ISA == AVX512)
				RunJob(g, &GemmOperands{A: floatPtr(x), Bias: floatPtr(y), B: floatPtr(dy), C: floatPtr(dx)}, NewScratch())
				near(t, g.Row(), dx, wantDX)
				for i := range bits {
					if !asmtest.Same(bits[i], dx[i]) {
						t.Fatalf("%s: element %d is %v, on another row %v", g.Row(), i, dx[i], bits[i])
					}
				}
				bits = dx
			}
		})
	}
}

// near compares with a double, to the rounding of some hundred additions of numbers under 1.
func near(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	for i, v := range got {
		same := float64(v) == want[i] || v != v && want[i] != want[i]
		if !same && !(math.Abs(float64(v)-want[i]) <= 0x1p-20) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, v, want[i])
		}
	}
}

func BenchmarkDepthwise(b *testing.B) {
	for _, c := range cpus(b) {
		s := ConvSpec{N: 1, H: 112, W: 112, C: 32, OH: 112, OW: 112, CO: 32, KH: 3, KW: 3, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, PadH: 1, PadW: 1, Groups: 32, Weights: HWIO(3, 1, 32), Packed: true}
		v, err := NewConv(c, s)
		x, w, y := alignedFloats(112*112*32), alignedFloats(9*32), alignedFloats(112*112*32)
		benchConv(b, c, "3x3_32@112", v, err, &GemmOperands{A: floatPtr(x), B: floatPtr(w), C: floatPtr(y)}, 2*9*112*112*32)
	}
}

// TestMaxPoolGradTies: the first of equal inputs gets the gradient, or the first that is NaN; channels around vectors.
func TestMaxPoolGradTies(t *testing.T) {
	nan := float32(math.NaN())
	for _, channels := range []int{1, 3, 4, 5, 8, 13, 16, 17, 35} {
		spec := PoolSpec{N: 1, H: 1, W: 4, C: channels, OH: 1, OW: 2, KH: 1, KW: 3, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1}
		x, y := asmtest.GuardedFloats(t, 4*channels, true), asmtest.GuardedFloats(t, 2*channels, true)
		dy := asmtest.GuardedFloats(t, 2*channels, true)
		for c := range channels {
			for i, v := range []float32{1, 2, 2, 2} {
				x[i*channels+c] = v
			}
			y[c], y[channels+c], dy[c], dy[channels+c] = 2, 2, 5, 7
			if c%2 == 1 {
				x[2*channels+c], y[c], y[channels+c] = nan, nan, nan
			}
		}
		for _, c := range cpus(t) {
			g, err := NewPoolGrad(c, spec)
			if err != nil {
				t.Fatal(err)
			}
			dx := asmtest.GuardedFloats(t, 4*channels, false)
			RunJob(g, &GemmOperands{A: floatPtr(x), Bias: floatPtr(y), B: floatPtr(dy), C: floatPtr(dx)}, NewScratch())
			for i, v := range dx {
				want := [][]float32{{0, 12, 0, 0}, {0, 0, 12, 0}}[i%channels%2][i/channels]
				if v != want {
					t.Fatalf("%s, %d channels: element %d is %v, want %v", g.Row(), channels, i, v, want)
				}
			}
		}
	}
}
