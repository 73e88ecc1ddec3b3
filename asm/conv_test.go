package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// convShapes are small convolutions of every kind.
func convShapes() []ConvSpec {
	plain := func(n, h, w, c, co, kh, kw int) ConvSpec {
		return ConvSpec{N: n, H: h, W: w, C: c, OH: h, OW: w, CO: co, KH: kh, KW: kw, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, PadH: kh / 2, PadW: kw / 2, Groups: 1}
	}
	with := func(s ConvSpec, change func(*ConvSpec)) ConvSpec {
		change(&s)
		return s
	}
	return []ConvSpec{
		plain(1, 1, 1, 1, 1, 1, 1),
		plain(2, 5, 6, 3, 4, 3, 3),
		plain(1, 7, 7, 16, 20, 3, 3),
		plain(1, 9, 8, 5, 70, 1, 1),
		plain(3, 1, 12, 4, 6, 1, 5), // 1-D
		with(plain(2, 8, 8, 1, 6, 5, 5), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = 0, 0, 4, 4 }),
		with(plain(1, 9, 9, 4, 5, 3, 3), func(s *ConvSpec) { s.StrideH, s.StrideW, s.OH, s.OW = 2, 2, 5, 5 }),
		with(plain(1, 11, 10, 3, 7, 7, 7), func(s *ConvSpec) { s.StrideH, s.StrideW, s.OH, s.OW = 2, 3, 6, 4 }),
		with(plain(1, 9, 10, 4, 5, 3, 3), func(s *ConvSpec) { s.DilH, s.DilW, s.PadH, s.PadW = 2, 3, 2, 3 }),
		with(plain(1, 8, 9, 4, 5, 3, 3), func(s *ConvSpec) {
			s.DilH, s.DilW, s.PadH, s.PadW, s.StrideH, s.StrideW, s.OH, s.OW = 3, 2, 3, 2, 2, 2, 4, 5
		}),
		with(plain(2, 6, 6, 8, 12, 3, 3), func(s *ConvSpec) { s.Groups = 4 }),
		with(plain(1, 6, 5, 6, 6, 3, 3), func(s *ConvSpec) { s.Groups = 6 }), // depthwise
		with(plain(1, 2, 2, 3, 4, 5, 5), func(s *ConvSpec) { s.PadH, s.PadW = 4, 4; s.OH, s.OW = 6, 6 }),
		with(plain(1, 3, 3, 2, 2, 2, 2), func(s *ConvSpec) { s.StrideH, s.StrideW, s.PadH, s.PadW, s.OH, s.OW = 3, 3, 0, 0, 1, 1 }),
		with(plain(1, 4, 4, 2, 3, 3, 3), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = -1, 3, 1, 8 }),
		plain(0, 4, 4, 2, 3, 3, 3),
		with(plain(3, 40, 41, 70, 70, 3, 3), func(s *ConvSpec) { s.Groups = 70 }),
		with(plain(2, 5, 6, 3, 4, 3, 3), func(s *ConvSpec) { s.Depth = ConvDepth{D: 4, OD: 5, KD: 2, Stride: 1, Dil: 1, Pad: 1} }),
		with(plain(1, 5, 4, 6, 18, 1, 3), func(s *ConvSpec) { s.Depth = ConvDepth{D: 7, OD: 3, KD: 2, Stride: 2, Dil: 2, Pad: 1} }),
		with(plain(2, 4, 5, 6, 6, 3, 3), func(s *ConvSpec) { s.Groups, s.Depth = 6, ConvDepth{D: 5, OD: 3, KD: 3, Stride: 2, Dil: 1, Pad: 1} }),
		with(plain(1, 4, 5, 6, 4, 2, 2), func(s *ConvSpec) {
			s.Groups, s.PadH, s.PadW, s.StrideH, s.StrideW, s.OH, s.OW = 2, 1, 0, 2, 1, 2, 4
			s.Depth = ConvDepth{D: 2, OD: 4, KD: 2, Stride: 1, Dil: 1, Pad: 2}
		}),
		with(plain(1, 8, 8, 20, 33, 1, 1), func(s *ConvSpec) { s.Depth = ConvDepth{D: 9, OD: 9, KD: 1, Stride: 1, Dil: 1} }),
		plain(1, 20, 21, 96, 40, 3, 3),   // units, blocks of k
		plain(1, 12, 12, 270, 300, 1, 1), // columns are cut
		plain(1, 16, 15, 140, 20, 3, 3),  // a pass a row of taps, in units
		with(plain(1, 2, 3, 140, 5, 3, 3), func(s *ConvSpec) { s.PadH, s.PadW, s.OH, s.OW = 3, 3, 6, 7 }), // outputs without taps
		with(plain(2, 7, 6, 9, 140, 3, 3), func(s *ConvSpec) { s.StrideH, s.DilW, s.PadW, s.OH = 2, 2, 2, 4 }),
	}
}

// TestConvUnits: a large image is cut into as many units as several workers want; a small one is not cut for that.
func TestConvUnits(t *testing.T) {
	for _, c := range []struct{ n, size, in, out, units int }{
		{1, 56, 64, 64, 8}, {1, 28, 128, 128, 8}, {1, 20, 96, 96, 6}, {1, 14, 256, 256, 8}, {1, 7, 512, 512, 8}, {4, 28, 128, 128, 16}, {1, 10, 96, 128, 2}, {1, 8, 32, 32, 1},
	} {
		v, err := NewConv(CPU{}, ConvSpec{N: c.n, H: c.size, W: c.size, C: c.in, OH: c.size, OW: c.size, CO: c.out, KH: 3, KW: 3,
			StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, PadH: 1, PadW: 1, Groups: 1, Weights: OIHW(c.in, 3, 3), Packed: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Units(0); got != c.units {
			t.Errorf("%+v: %d units", c, got)
		}
	}
}

// TestConvTiles: several lines take the widest tile, one line the tile that holds it.
func TestConvTiles(t *testing.T) {
	for _, c := range cpus(t) {
		if c.ISA != AVX512 {
			continue
		}
		for h, want := range map[int]string{1: "gemm/avx512/14x32", 2: "gemm/avx512/6x64", 14: "gemm/avx512/6x64"} {
			v, err := NewConv(c, ConvSpec{N: 1, H: h, W: 14, C: 16, OH: h, OW: 12, CO: 64, KH: 1, KW: 3,
				StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, Groups: 1, Weights: OIHW(16, 1, 3), Packed: true})
			if err != nil {
				t.Fatal(err)
			}
			if v.Row() != want {
				t.Errorf("%d lines: %s", h, v.Row())
			}
		}
	}
}

// TestWholeLines: units of a weight gradient take whole lines of x, cover all rows and are about equal.
func TestWholeLines(t *testing.T) {
	for m := 1; m <= 2000; m++ {
		h := wholeLines(m)
		units := (m + h - 1) / h
		if h%16 != 0 || h < 16 || h > maxUnitRows || m > 96 && (h < 48 || units*h-m >= 48) || m > 48 && units < 2 {
			t.Errorf("%d rows: units of %d", m, h)
		}
	}
	for m, want := range map[int]int{64: 32, 192: 48, 256: 64, 320: 64, 768: 48} {
		if got := wholeLines(m); got != want {
			t.Errorf("%d rows: units of %d, not %d", m, got, want)
		}
	}
}

// convMemory are the operands of a case, between guard pages: x, w, y in the order of the spec.
type convMemory struct {
	spec    ConvSpec
	x, w, y []float32
	bias    []float32
}

func newConvMemory(t asmtest.TB, s ConvSpec) *convMemory {
	m := &convMemory{spec: s}
	m.x = asmtest.GuardedFloats(t, s.N*s.depth().D*s.H*s.W*s.C, true)
	m.y = asmtest.GuardedFloats(t, s.N*s.depth().OD*s.OH*s.OW*s.CO, true)
	m.w = asmtest.GuardedFloats(t, s.kernelRows()*s.KW*(s.C/s.Groups)*s.CO, true)
	m.bias = asmtest.GuardedFloats(t, s.CO, true)
	for i, x := range [][]float32{m.x, m.w, m.y, m.bias} {
		asmtest.Fill(x, uint64(i))
	}
	return m
}

// each calls f for each product of the convolution: indices of an element of x, w and y.
func (m *convMemory) each(f func(x, w, y int)) {
	s := &m.spec
	ci, co := s.C/s.Groups, s.CO/s.Groups
	d := s.depth()
	for plane := range s.N * d.OD {
		for oh := range s.OH {
			for ow := range s.OW {
				for kh := range s.kernelRows() {
					for kw := range s.KW {
						id := plane%d.OD*d.Stride + kh/s.KH*d.Dil - d.Pad
						ih, iw := oh*s.StrideH+kh%s.KH*s.DilH-s.PadH, ow*s.StrideW+kw*s.DilW-s.PadW
						if id < 0 || id >= d.D || ih < 0 || ih >= s.H || iw < 0 || iw >= s.W {
							continue
						}
						for c := range ci {
							for o := range s.CO {
								x := (((plane/d.OD*d.D+id)*s.H+ih)*s.W+iw)*s.C + o/co*ci + c
								w := (kh*s.Weights.KH + kw*s.Weights.KW + c*s.Weights.CI + o*s.Weights.CO) / 4
								f(x, w, ((plane*s.OH+oh)*s.OW+ow)*s.CO+o)
							}
						}
					}
				}
			}
		}
	}
}

// A convJob is any of the three drivers.
type convJob interface {
	Job
	Isa() ISA
}

// runConv runs units from the last to the first.
func runConv(t *testing.T, j convJob, o *GemmOperands) {
	t.Helper()
	work := asmtest.GuardedFloats(t, j.WorkBytes()/4, true)
	o.Work = floatPtr(work)
	s := NewScratch()
	for stage := range j.Stages() {
		for u := j.Units(stage) - 1; u >= 0; u-- {
			j.Run(stage, u, o, s)
		}
	}
}

// checkConv compares out with base + a sum of products, and holds the bits of the first row that is not generic to those of the
// others.
func checkConv(t *testing.T, name string, out []float32, want []float64, scale []float64, steps int) {
	t.Helper()
	for i, got := range out {
		if !(math.Abs(float64(got)-want[i]) <= float64(steps+4)*0x1p-23*scale[i]) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, got, want[i])
		}
	}
}

func TestConv(t *testing.T) {
	for i, spec := range convShapes() {
		for bits := range 8 {
			spec.Weights = HWIO(spec.KW, spec.C/spec.Groups, spec.CO)
			if bits&1 != 0 {
				spec.Weights = OIHW(spec.C/spec.Groups, spec.kernelRows(), spec.KW)
			}
			spec.Beta, spec.Bias = bits>>1&1, bits&4 != 0
			if testing.Short() && (i+bits)%3 != 0 || spec.C*spec.CO > 3000 && (bits < 6 || testing.Short()) {
				continue
			}
			t.Run(fmt.Sprintf("%d/%d", i, bits), func(t *testing.T) { checkConvCase(t, spec) })
		}
	}
}

// checkConvCase runs forward, packed forward and both gradients on every ISA: near the double, and equal bits where the
// contract says so.
func checkConvCase(t *testing.T, spec ConvSpec) {
	m := newConvMemory(t, spec)
	steps := spec.kernelRows() * spec.KW * spec.C / spec.Groups
	y, yScale := m.reference(len(m.y), m.y, spec.Beta, func(x, w, y int) (int, float64) { return y, float64(m.x[x]) * float64(m.w[w]) })
	if spec.Bias {
		for i := range y {
			y[i] += float64(m.bias[i%spec.CO])
			yScale[i] += 1
		}
	}
	grad := spec
	grad.Bias = false
	dx, dxScale := m.reference(len(m.x), m.x, spec.Beta, func(x, w, y int) (int, float64) { return x, float64(m.y[y]) * float64(m.w[w]) })
	dw, dwScale := m.reference(len(m.w), m.w, spec.Beta, func(x, w, y int) (int, float64) { return w, float64(m.x[x]) * float64(m.y[y]) })
	var first [3][]float32
	for _, c := range cpus(t) {
		out := [3][]float32{}
		for i, kind := range []string{"y", "dx", "dw"} {
			src := [...][]float32{m.y, m.x, m.w}[i]
			out[i] = asmtest.GuardedFloats(t, len(src), false)
			copy(out[i], src)
			o := &GemmOperands{A: floatPtr(m.x), B: floatPtr(m.w), C: floatPtr(out[i])}
			var job convJob
			var err error
			switch kind {
			case "y":
				o.Bias = floatPtr(m.bias)
				job, err = NewConv(c, spec)
			case "dx":
				o.A = floatPtr(m.y)
				job, err = NewConvGrad(c, grad)
			case "dw":
				o.B = floatPtr(m.y)
				job, err = NewConvWeightGrad(c, grad)
			}
			if err != nil {
				t.Fatal(err)
			}
			runConv(t, job, o)
			name := fmt.Sprintf("%v %s", c.ISA, kind)
			checkConv(t, name, out[i], [...][]float64{y, dx, dw}[i], [...][]float64{yScale, dxScale, dwScale}[i], steps+spec.N*spec.depth().OD*spec.OH*spec.OW+spec.CO*spec.kernelRows()*spec.KW)
			if c.ISA == Generic {
				continue
			}
			if first[i] == nil {
				first[i] = out[i]
			}
			for j, v := range out[i] {
				if !asmtest.Same(v, first[i][j]) {
					t.Fatalf("%s: element %d is %v, another ISA says %v", name, j, v, first[i][j])
				}
			}
		}
	}
	checkPackedConv(t, m, first[0])
}

// checkPackedConv holds that weights packed before give the same bits.
func checkPackedConv(t *testing.T, m *convMemory, want []float32) {
	t.Helper()
	if want == nil {
		return
	}
	c := Detect()
	packed := asmtest.GuardedFloats(t, PackedConvSize(m.spec)/4, true)
	if err := PackConv(c, floatPtr(packed), floatPtr(m.w), m.spec, NewScratch()); err != nil {
		t.Fatal(err)
	}
	spec := m.spec
	spec.Packed = true
	v, err := NewConv(c, spec)
	if err != nil {
		t.Fatal(err)
	}
	out := append([]float32(nil), m.y...)
	covered := make([]int, len(out))
	o := &GemmOperands{A: floatPtr(m.x), B: floatPtr(packed), C: floatPtr(out), Bias: floatPtr(m.bias)}
	o.Epilogue = func(_ *Scratch, s Strip) {
		for r := s.Row0; r < s.Row1; r++ {
			for col := s.Col0; col < s.Col1; col++ {
				covered[(s.Batch*spec.depth().OD*spec.OH*spec.OW+r)*spec.CO+col]++
			}
		}
	}
	runConv(t, v, o)
	for i := range out {
		if !asmtest.Same(out[i], want[i]) || covered[i] != 1 {
			t.Fatalf("packed: element %d is %v, want %v; epilogues cover it %d times", i, out[i], want[i], covered[i])
		}
	}
}

// reference sums products in double onto beta*base, and their absolute values.
func (m *convMemory) reference(n int, base []float32, beta int, product func(x, w, y int) (int, float64)) (sum, scale []float64) {
	sum, scale = make([]float64, n), make([]float64, n)
	if beta == 1 {
		for i, v := range base {
			sum[i], scale[i] = float64(v), math.Abs(float64(v))
		}
	}
	m.each(func(x, w, y int) {
		i, p := product(x, w, y)
		sum[i] += p
		scale[i] += math.Abs(p)
	})
	return sum, scale
}

func TestConvSpecErrors(t *testing.T) {
	good := convShapes()[1]
	for _, c := range []struct {
		change func(*ConvSpec)
		want   string
	}{
		{func(s *ConvSpec) { s.KH = 0 }, "conv: KH is 0"},
		{func(s *ConvSpec) { s.Groups = 2 }, "conv: 2 groups, of 3 and 4 channels"},
		{func(s *ConvSpec) { s.Beta = 3 }, "conv: beta is 3, not 0 or 1"},
	} {
		s := good
		c.change(&s)
		if _, err := NewConv(CPU{}, s); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func BenchmarkConv(b *testing.B) {
	for _, c := range cpus(b) {
		if c.ISA == Generic {
			continue
		}
		for _, d := range []struct {
			name                     string
			n, hw, ci, co, k, stride int
		}{{"3x3_64@56", 1, 56, 64, 64, 3, 1}, {"3x3_256@14", 1, 14, 256, 256, 3, 1}, {"1x1_256@56", 1, 56, 256, 64, 1, 1}, {"7x7s2_3@224", 1, 224, 3, 64, 7, 2}, {"3x3s2_64@56", 1, 56, 64, 128, 3, 2}} {
			out := d.hw / d.stride
			spec := ConvSpec{N: d.n, H: d.hw, W: d.hw, C: d.ci, OH: out, OW: out, CO: d.co, KH: d.k, KW: d.k, StrideH: d.stride, StrideW: d.stride, DilH: 1, DilW: 1, PadH: d.k / 2, PadW: d.k / 2, Groups: 1}
			spec.Weights = HWIO(d.k, d.ci, d.co)
			flops := float64(2 * d.n * out * out * d.co * d.k * d.k * d.ci)
			x, w, y := alignedFloats(d.n*d.hw*d.hw*d.ci), alignedFloats(2*d.k*d.k*d.ci*d.co+1024), alignedFloats(d.n*out*out*d.co)
			for i, v := range [][]float32{x, w, y} {
				asmtest.Fill(v, uint64(i))
			}
			px, pw, py := floatPtr(x), floatPtr(w), floatPtr(y)
			packed := spec
			packed.Packed = true
			fwd, err := NewConv(c, packed)
			benchConv(b, c, d.name+"/forward", fwd, err, &GemmOperands{A: px, B: pw, C: py}, flops)
			dx, err := NewConvGrad(c, spec)
			benchConv(b, c, d.name+"/dx", dx, err, &GemmOperands{A: py, B: pw, C: px}, flops)
			dw, err := NewConvWeightGrad(c, spec)
			benchConv(b, c, d.name+"/dw", dw, err, &GemmOperands{A: px, B: py, C: pw}, flops)
		}
	}
}

func benchConv(b *testing.B, c CPU, name string, j convJob, err error, o *GemmOperands, flops float64) {
	b.Run(fmt.Sprintf("%v/%s", c.ISA, name), func(b *testing.B) {
		if err != nil {
			b.Fatal(err)
		}
		o.Work = unsafe.Pointer(floatPtr(alignedFloats(j.WorkBytes() / 4)))
		s := NewScratch()
		benchShare(b, c, flops, func() { RunJob(j, o, s) })
	})
}
