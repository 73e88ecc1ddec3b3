package asm

import (
	"fmt"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// peakOf times a loop of FMAs of c's width: operations a nanosecond.
func peakOf(c CPU, p *args.Peak) float64 {
	fn := PeakRows(c)[0].Fn
	p.Loops = 4000
	start := time.Now()
	fn(p)
	return float64(p.Loops*p.Flops) / float64(time.Since(start))
}

// benchShare runs f in rounds with the peak measured beside it. It reports the median time, the rate at it, and the median of
// the rounds' shares, which a neighbour on the machine moves least.
func benchShare(b *testing.B, c CPU, flops float64, f func()) {
	b.Helper()
	var p args.Peak
	f()
	reps := 1
	for start := time.Now(); time.Since(start) < 200*time.Microsecond; reps++ {
		f()
	}
	var times, shares []float64
	for b.Loop() {
		peak := peakOf(c, &p)
		start := time.Now()
		for range reps {
			f()
		}
		ns := float64(time.Since(start)) / float64(reps)
		peak = max(peak, peakOf(c, &p))
		times = append(times, ns)
		shares = append(shares, flops/ns/peak)
	}
	slices.Sort(times)
	slices.Sort(shares)
	med := times[len(times)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(med/1e3, "us")
	b.ReportMetric(flops/med, "GFLOP/s")
	b.ReportMetric(100*shares[len(shares)/2], "%peak")
}

// alignedFloats returns n floats whose first is 64-aligned.
func alignedFloats(n int) []float32 {
	x := make([]float32, n+16)
	for uintptr(unsafe.Pointer(&x[0]))%64 != 0 {
		x = x[1:]
	}
	return x[:n]
}

// benchGemm is one call of a product on one goroutine.
func benchGemm(b *testing.B, c CPU, spec GemmSpec) {
	b.Helper()
	g, err := NewGemm(c, spec)
	if err != nil {
		b.Fatal(err)
	}
	s := NewScratch()
	mat := func(n int) unsafe.Pointer {
		x := alignedFloats(n)
		asmtest.Fill(x, 1)
		return floatPtr(x)
	}
	o := &GemmOperands{A: mat(spec.Batch * spec.M * spec.K), B: mat(spec.Batch * PackedSize(spec.K, spec.N) / 4), C: mat(spec.Batch * spec.M * spec.N)}
	o.Work = floatPtr(alignedFloats(g.WorkBytes() / 4))
	benchShare(b, c, float64(2*spec.Batch*spec.M*spec.N*spec.K), func() { RunJob(g, o, s) })
}

func rowMajorSpec(m, n, k int) GemmSpec {
	return GemmSpec{Batch: 1, M: m, N: n, K: k, A: RowMajor(m, k, 4), B: RowMajor(k, n, 4), C: RowMajor(m, n, 4)}
}

func BenchmarkGemm(b *testing.B) {
	for _, c := range cpus(b) {
		for _, d := range [][3]int{
			{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {384, 3072, 768},
			{8, 1024, 1024}, {32, 1024, 1024}, {64, 500, 784}, {64, 256, 512}, {64, 10, 512},
		} {
			if c.ISA == Generic && d[0]*d[1]*d[2] > 1<<22 {
				continue
			}
			b.Run(fmt.Sprintf("%v/packed/%dx%dx%d", c.ISA, d[0], d[1], d[2]), func(b *testing.B) {
				spec := rowMajorSpec(d[0], d[1], d[2])
				spec.Packed = true
				benchGemm(b, c, spec)
			})
		}
	}
}

func BenchmarkGemmPlain(b *testing.B) {
	for _, c := range cpus(b) {
		if c.ISA == Generic {
			continue
		}
		for _, n := range []int{64, 128, 256, 512, 1024} {
			b.Run(fmt.Sprintf("%v/AB/%d", c.ISA, n), func(b *testing.B) { benchGemm(b, c, rowMajorSpec(n, n, n)) })
			b.Run(fmt.Sprintf("%v/A'B/%d", c.ISA, n), func(b *testing.B) {
				spec := rowMajorSpec(n, n, n)
				spec.A = spec.A.T()
				benchGemm(b, c, spec)
			})
			b.Run(fmt.Sprintf("%v/AB'/%d", c.ISA, n), func(b *testing.B) {
				spec := rowMajorSpec(n, n, n)
				spec.B = spec.B.T()
				benchGemm(b, c, spec)
			})
		}
	}
}

// BenchmarkGemv compares y = x@W with reading W by loads alone.
func BenchmarkGemv(b *testing.B) {
	for _, c := range cpus(b) {
		if c.ISA == Generic {
			continue
		}
		for _, d := range [][2]int{{1024, 1024}, {4096, 4096}} {
			b.Run(fmt.Sprintf("%v/%dx%d", c.ISA, d[0], d[1]), func(b *testing.B) { benchGemv(b, c, d[0], d[1]) })
		}
	}
}

func benchGemv(b *testing.B, c CPU, k, n int) {
	spec := rowMajorSpec(1, n, k)
	spec.Packed = true
	g, err := NewGemm(c, spec)
	if err != nil {
		b.Fatal(err)
	}
	x, w, y := alignedFloats(k), alignedFloats(PackedSize(k, n)/4), alignedFloats(n)
	asmtest.Fill(w, 1)
	o := &GemmOperands{A: floatPtr(x), B: floatPtr(w), C: floatPtr(y)}
	s := NewScratch()
	read := args.Read{Ptr: floatPtr(w), Bytes: len(w) * 4 / 1024 * 1024, Loops: 1}
	ceiling := ReadRows(c)[0].Fn
	var times, shares []float64
	for b.Loop() {
		start := time.Now()
		ceiling(&read)
		r := time.Since(start)
		start = time.Now()
		RunJob(g, o, s)
		ns := float64(time.Since(start))
		times = append(times, ns)
		shares = append(shares, float64(r)/ns)
	}
	slices.Sort(times)
	slices.Sort(shares)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(times[len(times)/2]/1e3, "us")
	b.ReportMetric(float64(4*k*n)/times[len(times)/2], "GB/s")
	b.ReportMetric(100*shares[len(shares)/2], "%read")
}

// BenchmarkGemmThreads runs the units of a product on one and on two goroutines, which take them from a counter.
