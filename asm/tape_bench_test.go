package asm

import (
	"testing"
	"time"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// peakFlops is what c reaches with FMAs in registers, in flops a ns: the best of a few tries.
func peakFlops(c CPU) float64 {
	best := 0.0
	for range 5 {
		a := args.Peak{Loops: 20000}
		start := time.Now()
		PeakRows(c)[0].Fn(&a)
		ns := float64(time.Since(start).Nanoseconds())
		best = max(best, float64(a.Flops)*float64(a.Loops)/ns)
	}
	return best
}

// runTape benches a tape over rows x cols of f32, all operands apart, and reports elements a ns and how many flops at
// peak rate the time of one element would be.
func runTape(b *testing.B, c CPU, p *tile.Program, rows, cols int) {
	b.Helper()
	t := mustTape(b, c, p)
	var a TapeArgs
	a.Rows, a.Cols = rows, cols
	for i, o := range p.Operands {
		n := rows * cols
		a.Slots[i].Row = 4 * cols
		if o.Access == tile.Column {
			n, a.Slots[i].Row = rows, 4
		}
		x := make([]float32, n+32)
		for j := range x {
			x[j] = float32(j%97)/20 - 2
		}
		a.Slots[i].Ptr = align64(unsafe.Pointer(&x[0]))
	}
	peak := peakFlops(c)
	best := time.Duration(1 << 60)
	for b.Loop() {
		start := time.Now()
		n := max(1, (1<<18)/(rows*cols))
		for range n {
			t.Run(&a)
		}
		best = min(best, time.Since(start)/time.Duration(n))
	}
	ns := float64(best.Nanoseconds()) / float64(rows*cols)
	b.ReportMetric(1/ns, "elem/ns")
	b.ReportMetric(ns*peak, "peakflops/elem")
}

func BenchmarkTapeUnary(b *testing.B) {
	for _, c := range tapeCPUs(b) {
		if c.ISA == Generic {
			continue
		}
		for _, u := range unaryBounds {
			b.Run(c.ISA.String()+"/"+u.op.String(), func(b *testing.B) { runTape(b, c, unaryTile(u.op, tile.F32), 1, 4096) })
		}
	}
}

// BenchmarkTapeChain is ten cheap operations over three operands.
func BenchmarkTapeChain(b *testing.B) {
	p := mustTile(b, `tile(x: f32, y: f32, z: f32, out w: f32)
v0: f32 = load x
v1: f32 = load y
v2: f32 = mul v0 v1
v3: f32 = load z
v4: f32 = add v2 v3
v5: f32 = const 0.5
v6: f32 = mul v4 v5
v7: f32 = sub v6 v1
v8: f32 = abs v7
v9: f32 = const 0.25
v10: f32 = add v8 v9
v11: f32 = mul v10 v3
v12: f32 = const 2
v13: f32 = max v11 v12
v14: f32 = add v13 v0
v15: f32 = neg v14
store w v15
`)
	for _, c := range tapeCPUs(b) {
		if c.ISA == Generic {
			continue
		}
		for _, n := range []int{2048, 1 << 16, 1 << 20} {
			b.Run(c.ISA.String()+"/"+itoa(n), func(b *testing.B) { runTape(b, c, p, 1, n) })
		}
	}
}

// Programs of the peers' sizes, with the bytes that they have to move: reads and writes of each element.
var benchPrograms = []struct {
	name       string
	rows, cols int
	text       string
}{
	{"softmax_6144x512", 6144, 512, `tile(x: f32, out y: f32)
v0: f32 = load x
v1: f32 = rowmax v0
phase
v3: f32 = load x
v4: f32 = sub v3 v1
v5: f32 = exp v4
v6: f32 = sum v5
store y v5
phase
v9: f32 = recip v6
v10: f32 = load y
v11: f32 = mul v10 v9
store y v11
`},
	{"layernorm_512x768", 512, 768, `tile(x: f32, g: f32, b: f32, out y: f32)
v0: f32 = load x
v1: f32 = sum v0
phase
v3: f32 = cols
v4: f32 = div v1 v3
v5: f32 = load x
v6: f32 = sub v5 v4
v7: f32 = mul v6 v6
v8: f32 = sum v7
phase
v10: f32 = div v8 v3
v11: f32 = const 1e-05
v12: f32 = add v10 v11
v13: f32 = rsqrt v12
v14: f32 = load x
v15: f32 = sub v14 v4
v16: f32 = mul v15 v13
v17: f32 = load g
v18: f32 = load b
v19: f32 = fma v16 v17 v18
store y v19
`},
	{"adam_1x1048576", 1, 1 << 20, `tile(p: f32, g: f32, m: f32, v: f32, out p2: f32, out m2: f32, out v2: f32)
v0: f32 = load g
v1: f32 = load m
v2: f32 = const 0.9
v3: f32 = const 0.1
v4: f32 = mul v0 v3
v5: f32 = fma v1 v2 v4
store m2 v5
v7: f32 = load v
v8: f32 = const 0.999
v9: f32 = const 0.001
v10: f32 = mul v0 v0
v11: f32 = mul v10 v9
v12: f32 = fma v7 v8 v11
store v2 v12
v14: f32 = sqrt v12
v15: f32 = const 1e-08
v16: f32 = add v14 v15
v17: f32 = div v5 v16
v18: f32 = const -0.001
v19: f32 = load p
v20: f32 = fma v17 v18 v19
store p2 v20
`},
	{"biasgelu_96x256", 96, 256, `tile(x: f32, b: f32, out y: f32)
v0: f32 = load x
v1: f32 = load b
v2: f32 = add v0 v1
v3: f32 = gelu_tanh v2
store y v3
`},
	{"reducesum_512x768", 512, 768, `tile(x: f32, out y: f32 column)
v0: f32 = load x
v1: f32 = sum v0
phase
store y v1
`},
	{"short_1000x10", 1000, 10, `tile(x: f32, b: f32, out y: f32)
v0: f32 = load x
v1: f32 = load b
v2: f32 = add v0 v1
v3: f32 = relu v2
store y v3
`},
}

func BenchmarkTapeProgram(b *testing.B) {
	for _, c := range tapeCPUs(b) {
		if c.ISA == Generic {
			continue
		}
		for _, p := range benchPrograms {
			b.Run(c.ISA.String()+"/"+p.name, func(b *testing.B) { runTape(b, c, mustTile(b, p.text), p.rows, p.cols) })
			if p.rows*p.cols > 1<<16 { // and within L2
				rows, cols := max(1, (1<<15)/p.cols), min(p.cols, 1<<12)
				b.Run(c.ISA.String()+"/"+p.name+"/small", func(b *testing.B) { runTape(b, c, mustTile(b, p.text), rows, cols) })
			}
		}
	}
}

func itoa(n int) string {
	if n >= 1<<10 {
		return itoa(n>>10) + "k"
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// BenchmarkNewTape is what binding costs.
func BenchmarkNewTape(b *testing.B) {
	p := mustTile(b, chainText)
	c := Detect()
	for b.Loop() {
		if _, err := NewTape(c, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTapeGeneric is the interpreter, for what has no handlers.
func BenchmarkTapeGeneric(b *testing.B) {
	c, err := Detect().Force("generic")
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range benchPrograms[:4] {
		b.Run(p.name, func(b *testing.B) { runTape(b, c, mustTile(b, p.text), min(p.rows, 64), min(p.cols, 1<<12)) })
	}
}

// BenchmarkTapeCall is what a call of few elements costs: a step of a small model at batch 1.
func BenchmarkTapeCall(b *testing.B) {
	for _, n := range []int{1, 16, 64, 256} {
		b.Run(itoa(n), func(b *testing.B) {
			t := mustTape(b, Detect(), mustTile(b, benchPrograms[5].text))
			x := make([]float32, 1024)
			a := new(TapeArgs)
			a.Rows, a.Cols = 1, n
			for i := range t.Program().Operands {
				a.Slots[i].Ptr = unsafe.Pointer(&x[256*i])
			}
			for b.Loop() {
				t.Run(a)
			}
		})
	}
}
