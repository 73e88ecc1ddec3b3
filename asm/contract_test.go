package asm

import (
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestContract holds the clauses of the package's doc comment that are the same for all families of products; those of tapes
// (C4, C7, C9, C13) are held by the tests of tapes, C12 by those of the generator.
func TestContract(t *testing.T) {
	for _, row := range runningRows(t, gemmRows[:]) {
		t.Run("C1/"+row.Name, func(t *testing.T) { contractSizes(t, row) })
		t.Run("C2/"+row.Name, func(t *testing.T) { contractMemory(t, row) })
		t.Run("C3/"+row.Name, func(t *testing.T) { contractAlignment(t, row) })
		t.Run("C5/"+row.Name, func(t *testing.T) { contractBeta(t, row) })
		t.Run("C8/"+row.Name, func(t *testing.T) { checkGemmValues(t, row) })
	}
	t.Run("C6", contractChain)
	t.Run("C11", contractPacked)
}

// contractSizes takes empty tiles.
func contractSizes(t *testing.T, row Row[GemmFunc]) {
	for _, g := range []gemmCase{
		{m: 0, n: 5, k: 3, tiles: 1, segs: 1},
		{m: 2, n: 0, k: 3, tiles: 1, segs: 1},
		{m: 2, n: 5, k: 3, tiles: 0, segs: 1},
		{m: 2, n: 5, k: 0, tiles: 2, segs: 1},
		{m: 2, n: 5, k: 0, tiles: 2, segs: 0, init: true, bias: true},
		{m: 2, n: 16, k: 0, tiles: 1, segs: 3, bias: true, packed: true},
	} {
		g.m = min(g.m, row.MR)
		g.check(t, row)
	}
}

// contractMemory puts operands at both guard pages, with canaries between the rows of C.
func contractMemory(t *testing.T, row Row[GemmFunc]) {
	for _, high := range []bool{false, true} {
		for n := 1; n <= row.NR; n++ {
			gemmCase{m: row.MR, n: n, k: 5, tiles: 2, segs: 1, bias: true, init: n%2 == 0, high: high}.check(t, row)
		}
	}
}

// contractAlignment shifts every operand by one float.
func contractAlignment(t *testing.T, row Row[GemmFunc]) {
	const most, n, k = 3, 9, 7
	m := min(most, row.MR)
	memory := alignedFloats(200)
	asmtest.Fill(memory, 1)
	a, b, c := memory[1:1+m*k], memory[33:33+k*n], memory[127:127+m*n:127+most*n]
	seg := args.Seg{K: k}
	row.Fn(&args.Gemm{A: floatPtr(a), B: floatPtr(b), C: floatPtr(c), Segs: unsafe.Pointer(&seg), NSeg: 1, Rsa: 4 * k, Csa: 4, Ldb: 4 * n, Ps: 64, Ldc: 4 * n, M: m, N: n, NB: n, Tiles: 1})
	for i := range m {
		for j := range n {
			want := 0.0
			for x := range k {
				want += float64(a[i*k+x]) * float64(b[x*n+j])
			}
			if math.Abs(float64(c[i*n+j])-want) > 1e-6 {
				t.Errorf("C[%d,%d] = %v, want %v", i, j, c[i*n+j], want)
			}
		}
	}
}

// contractBeta begins at zero over a C of NaN.
func contractBeta(t *testing.T, row Row[GemmFunc]) {
	for _, n := range []int{row.NR, row.NR - 1} {
		call := newGemmCall(t, gemmCase{m: min(2, row.MR), n: n, k: 3, tiles: 1, segs: 1})
		row.Fn(&call.args)
		for i, v := range call.c {
			if i%call.ldc < n && v != v {
				t.Errorf("%d columns: C[%d] is NaN, as before", n, i)
			}
		}
	}
}

// contractChain compares drivers of every SIMD row, every height and one row alone: a bit that differs is a chain that does.
func contractChain(t *testing.T) {
	const n, k = 70, 4500
	one := jobCase{batch: 1, m: 29, n: n, k: k, packed: true}
	var first []float32
	for _, c := range cpus(t) {
		if c.ISA == Generic {
			continue
		}
		m := one.memory(t, c)
		m.run(t, c, nil)
		if first == nil {
			first = m.c
		}
		for i := range first {
			if !asmtest.Same(m.c[i], first[i]) {
				t.Fatalf("%v: element %d is %v, another ISA says %v", c.ISA, i, m.c[i], first[i])
			}
		}
		last := *m
		last.spec.M, last.a, last.c = 1, m.a[28*k:], make([]float32, len(m.c))
		last.run(t, c, nil)
		for j := range n {
			if want := first[28*(n+jobGap)+j]; !asmtest.Same(last.c[j], want) {
				t.Fatalf("%v: column %d of one row alone is %v, among 29 %v", c.ISA, j, last.c[j], want)
			}
		}
	}
}

// contractPacked holds P16 to its picture, on every CPU.
func contractPacked(t *testing.T) {
	const k, n = 5, 18
	src := make([]float32, k*n)
	for i := range src {
		src[i] = float32(i + 1)
	}
	for _, c := range cpus(t) {
		dst := alignedFloats(PackedSize(k, n) / 4)
		PackB(c, floatPtr(dst), floatPtr(src), k, n, RowMajor(k, n, 4), NewScratch())
		for p := range 2 {
			for line := range k {
				for col := range PanelColumns {
					want := float32(0)
					if j := 16*p + col; j < n {
						want = src[line*n+j]
					}
					if got := dst[p*PanelStride(k)/4+16*line+col]; got != want {
						t.Errorf("%v: panel %d, k %d, column %d is %v, want %v", c.ISA, p, line, col, got, want)
					}
				}
			}
		}
	}
	if PanelStride(64) != 4096+64 || PanelStride(65) != 65*64 || PackedSize(65, 17) != 2*65*64 {
		t.Error("panel strides")
	}
}
