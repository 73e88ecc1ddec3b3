package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// A gemmCase is one call of a tile kernel.
type gemmCase struct {
	m, n, k, tiles int
	packed, transA bool
	init, bias     bool
	high           bool // operands end at the guard page, else they begin there
	segs           int  // k is cut into so many segments with gaps between them
	asks           bool // tiles ask for what is below
}

func (g gemmCase) String() string {
	return fmt.Sprintf("m%d.n%d.k%d.t%d.packed=%v.trans=%v.init=%v.bias=%v.high=%v.segs%d.asks=%v",
		g.m, g.n, g.k, g.tiles, g.packed, g.transA, g.init, g.bias, g.high, g.segs, g.asks)
}

// gemmCall is a case with its operands in memory.
type gemmCall struct {
	args    args.Gemm
	segs    []args.Seg
	a, b, c []float32
	bias    []float32
	ldc     int // floats
}

const gemmGapC = 3 // canaries between rows of C

func newGemmCall(t asmtest.TB, g gemmCase) *gemmCall {
	rows := g.m * g.tiles
	call := &gemmCall{ldc: g.n + gemmGapC}
	call.a = asmtest.GuardedFloats(t, rows*g.k, g.high)
	asmtest.Fill(call.a, 1)
	p := &call.args
	p.Rsa, p.Csa = 4*g.k, 4
	if g.transA {
		p.Rsa, p.Csa = 4, 4*rows
	}
	call.bias = asmtest.GuardedFloats(t, g.n, g.high)
	asmtest.Fill(call.bias, 3)
	p.NB = g.n
	if g.packed {
		p.NB = (g.n + 15) / 16 * 16
		p.Ldb, p.Ps = 64, 64*g.k
		call.b = asmtest.GuardedFloats(t, p.NB*g.k, g.high)
	} else {
		p.Ldb, p.Ps = 4*g.n, 64
		call.b = asmtest.GuardedFloats(t, g.n*g.k, g.high)
	}
	asmtest.Fill(call.b, 2)
	call.c = asmtest.GuardedFloats(t, max(0, rows*call.ldc-gemmGapC), g.high)
	call.fillC(g)
	p.A, p.B, p.C = floatPtr(call.a), floatPtr(call.b), floatPtr(call.c)
	p.Ldc = 4 * call.ldc
	p.M, p.N, p.Tiles = g.m, g.n, g.tiles
	if g.init {
		p.Init = 1
	}
	if g.bias {
		p.Bias = floatPtr(call.bias)
	}
	if g.asks {
		p.Asks, p.Strip, p.Pace, p.Paced = 1, 64*g.k, 43, 86
	}
	call.cut(g)
	return call
}

// fillC plants canaries everywhere and, if C is read, numbers in its elements.
func (c *gemmCall) fillC(g gemmCase) {
	asmtest.Plant(c.c)
	if !g.init {
		return
	}
	row := make([]float32, g.n)
	for i := range g.m * g.tiles {
		asmtest.Fill(row, uint64(100+i))
		copy(c.c[i*c.ldc:], row)
	}
}

// cut makes segments of k.
func (c *gemmCall) cut(g gemmCase) {
	for s := range g.segs {
		from, to := s*g.k/g.segs, (s+1)*g.k/g.segs
		c.segs = append(c.segs, args.Seg{A: from * c.args.Csa, B: from * c.args.Ldb, K: to - from})
	}
	c.args.Segs, c.args.NSeg = unsafe.Pointer(unsafe.SliceData(c.segs)), len(c.segs)
}

func floatPtr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// want is element (i, j) by the contract's chain.
func (c *gemmCall) want(g gemmCase, i, j int, before float32) float32 {
	var acc float32
	if g.init {
		acc = before
	}
	for k := range g.k {
		ai := i*c.args.Rsa/4 + k*c.args.Csa/4
		bi := (k*c.args.Ldb + j/16*c.args.Ps + j%16*4) / 4
		acc = asmtest.FMA(c.a[ai], c.b[bi], acc)
	}
	if g.bias {
		acc += c.bias[j]
	}
	return acc
}

// check runs a row on the case and compares every float of C.
func (g gemmCase) check(t *testing.T, row Row[GemmFunc]) {
	t.Helper()
	call := newGemmCall(t, g)
	before := append([]float32(nil), call.c...)
	row.Fn(&call.args)
	for i, got := range call.c {
		r, j := i/call.ldc, i%call.ldc
		if j >= g.n {
			if !asmtest.IsCanary(got) {
				t.Fatalf("%s %v: touched C beyond column %d of row %d", row.Name, g, j, r)
			}
			continue
		}
		want := call.want(g, r, j, before[i])
		if row.ISA == Generic {
			if diff := math.Abs(float64(got - want)); !(diff <= float64(g.k+2)*0x1p-22) {
				t.Fatalf("%s %v: C[%d,%d] = %v, want %v", row.Name, g, r, j, got, want)
			}
			continue
		}
		if !asmtest.Same(got, want) {
			t.Fatalf("%s %v: C[%d,%d] = %v, want %v", row.Name, g, r, j, got, want)
		}
	}
}

// runningRows are those that the machine may run; at least one of a required ISA must be there.
func runningRows[F any](t testing.TB, rows []Row[F]) []Row[F] {
	t.Helper()
	c := Detect()
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	return running(c, rows)
}

func TestGemmRows(t *testing.T) {
	for _, row := range runningRows(t, gemmRows[:]) {
		t.Run(row.Name, func(t *testing.T) {
			for m := 1; m <= row.MR; m++ {
				for _, n := range []int{1, 7, 8, 15, 16, 17, 31, 33, 47, 48, 50, 63, 64} {
					if n > row.NR {
						continue
					}
					for bits := range 32 {
						if testing.Short() && (bits+m+n)%5 != 0 {
							continue
						}
						gemmCase{
							m: m, n: n, k: 1 + (bits*7+m)%13, tiles: 1 + bits%3, segs: 1 + (bits+m)%2,
							packed: bits&1 != 0, transA: bits&2 != 0, init: bits&4 != 0, bias: bits&8 != 0, high: bits&16 != 0,
						}.check(t, row)
					}
				}
				for _, k := range []int{19, 20, 23, 24, 37} { // around what loops over packed weights unroll and ask for ahead
					for _, n := range []int{row.NR, row.NR - 1, row.NR - 8} {
						gemmCase{m: m, n: n, k: k, tiles: 2, segs: 1 + k%2, packed: true, transA: k == 23, init: k == 37, high: true}.check(t, row)
					}
				}
				for _, k := range []int{3, 4, 4*m - 1, 4*m + 4, 8*m + 4, 8*m + 21} { // around where asking for A and for C ends
					for _, n := range []int{row.NR, row.NR - 1} {
						gemmCase{m: m, n: n, k: k, tiles: 2, segs: 1 + k%2, packed: true, asks: true, high: true}.check(t, row)
					}
				}
			}
		})
	}
}

// checkGemmValues puts NaN, infinities, zeros with signs and denormals through a tile.
func checkGemmValues(t *testing.T, row Row[GemmFunc]) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	hard := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, nan, 1e-40, -1e-42, math.MaxFloat32, 1}
	for _, x := range hard {
		for _, y := range hard {
			g := gemmCase{m: 1, n: 9, k: 2, tiles: 1, segs: 1}
			call := newGemmCall(t, g)
			call.a[0], call.b[0] = x, y
			call.a[1], call.b[9] = 1e-20, 1e-20
			row.Fn(&call.args)
			if want := call.want(g, 0, 0, 0); !asmtest.Same(call.c[0], want) {
				t.Errorf("%v*%v + tiny = %v, want %v", x, y, call.c[0], want)
			}
		}
	}
}

func TestGemmRowsByWidth(t *testing.T) {
	avx512 := CPU{ISA: AVX512, Features: AVX512Base}
	for _, c := range []struct{ columns, nr int }{{1, 16}, {16, 16}, {17, 32}, {33, 48}, {49, 64}, {64, 64}, {256, 64}} {
		if hasRow("gemm/avx512/6x64") {
			if got := GemmRows(avx512, c.columns)[0].NR; got != c.nr {
				t.Errorf("%d columns: tile of %d, want %d", c.columns, got, c.nr)
			}
		}
	}
	if got := GemmRows(CPU{}, 64)[0].ISA; got != Generic {
		t.Errorf("a machine without features runs %v", got)
	}
}

func hasRow(name string) bool {
	for _, r := range gemmRows {
		if r.Name == name {
			return true
		}
	}
	return false
}
