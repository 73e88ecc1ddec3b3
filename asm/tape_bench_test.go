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

func itoa(n int) string {
	if n >= 1<<10 {
		return itoa(n>>10) + "k"
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}
