package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// A jobCase is a product through the driver.
type jobCase struct {
	batch, m, n, k int
	transA, transB bool
	packed, shared bool // B is P16; B is one for all items
	beta           int
	bias, epilogue bool
}

func (j jobCase) String() string {
	s := fmt.Sprintf("%dx%dx%dx%d", j.batch, j.m, j.n, j.k)
	for _, f := range []struct {
		on   bool
		name string
	}{
		{j.transA, "A'"}, {j.transB, "B'"}, {j.packed, "packed"}, {j.shared, "shared"}, {j.beta == 1, "beta"}, {j.bias, "bias"}, {j.epilogue, "epilogue"},
	} {
		if f.on {
			s += "," + f.name
		}
	}
	return s
}

// jobMemory is a case's operands between guard pages.
type jobMemory struct {
	spec           GemmSpec
	a, b, c, bias  []float32
	logicalB       Strides // of B before packing
	plainB, before []float32
}

const jobGap = 5 // canaries after each row of C

func (j jobCase) memory(t asmtest.TB, c CPU) *jobMemory {
	m := &jobMemory{spec: GemmSpec{Batch: j.batch, M: j.m, N: j.n, K: j.k, Packed: j.packed, Beta: j.beta, Bias: j.bias}}
	sp := &m.spec
	sp.A = RowMajor(j.m, j.k, 4)
	if j.transA {
		sp.A = RowMajor(j.k, j.m, 4).T()
	}
	sp.B = RowMajor(j.k, j.n, 4)
	if j.transB {
		sp.B = RowMajor(j.n, j.k, 4).T()
	}
	itemsB := j.batch
	if j.shared {
		sp.B.Batch, itemsB = 0, 1
	}
	m.logicalB = sp.B
	m.a = asmtest.GuardedFloats(t, j.batch*j.m*j.k, true)
	m.plainB = asmtest.GuardedFloats(t, itemsB*j.k*j.n, true)
	asmtest.Fill(m.a, 1)
	asmtest.Fill(m.plainB, 2)
	m.b = m.plainB
	if j.packed {
		size := PackedSize(j.k, j.n) / 4
		m.b = asmtest.GuardedFloats(t, itemsB*size, true)
		s := NewScratch()
		for i := range itemsB {
			PackB(c, floatPtr(m.b[i*size:]), floatPtr(m.plainB[i*j.k*j.n:]), j.k, j.n, sp.B, s)
		}
		if !j.shared {
			sp.B.Batch = 4 * size
		}
	}
	sp.C = Strides{Row: 4 * (j.n + jobGap), Col: 4, Batch: 4 * j.m * (j.n + jobGap)}
	m.c = asmtest.GuardedFloats(t, j.batch*j.m*(j.n+jobGap), true)
	asmtest.Plant(m.c)
	if j.beta == 1 {
		m.fillC(j)
	}
	m.before = append([]float32(nil), m.c...)
	m.bias = asmtest.GuardedFloats(t, j.n, true)
	asmtest.Fill(m.bias, 3)
	return m
}

func (m *jobMemory) fillC(j jobCase) {
	for r := range j.batch * j.m {
		asmtest.Fill(m.c[r*(j.n+jobGap):][:j.n], uint64(r+10))
	}
}

// run runs all units in a random order on two goroutines, stage by stage.
func (m *jobMemory) run(t testing.TB, c CPU, epilogue func(*Scratch, Strip)) *Gemm {
	t.Helper()
	g, err := NewGemm(c, m.spec)
	if err != nil {
		t.Fatal(err)
	}
	work := asmtest.GuardedFloats(t, g.WorkBytes()/4, true)
	o := &GemmOperands{A: floatPtr(m.a), B: floatPtr(m.b), C: floatPtr(m.c), Work: floatPtr(work), Epilogue: epilogue}
	if m.spec.Bias {
		o.Bias = floatPtr(m.bias)
	}
	for stage := range g.Stages() {
		order := rand.New(rand.NewPCG(1, uint64(stage))).Perm(g.Units(stage))
		var wg sync.WaitGroup
		for w := range 2 {
			wg.Go(func() {
				s := NewScratch()
				for i := w; i < len(order); i += 2 {
					g.Run(stage, order[i], o, s)
				}
			})
		}
		wg.Wait()
	}
	return g
}

// want is C6's chain for an element of C; ok is false for a machine of plain Go rows, where it is a double.
func (m *jobMemory) want(j jobCase, item, row, col int) (exact float32, approx, scale float64) {
	before := m.before[(item*j.m+row)*(j.n+jobGap)+col]
	var acc, total float32
	if j.beta == 1 {
		acc, approx = before, float64(before)
		scale = math.Abs(approx)
	}
	for k := range j.k {
		if k > 0 && k%KCut == 0 {
			total, acc = total+acc, 0
		}
		a := m.a[(item*m.spec.A.Batch+row*m.spec.A.Row+k*m.spec.A.Col)/4]
		b := m.plainB[(item*m.logicalB.Batch+k*m.logicalB.Row+col*m.logicalB.Col)/4]
		acc = asmtest.FMA(a, b, acc)
		approx += float64(a) * float64(b)
		scale += math.Abs(float64(a) * float64(b))
	}
	if j.k > KCut {
		acc = total + acc
	}
	if j.bias {
		acc += m.bias[col]
		approx += float64(m.bias[col])
		scale += math.Abs(float64(m.bias[col]))
	}
	return acc, approx, scale
}

func (j jobCase) check(t *testing.T, c CPU) {
	t.Helper()
	m := j.memory(t, c)
	var epilogue func(*Scratch, Strip)
	if j.epilogue {
		epilogue = m.negate
	}
	g := m.run(t, c, epilogue)
	for i, got := range m.c {
		r, col := i/(j.n+jobGap), i%(j.n+jobGap)
		if col >= j.n {
			if !asmtest.IsCanary(got) {
				t.Fatalf("%v: touched C behind row %d", j, r)
			}
			continue
		}
		exact, approx, scale := m.want(j, r/j.m, r%j.m, col)
		if j.epilogue {
			exact, approx = -exact, -approx
		}
		if g.Isa() != Generic && !asmtest.Same(got, exact) {
			t.Fatalf("%v on %v: C[%d,%d] = %v, want %v", j, g.Row(), r, col, got, exact)
		}
		if !(math.Abs(float64(got)-approx) <= float64(j.k+2)*0x1p-23*scale) {
			t.Fatalf("%v on %v: C[%d,%d] = %v, want about %v", j, g.Row(), r, col, got, approx)
		}
	}
}

// negate is an epilogue that shows a strip that comes twice or not at all.
func (m *jobMemory) negate(_ *Scratch, s Strip) {
	for i := s.Row0; i < s.Row1; i++ {
		row := unsafe.Slice((*float32)(unsafe.Add(floatPtr(m.c), s.Batch*m.spec.C.Batch+i*m.spec.C.Row+4*s.Col0)), s.Col1-s.Col0)
		for k := range row {
			row[k] = -row[k]
		}
	}
}

// cpus are all that the machine can be told to be.
func cpus(t testing.TB) []CPU {
	t.Helper()
	c := Detect()
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	var list []CPU
	for isa := range numISAs {
		if f, err := c.Force(isa.String()); err == nil && c.Features.Has(base(isa)) {
			list = append(list, f)
		}
	}
	return list
}

func TestGemm(t *testing.T) {
	shapes := [][4]int{{1, 1, 1, 1}, {1, 5, 70, 9}, {3, 7, 33, 5}, {1, 64, 100, 20}, {2, 13, 257, 8}, {1, 1, 300, 40}, {4, 2, 3, 0}, {1, 0, 4, 4}, {0, 2, 2, 2}}
	for _, c := range cpus(t) {
		t.Run(c.ISA.String(), func(t *testing.T) {
			for i, s := range shapes {
				for bits := range 64 {
					if (bits+i)%3 != 0 && testing.Short() {
						continue
					}
					jobCase{
						batch: s[0], m: s[1], n: s[2], k: s[3], transA: bits&1 != 0, transB: bits&2 != 0, packed: bits&4 != 0,
						beta: bits >> 3 & 1, bias: bits&16 != 0, shared: bits&32 != 0, epilogue: bits&8 == 0,
					}.check(t, c)
				}
			}
		})
	}
}

// TestGemmLarge takes shapes that are cut: several units, blocks of k, packing, long K.
func TestGemmLarge(t *testing.T) {
	cases := []jobCase{
		{batch: 1, m: 130, n: 140, k: 600, epilogue: true, bias: true},
		{batch: 1, m: 100, n: 300, k: 260, transA: true, transB: true, beta: 1},
		{batch: 1, m: 96, n: 270, k: 270, transA: true},
		{batch: 1, m: 9, n: 40, k: 9000, packed: true, beta: 1, bias: true, epilogue: true},
		{batch: 2, m: 110, n: 20, k: 4100, transA: true},
		{batch: 1, m: 1, n: 900, k: 700, packed: true, bias: true},
		{batch: 40, m: 16, n: 16, k: 100, transB: true},
		{batch: 1, m: 33, n: 64, k: 1024, packed: true},
		{batch: 1, m: 15, n: 32, k: 1024},
		{batch: 3, m: 110, n: 512, k: 20, transB: true, bias: true, epilogue: true},
		{batch: 1, m: 130, n: 1024, k: 30, beta: 1},
	}
	for _, c := range cpus(t) {
		t.Run(c.ISA.String(), func(t *testing.T) {
			for _, j := range cases {
				if testing.Short() {
					j.m, j.n = min(j.m, 40), min(j.n, 70)
				}
				j.check(t, c)
			}
		})
	}
}

// TestGemmWholeColumns: a product of short chains packs B in the units that read it, if those are enough.
func TestGemmWholeColumns(t *testing.T) {
	for _, x := range []struct {
		batch, m, n, k int
		stages, units  int
	}{{12, 512, 512, 64, 1, 96}, {1, 512, 1024, 128, 1, 16}, {1, 512, 512, 64, 2, 12}, {12, 512, 512, 300, 2, 480}, {12, 4096, 512, 64, 2, 1032}} {
		c := CPU{}
		g, err := NewGemm(c, GemmSpec{Batch: x.batch, M: x.m, N: x.n, K: x.k,
			A: RowMajor(x.m, x.k, 4), B: RowMajor(x.k, x.n, 4), C: RowMajor(x.m, x.n, 4)})
		if err != nil {
			t.Fatal(err)
		}
		if n := g.Units(g.Stages() - 1); g.Stages() != x.stages || n != x.units {
			t.Errorf("%v: %d stages, %d units", x, g.Stages(), n)
		}
	}
}

// TestGemmEvenUnits: few units are as many as workers share evenly; of 8 rows, of whole strips of 48 columns.
func TestGemmEvenUnits(t *testing.T) {
	for _, x := range [][4]int{{128, 128, 128, 2}, {256, 256, 256, 8}, {256, 256, 64, 8}, {320, 320, 320, 16}, {512, 512, 512, 44}, {8, 1024, 1024, 22}, {7, 100, 100, 1}} {
		c := cutGemm(GemmSpec{Batch: 1, M: x[0], N: x[1], K: x[2]})
		if n := c.units(); n != x[3] {
			t.Errorf("%v: %d units", x, n)
		}
	}
}

// TestGemmAllocs holds that units allocate nothing.
func TestGemmAllocs(t *testing.T) {
	c := Detect()
	j := jobCase{batch: 1, m: 96, n: 128, k: 600, transB: true, bias: true}
	m := j.memory(t, c)
	g, err := NewGemm(c, m.spec)
	if err != nil {
		t.Fatal(err)
	}
	work := make([]float32, g.WorkBytes()/4+16)
	o := &GemmOperands{A: floatPtr(m.a), B: floatPtr(m.b), C: floatPtr(m.c), Bias: floatPtr(m.bias), Work: floatPtr(work)}
	s := NewScratch()
	if n := testing.AllocsPerRun(3, func() { RunJob(g, o, s) }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

// TestGemmCuts holds that the blocks cover C once and that units are neither tiny nor few.
func TestGemmCuts(t *testing.T) {
	for _, d := range [][4]int{
		{1, 64, 64, 64}, {1, 128, 128, 128}, {1, 256, 256, 256}, {1, 512, 512, 512}, {1, 1024, 1024, 1024}, {1, 1, 1024, 4096}, {1, 8, 4096, 1024}, {1, 8, 1024, 1024}, {1, 7, 100, 9000},
		{12, 512, 512, 64}, {100, 7, 5, 3}, {5, 100, 700, 9000}, {1, 3136, 64, 576}, {1, 100000, 1, 4}, {1, 5, 3, 50000},
	} {
		spec := GemmSpec{Batch: d[0], M: d[1], N: d[2], K: d[3]}
		c := cutGemm(spec)
		checkCuts(t, spec, &c)
		c.taller()
		checkCuts(t, spec, &c)
		tiled := cutGemm(spec)
		tiled.stepRows(amxStep)
		checkCuts(t, spec, &tiled)
		for u := range tiled.units() {
			if b := tiled.block(u); b.Row0 == b.Row1 || b.Row0%amxStep != 0 {
				t.Errorf("%+v: unit %d has rows %d to %d", spec, u, b.Row0, b.Row1)
			}
		}
	}
}

func checkCuts(t *testing.T, s GemmSpec, c *gemmCuts) {
	t.Helper()
	area := 0
	for u := range c.units() {
		b := c.block(u)
		rows, cols := b.Row1-b.Row0, b.Col1-b.Col0
		if s.K > KCut && rows*maxUnitColumns > scratchFloats || cols > maxUnitColumns && s.K > KCut {
			t.Errorf("%+v: unit %d has %d x %d", s, u, rows, cols)
		}
		area += (b.batchEnd - b.Batch) * rows * cols
	}
	if area != s.Batch*s.M*s.N {
		t.Errorf("%+v: units cover %d elements of %d", s, area, s.Batch*s.M*s.N)
	}
	if work := 2 * s.Batch * s.M * s.N * s.K; work > 8*unitWork && c.units() < 8 {
		t.Errorf("%+v: %d units", s, c.units())
	}
}

func TestGemmSpecErrors(t *testing.T) {
	good := GemmSpec{Batch: 1, M: 2, N: 3, K: 4, A: RowMajor(2, 4, 4), B: RowMajor(4, 3, 4), C: RowMajor(2, 3, 4)}
	for _, c := range []struct {
		change func(*GemmSpec)
		want   string
	}{
		{func(s *GemmSpec) { s.M = -1 }, "gemm: M is -1"},
		{func(s *GemmSpec) { s.Beta = 2 }, "gemm: beta is 2, not 0 or 1"},
		{func(s *GemmSpec) { s.C.Col = 8 }, "gemm: C.Col is 8: columns of C must be adjacent (4)"},
		{func(s *GemmSpec) { s.C.Row = 8 }, "gemm: C.Row is 8: rows of 3 columns overlap"},
		{func(s *GemmSpec) { s.F64, s.Packed, s.C = true, true, RowMajor(2, 3, 8) }, "gemm: packed weights are f32"},
	} {
		s := good
		c.change(&s)
		if _, err := NewGemm(CPU{}, s); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestGemm64(t *testing.T) {
	const m, n, k = 5, 7, 11
	a, b, c, bias := make([]float64, m*k), make([]float64, n*k), make([]float64, m*n), make([]float64, n)
	for i := range a {
		a[i] = float64(i%7) - 3
	}
	for i := range b {
		b[i] = float64(i%5) - 2
	}
	for i := range c {
		c[i] = float64(i)
	}
	for i := range bias {
		bias[i] = float64(10 * i)
	}
	spec := GemmSpec{Batch: 1, M: m, N: n, K: k, A: RowMajor(m, k, 8), B: RowMajor(n, k, 8).T(), C: RowMajor(m, n, 8), Beta: 1, Bias: true, F64: true}
	g, err := NewGemm(CPU{}, spec)
	if err != nil {
		t.Fatal(err)
	}
	RunJob(g, &GemmOperands{A: unsafe.Pointer(&a[0]), B: unsafe.Pointer(&b[0]), C: unsafe.Pointer(&c[0]), Bias: unsafe.Pointer(&bias[0])}, NewScratch())
	for i := range m {
		for j := range n {
			want := float64(i*n+j) + float64(10*j)
			for x := range k {
				want += a[i*k+x] * b[j*k+x]
			}
			if c[i*n+j] != want {
				t.Errorf("C[%d,%d] = %v, want %v", i, j, c[i*n+j], want)
			}
		}
	}
}

// TestStripPanels: strips that units are made of are whole strips of the tiles of both x86 instruction sets, where four panels can be.
func TestStripPanels(t *testing.T) {
	if !hasRow("gemm/avx512/6x64") {
		t.Skip("the tiles of this architecture are a panel wide")
	}
	for m := 1; m <= 64; m++ {
		a, b := newTileSet(CPU{ISA: AVX512, Features: AVX512Base}, m).wide, newTileSet(CPU{ISA: AVX2, Features: AVX2Base}, m).wide
		want := maxPanels
		for want > 1 && (want%a != 0 || want%b != 0) {
			want--
		}
		if want == 1 { // none of up to four panels is whole on both
			want = maxPanels
		}
		if got := stripPanels(m); got != want {
			t.Errorf("%d rows: strips of %d panels, want %d: tiles have %d and %d", m, got, want, a, b)
		}
	}
}
