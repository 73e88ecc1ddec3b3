package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// winogradShapes are convolutions of 3 x 3: tiles that lie beyond images on every side, one and several units, with a stage before
// and without.
func winogradShapes() []ConvSpec {
	of := func(n, h, w, c, co int) ConvSpec {
		return ConvSpec{N: n, H: h, W: w, C: c, OH: h, OW: w, CO: co, KH: 3, KW: 3, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, PadH: 1, PadW: 1, Groups: 1, Weights: OIHW(c, 3, 3)}
	}
	with := func(s ConvSpec, change func(*ConvSpec)) ConvSpec {
		change(&s)
		return s
	}
	return []ConvSpec{
		of(1, 1, 1, 16, 16),
		of(2, 5, 6, 16, 32),
		of(3, 7, 7, 32, 48),
		of(1, 4, 9, 48, 80),
		with(of(1, 8, 6, 16, 16), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = 0, 0, 6, 4 }),
		with(of(1, 3, 4, 16, 32), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = 2, 2, 5, 6 }),
		with(of(1, 6, 3, 32, 16), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = -1, 3, 2, 8 }),
		with(of(1, 2, 2, 16, 16), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = 5, 4, 9, 10 }), // windows of zeros alone
		with(of(2, 5, 5, 16, 16), func(s *ConvSpec) { s.Bias, s.Weights = true, HWIO(3, 16, 16) }),
		with(of(0, 5, 5, 16, 16), func(s *ConvSpec) { s.Bias = true }),
		with(of(1, 5, 5, 16, 16), func(s *ConvSpec) { s.OH = 0 }),
		with(of(1, 22, 23, 64, 64), func(s *ConvSpec) { s.Bias = true }),                     // units of rows
		with(of(5, 3, 5, 272, 96), func(s *ConvSpec) { s.Bias = true }),                      // a stage before, columns are cut
		with(of(1, 2, 3, 1040, 64), func(s *ConvSpec) { s.Weights = HWIO(3, s.C, s.CO) }),    // blocks of k
		with(of(4, 10, 9, 256, 80), func(s *ConvSpec) { s.Bias, s.PadH, s.OH = true, 0, 8 }), // units of several images, by columns
	}
}

// winogradBound is how far an element may lie off, in units of what one channel of weights sums to times one of its window, over all
// channels. Of F(2x2, 3x3) each pixel has a window of its own, of 3 x 3: C roundings of a chain, two of the window, one of the weight, four
// of the sums after, one of the bias; each row and column brings twice the product of the sums at most. Of F(4x4, 3x3) the window is that of the
// tile, there are twice as many roundings beside those of the chain, and a row or column brings up to 32/3 times the product.
func winogradBound(edge, channels int) float64 {
	if edge == 4 {
		return 32. / 3 * 32 / 3 * float64(channels+16) * 0x1p-24
	}
	return 4 * float64(channels+8) * 0x1p-24
}

func TestWinograd(t *testing.T) {
	for i, spec := range winogradShapes() {
		if testing.Short() && spec.N*spec.H*spec.W*spec.C*spec.CO > 1<<22 {
			continue
		}
		for _, edge := range []int{2, 4} {
			t.Run(fmt.Sprintf("%d/%d", edge, i), func(t *testing.T) { checkWinograd(t, spec, edge) })
		}
	}
}

// winogradReference are the sums in double, and of each the scales of two bounds: the sum of |a*b|, and, over all channels, that of a
// channel of the weights times that of the window.
func winogradReference(m *convMemory, edge int) (sum, scale, wide []float64) {
	s := &m.spec
	sum, scale = m.reference(len(m.y), nil, 0, func(x, w, y int) (int, float64) { return y, float64(m.x[x]) * float64(m.w[w]) })
	weights := make([]float64, s.C*s.CO)
	for i := range weights {
		for k := range 9 {
			w := m.w[(k/3*s.Weights.KH+k%3*s.Weights.KW+i/s.CO*s.Weights.CI+i%s.CO*s.Weights.CO)/4]
			weights[i] += math.Abs(float64(w))
		}
	}
	wide = make([]float64, len(m.y))
	for pixel := range len(m.y) / s.CO {
		image, oh, ow, size := pixel/(s.OH*s.OW), pixel/s.OW%s.OH-s.PadH, pixel%s.OW-s.PadW, 3
		if edge == 4 {
			oh, ow, size = pixel/s.OW%s.OH/4*4-s.PadH, pixel%s.OW/4*4-s.PadW, 6
		}
		for ci := range s.C {
			window := 0.0
			for k := range size * size {
				if h, w := oh+k/size, ow+k%size; h >= 0 && h < s.H && w >= 0 && w < s.W {
					window += math.Abs(float64(m.x[((image*s.H+h)*s.W+w)*s.C+ci]))
				}
			}
			for co := range s.CO {
				wide[pixel*s.CO+co] += window * weights[ci*s.CO+co]
			}
		}
	}
	if s.Bias {
		for i := range sum {
			b := float64(m.bias[i%s.CO])
			sum[i] += b
			scale[i] += math.Abs(b)
			wide[i] += math.Abs(b)
		}
	}
	return sum, scale, wide
}

// checkWinograd runs a spec on every instruction set: as near as the bound says, with epilogues that cover the result once, and the
// same bits on all rows but the generic one.
func checkWinograd(t *testing.T, spec ConvSpec, edge int) {
	m := newConvMemory(t, spec)
	want, _, wide := winogradReference(m, edge)
	packed := asmtest.GuardedFloats(t, PackedWinogradSize(spec, edge)/4, true)
	if err := PackWinograd(floatPtr(packed), floatPtr(m.w), spec, edge); err != nil {
		t.Fatal(err)
	}
	var first []float32
	for _, c := range cpus(t) {
		w, err := NewWinograd(c, spec, edge)
		if err != nil {
			t.Fatal(err)
		}
		out := asmtest.GuardedFloats(t, len(m.y), false)
		covered := make([]int, len(out))
		o := &GemmOperands{A: floatPtr(m.x), B: floatPtr(packed), C: floatPtr(out), Bias: floatPtr(m.bias)}
		o.Epilogue = func(_ *Scratch, s Strip) {
			for r := s.Row0; r < s.Row1; r++ {
				for col := s.Col0; col < s.Col1; col++ {
					covered[(s.Batch*spec.OH*spec.OW+r)*spec.CO+col]++
				}
			}
		}
		runConv(t, w, o)
		for i, got := range out {
			if !(math.Abs(float64(got)-want[i]) <= winogradBound(edge, spec.C)*wide[i]) || covered[i] != 1 {
				t.Fatalf("%v: element %d is %v, want %v; epilogues cover it %d times", c.ISA, i, got, want[i], covered[i])
			}
		}
		if c.ISA == Generic {
			continue
		}
		if first == nil {
			first = out
		}
		for i, v := range out {
			if !asmtest.Same(v, first[i]) {
				t.Fatalf("%v: element %d is %v, another ISA says %v", c.ISA, i, v, first[i])
			}
		}
	}
}

// winogradSpreads are what values the errors of docs/winograd.md are stated for: the numbers of Fill, those as they are behind a relu,
// and those around one that is four times as large, as weights or pixels of one sign lie.
func winogradSpreads() map[string]func(x, w []float32) {
	return map[string]func(x, w []float32){
		"around zero": func(x, w []float32) {},
		"relu": func(x, w []float32) {
			for i := range x {
				x[i] = max(0, x[i])
			}
		},
		"one sign": func(x, w []float32) {
			for i := range x {
				x[i] += 4
			}
			for i := range w {
				w[i] += 4
			}
		},
		"large mean": func(x, w []float32) {
			for i := range x {
				x[i] += 4
			}
		},
	}
}

// TestWinogradError holds what docs/winograd.md says of values that are spread: errors against the double, in units of K*2^-24 of the
// sum of |a*b|, beside those of the direct form.
func TestWinogradError(t *testing.T) {
	if testing.Short() {
		t.Skip("sums in double take long under emulation")
	}
	for name, spread := range winogradSpreads() {
		for _, edge := range []int{2, 4} {
			checkWinogradError(t, name, spread, edge)
		}
	}
}

func checkWinogradError(t *testing.T, name string, spread func(x, w []float32), edge int) {
	limit, times := 0.05, 1.0
	if edge == 4 {
		limit, times = 0.1, 8
	}
	c := Detect()
	for _, s := range []ConvSpec{winogradShapes()[3], winogradShapes()[11], winogradShapes()[12]} {
		s.Bias, s.Weights = false, OIHW(s.C, 3, 3)
		m := newConvMemory(t, s)
		spread(m.x, m.w)
		want, scale, _ := winogradReference(m, edge)
		packed := asmtest.GuardedFloats(t, PackedWinogradSize(s, edge)/4, true)
		if err := PackWinograd(floatPtr(packed), floatPtr(m.w), s, edge); err != nil {
			t.Fatal(err)
		}
		w, err := NewWinograd(c, s, edge)
		if err != nil {
			t.Fatal(err)
		}
		v, err := NewConv(c, s)
		if err != nil {
			t.Fatal(err)
		}
		fast, plain := make([]float32, len(m.y)), make([]float32, len(m.y))
		runConv(t, w, &GemmOperands{A: floatPtr(m.x), B: floatPtr(packed), C: floatPtr(fast)})
		runConv(t, v, &GemmOperands{A: floatPtr(m.x), B: floatPtr(m.w), C: floatPtr(plain)})
		most, mean := errorsOf(fast, want, scale, 9*s.C)
		mostPlain, meanPlain := errorsOf(plain, want, scale, 9*s.C)
		if !(most <= limit) || !(mean <= times*meanPlain) {
			t.Errorf("%s, tiles of %d, %dx%d_%d_%d: greatest error %.4f, direct %.4f; root of mean square %.5f, %.5f", name, edge, s.H, s.W, s.C, s.CO, most, mostPlain, mean, meanPlain)
		}
	}
}

// errorsOf are the greatest error and the root of the mean square, in units of k*2^-24*scale.
func errorsOf(y []float32, want, scale []float64, k int) (most, mean float64) {
	for i, v := range y {
		e := math.Abs(float64(v)-want[i]) / (float64(k) * 0x1p-24 * scale[i])
		most, mean = max(most, e), mean+e*e
	}
	return most, math.Sqrt(mean / float64(len(y)))
}

// TestWinogradRows runs transforms alone, between guard pages, with strides that leave gaps, against the generic rows to the bit.
func TestWinogradRows(t *testing.T) {
	for _, c := range cpus(t) {
		for _, edge := range []int{2, 4} {
			for _, tiles := range []int{0, 1, 3} {
				for _, channels := range []int{0, 16, 48} {
					input, output := WinogradInputRows(c, edge)[0], WinogradOutputRows(c, edge)[0]
					checkWinogradRow(t, input, WinogradInputRows(CPU{}, edge)[0].Fn, edge+2, edge+2, tiles, channels, false)
					for _, bias := range []bool{false, true} {
						checkWinogradRow(t, output, WinogradOutputRows(CPU{}, edge)[0].Fn, edge+2, edge, tiles, channels, bias)
					}
				}
			}
		}
	}
}

// checkWinogradRow is for tiles of in x in elements that become out x out.
func checkWinogradRow(t *testing.T, row Row[WinogradFunc], generic WinogradFunc, in, out, tiles, channels int, bias bool) {
	t.Helper()
	const gap = 3
	col := channels + gap
	x := asmtest.GuardedFloats(t, max(0, tiles*in*in*col-gap), true)
	asmtest.Fill(x, 7)
	b := asmtest.GuardedFloats(t, channels, true)
	asmtest.Fill(b, 8)
	var y [2][]float32
	for i, fn := range []WinogradFunc{generic, row.Fn} {
		y[i] = asmtest.GuardedFloats(t, max(0, tiles*out*out*col-gap), i == 0)
		asmtest.Plant(y[i])
		a := args.Winograd{
			X: floatPtr(x), Y: floatPtr(y[i]), Tiles: tiles, C: channels,
			XTile: 4 * in * in * col, XRow: 4 * in * col, XCol: 4 * col, YTile: 4 * out * out * col, YRow: 4 * out * col, YCol: 4 * col,
		}
		if bias {
			a.Bias = unsafe.Pointer(floatPtr(b))
		}
		fn(&a)
	}
	for i, v := range y[1] {
		if asmtest.Bits(v) != asmtest.Bits(y[0][i]) {
			t.Fatalf("%s, %d tiles of %d channels: element %d is %v, not %v", row.Name, tiles, channels, i, v, y[0][i])
		}
	}
}
