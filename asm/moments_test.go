package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestMomentsKernels compares the kernels of columns with plain Go, and with each other to the bit.
func TestMomentsKernels(t *testing.T) {
	for _, rows := range [][]Row[MomentsFunc]{momentsAboutRows[:], momentsDotsRows[:], momentsGatedRows[:]} {
		for _, n := range []int{0, 1, 2, 5, 40} {
			for _, cols := range []int{0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 40, 63, 64, 70, 128, 129, 260} {
				for _, high := range []bool{false, true} {
					checkMoments(t, rows, n, cols, high)
				}
			}
		}
	}
}

func checkMoments(t *testing.T, rows []Row[MomentsFunc], n, cols int, high bool) {
	t.Helper()
	const gap = 2
	x, g := asmtest.GuardedFloats(t, max(0, n*(cols+gap)-gap), high), asmtest.GuardedFloats(t, n*cols, high)
	at := asmtest.GuardedFloats(t, cols, high)
	asmtest.Fill(x, 1)
	asmtest.Fill(g, 2)
	asmtest.Fill(at, 3)
	scale, shift := asmtest.GuardedFloats(t, cols, high), asmtest.GuardedFloats(t, cols, high)
	asmtest.Fill(scale, 4)
	asmtest.Fill(shift, 5)
	run := func(row Row[MomentsFunc]) []float32 {
		sum, dot := asmtest.GuardedFloats(t, cols, high), asmtest.GuardedFloats(t, cols, high)
		row.Fn(&args.Moments{X: floatPtr(x), G: floatPtr(g), At: floatPtr(at), Scale: floatPtr(scale), Shift: floatPtr(shift), Sum: floatPtr(sum), Dot: floatPtr(dot), Rows: n, Cols: cols, XStep: 4 * (cols + gap), GStep: 4 * cols})
		return append(append([]float32(nil), sum...), dot...)
	}
	want := run(rows[0])
	var first []float32
	for _, row := range runningRows(t, rows) {
		got := run(row)
		for i := range want {
			if d := math.Abs(float64(got[i] - want[i])); !(d <= float64(n)*0x1p-22) {
				t.Fatalf("%s: %d rows, column %d of %d is %v, want %v", row.Name, n, i, cols, got[i], want[i])
			}
			if first != nil && row.ISA != Generic && !asmtest.Same(got[i], first[i]) {
				t.Fatalf("%s: %d rows, column %d of %d is %v, another row says %v", row.Name, n, i, cols, got[i], first[i])
			}
		}
		if first == nil {
			first = got
		}
	}
}

// TestMoments compares drivers with sums in double, over both layouts; a mean far from 0 must not show.
func TestMoments(t *testing.T) {
	shapes := [][3]int{{1, 1, 1}, {5, 3, 1}, {3000, 20, 1}, {70, 2100, 1}, {2, 3, 7}, {4, 5, 300}, {3, 70, 2000}, {1, 1, 5000}, {0, 3, 1}, {2, 3, 0}, {2, 0, 3}}
	for _, c := range cpus(t) {
		for _, d := range shapes {
			for _, kind := range momentsKinds {
				t.Run(fmt.Sprint(c.ISA, d, kind), func(t *testing.T) { checkMomentsJob(t, c, MomentsSpec{1, d[0], d[1], d[2], kind[0], kind[1]}) })
			}
		}
	}
}

// momentsKinds are Dots and Gate.
var momentsKinds = [...][2]bool{{false, false}, {true, false}, {true, true}}

func checkMomentsJob(t *testing.T, c CPU, s MomentsSpec) {
	m, err := NewMoments(c, s)
	if err != nil {
		t.Fatal(err)
	}
	n := s.Outer * s.C * s.Inner
	x, g, at := make([]float32, n+1), make([]float32, n+1), make([]float32, 3*s.C+1)
	asmtest.Fill(x, 1)
	asmtest.Fill(g, 2)
	for i := range x {
		x[i] += 100
	}
	for i := range at {
		if at[i] = 100 + float32(i%3)/4; i >= s.C { // scale and shift: most of it passes
			at[i] = float32(i%3-1) / 2
		}
	}
	y, work := make([]float32, 2*s.C+1), make([]float32, m.WorkBytes()/4+1)
	o := GemmOperands{A: floatPtr(x), B: floatPtr(g), Bias: floatPtr(at), C: floatPtr(y), Work: unsafe.Pointer(&work[0])}
	if err := RunJob(m, &o, NewScratch()); err != nil {
		t.Fatal(err)
	}
	count := float64(s.Outer * s.Inner)
	for ch := range s.C {
		var a, b, size float64
		each := func(f func(x, g float64)) {
			for i := range s.Outer {
				for k := range s.Inner {
					p := (i*s.C+ch)*s.Inner + k
					f(float64(x[p]), float64(g[p]))
				}
			}
		}
		if s.Dots {
			each(func(x, g float64) {
				if s.Gate && float64(at[s.C+ch])*(x-float64(at[ch]))+float64(at[2*s.C+ch]) <= 0 {
					return
				}
				a, b, size = a+g, b+g*(x-float64(at[ch])), size+math.Abs(g)
			})
		} else {
			size = 1
			each(func(x, _ float64) { a += x / count })
			each(func(x, _ float64) { b += (x - a) * (x - a) / count })
			if count == 0 {
				a, b = math.NaN(), math.NaN()
			}
		}
		for i, want := range []float64{a, b} {
			got, limit := float64(y[i*s.C+ch]), 1e-5*(1+size)
			if i == 0 && !s.Dots {
				limit = 1e-6 * 100
			}
			if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > limit {
				t.Fatalf("%s %+v: number %d of channel %d is %v, want %v", m.Row(), s, i, ch, got, want)
			}
		}
	}
}

// TestMomentsBatch: items of a batch are what they are alone, to the bit.
func TestMomentsBatch(t *testing.T) {
	for _, c := range cpus(t) {
		for _, d := range [][3]int{{1, 5, 1}, {70, 6, 1}, {600, 130, 1}, {1, 3, 7}, {2, 5, 300}, {1, 2, 40000}, {0, 3, 2}, {3, 0, 2}} {
			for _, kind := range momentsKinds {
				t.Run(fmt.Sprint(c.ISA, d, kind), func(t *testing.T) { checkMomentsBatch(t, c, MomentsSpec{3, d[0], d[1], d[2], kind[0], kind[1]}) })
			}
		}
	}
}

func checkMomentsBatch(t *testing.T, c CPU, s MomentsSpec) {
	n := s.Outer * s.C * s.Inner
	x, g, at := make([]float32, s.Batch*n+1), make([]float32, s.Batch*n+1), make([]float32, 3*s.Batch*s.C+1)
	for i, v := range [][]float32{x, g, at} {
		asmtest.Fill(v, uint64(i))
	}
	run := func(s MomentsSpec, from int) []float32 {
		m, err := NewMoments(c, s)
		if err != nil {
			t.Fatal(err)
		}
		y, work := make([]float32, 2*s.Batch*s.C+1), make([]float32, m.WorkBytes()/4+1)
		var rows []float32 // at, scale and shift of the items
		for r := range 3 {
			rows = append(rows, at[(3*r+from)*s.C:][:s.Batch*s.C]...)
		}
		rows = append(rows, 0)
		o := GemmOperands{A: floatPtr(x[from*n:]), B: floatPtr(g[from*n:]), Bias: floatPtr(rows), C: floatPtr(y), Work: unsafe.Pointer(&work[0])}
		if err := RunJob(m, &o, NewScratch()); err != nil {
			t.Fatal(err)
		}
		return y[:2*s.Batch*s.C]
	}
	all := run(s, 0)
	for i := range s.Batch {
		alone := s
		alone.Batch = 1
		for k, want := range run(alone, i) {
			if got := all[2*s.C*i+k]; !asmtest.Same(got, want) {
				t.Fatalf("item %d, number %d is %v, alone %v", i, k, got, want)
			}
		}
	}
}

// TestMomentsExact: means are as exact as f32 can say, and variances lose no more than a few bits, wherever elements lie and whichever of
// them distances were measured from.
func TestMomentsExact(t *testing.T) {
	for _, c := range cpus(t) {
		for _, d := range [][3]int{{3000, 20, 1}, {3000, 130, 1}, {3, 5, 40000}} {
			for name, far := range map[string]float32{"near": 0, "outlier": 1e5, "infinite": float32(math.Inf(1)), "NaN": float32(math.NaN())} {
				t.Run(fmt.Sprint(c.ISA, d, name), func(t *testing.T) { checkMomentsExact(t, c, MomentsSpec{1, d[0], d[1], d[2], false, false}, far) })
			}
		}
	}
}

// checkMomentsExact has elements about 1000, but for those that the driver may measure from: all are so far from there.
func checkMomentsExact(t *testing.T, c CPU, s MomentsSpec, far float32) {
	m, err := NewMoments(c, s)
	if err != nil {
		t.Fatal(err)
	}
	x, y, work := make([]float32, s.Outer*s.C*s.Inner), make([]float32, 2*s.C), make([]float32, m.WorkBytes()/4)
	asmtest.Fill(x, 1)
	for i := range x {
		x[i] += 1000
	}
	for b := range m.blocks {
		at, step := m.place(&momentsUnit{block: b})
		n, lanes := m.size(b)
		for i := range lanes {
			if m.tape != nil {
				x[at+i*step+n/2] += far
			} else {
				x[at+n/2*step+i] += far
			}
		}
	}
	o := GemmOperands{A: floatPtr(x), C: floatPtr(y), Work: unsafe.Pointer(&work[0])}
	if err := RunJob(m, &o, NewScratch()); err != nil {
		t.Fatal(err)
	}
	count := float64(s.Outer * s.Inner)
	for ch := range s.C {
		mean, variance := 0.0, 0.0
		each := func(f func(x float64)) {
			for i := range s.Outer {
				for k := range s.Inner {
					f(float64(x[(i*s.C+ch)*s.Inner+k]))
				}
			}
		}
		each(func(x float64) { mean += x / count })
		each(func(x float64) { variance += (x - mean) * (x - mean) / count })
		gotMean, gotVariance := float64(y[ch]), float64(y[s.C+ch])
		if d := far - far; d != 0 {
			if sum := float64(far); math.IsNaN(sum) != math.IsNaN(gotMean) || !math.IsNaN(sum) && gotMean != sum || !math.IsNaN(gotVariance) {
				t.Fatalf("channel %d: mean %v and variance %v where elements are %v", ch, gotMean, gotVariance, far)
			}
			continue
		}
		if math.Abs(gotMean-mean) > 0x1p-24*mean+0x1p-28*math.Sqrt(variance) || math.Abs(gotVariance-variance) > 0x1p-18*variance {
			t.Fatalf("channel %d: mean %v and variance %v, want %v and %v", ch, gotMean, gotVariance, mean, variance)
		}
	}
}
