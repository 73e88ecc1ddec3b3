package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// wMemory are the operands of a product with quantised weights between guard pages.
type wMemory struct {
	spec    WGemmSpec
	a, c    []float32
	packed  []byte
	decoded []float32 // B[K, N]
}

const wGapC = 3

func newWMemory(t asmtest.TB, m, n, k, zero int, form WeightForm) *wMemory {
	w := &wMemory{spec: WGemmSpec{M: m, N: n, K: k, A: RowMajor(m, k, 4), CRow: 4 * (n + wGapC), Form: form, Zero: zero}}
	r := rand.New(rand.NewPCG(uint64(m*1000+n), uint64(k)))
	w.a, w.c = guardedFloats(t, m*k), guardedFloats(t, m*(n+wGapC))
	for i := range w.a {
		w.a[i] = r.Float32()*2 - 1
	}
	for i := range w.c {
		w.c[i] = float32(math.NaN())
	}
	src := make([]byte, k*n)
	for i := range src {
		src[i] = byte(r.Uint32())
	}
	scales := make([]float32, (k+WeightBlock-1)/WeightBlock*n)
	for i := range scales {
		scales[i] = r.Float32() - 0.5
	}
	w.packed = asmtest.Guarded(t, form.PackedSize(k, n), true)
	err := form.PackW(unsafe.Pointer(unsafe.SliceData(w.packed)), unsafe.Pointer(unsafe.SliceData(src)), scales, k, n, Strides{Row: n, Col: 1})
	if err != nil {
		t.Fatalf("%v", err)
	}
	w.decoded = make([]float32, k*n)
	for i := range w.decoded {
		at, j := i/n, i%n
		q := int(int8(src[i]))
		if form.Unsigned {
			q = int(src[i])
		}
		if form.Bits == 4 {
			q = int(src[at/2*n+j] >> (4 * (at % 2)) & 15)
		}
		scale := scales[at/WeightBlock*n+j]
		if form.HalfScales {
			scale = tile.F16Float(tile.F16Bits(scale))
		}
		zero := zero
		if form.Unsigned {
			q, zero = q-128, zero-128
		}
		w.decoded[i] = decoded(q, zero, scale)
		if exact := float32(q-zero) * scale; (form.HalfScales || zero&(zero-1) == 0) && w.decoded[i] != exact {
			t.Fatalf("(%d - %d) * %v is decoded as %v, not %v", q, zero, scale, w.decoded[i], exact)
		}
	}
	return w
}

func guardedFloats(t asmtest.TB, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(asmtest.Guarded(t, 4*n, true)))), n)
}

func pointer[T any](x []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// check holds the product to that of f32 with the weights decoded: to the bit where vectors run.
func (w *wMemory) check(t *testing.T, c CPU) {
	t.Helper()
	s := w.spec
	j, err := NewWGemm(c, s)
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGemm(c, GemmSpec{Batch: 1, M: s.M, N: s.N, K: s.K, A: s.A, B: RowMajor(s.K, s.N, 4), C: RowMajor(s.M, s.N, 4)})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, s.M*s.N)
	work := lines((g.WorkBytes() + j.WorkBytes()) / 4)
	RunJob(g, &GemmOperands{A: pointer(w.a), B: pointer(w.decoded), C: pointer(want), Work: pointer(work)}, NewScratch())
	RunJob(j, &GemmOperands{A: pointer(w.a), B: pointer(w.packed), C: pointer(w.c), Work: pointer(work)}, NewScratch())
	for i, got := range w.c {
		row, col := i/(s.N+wGapC), i%(s.N+wGapC)
		if col >= s.N {
			if got == got {
				t.Fatalf("%s %+v: wrote behind row %d", j.Row(), s, row)
			}
			continue
		}
		if v := want[row*s.N+col]; math.Float32bits(v) != math.Float32bits(got) {
			t.Fatalf("%s %+v: C[%d,%d] = %v, want %v", j.Row(), s, row, col, got, v)
		}
	}
}

func weightForms() []WeightForm {
	return []WeightForm{{Bits: 8}, {Bits: 4}, {Bits: 8, HalfScales: true}, {Bits: 4, HalfScales: true}, {Bits: 8, Unsigned: true}}
}

// TestWGemm: products with quantised weights are those of f32 with the weights decoded.
func TestWGemm(t *testing.T) {
	for _, c := range cpus(t) {
		for _, f := range weightForms() {
			t.Run(fmt.Sprintf("%v/%d/%v/%v", c.ISA, f.Bits, f.HalfScales, f.Unsigned), func(t *testing.T) {
				for i, d := range [][3]int{
					{1, 1, 1}, {1, 16, 32}, {1, 70, 64}, {1, 33, 95}, {2, 17, 40}, {7, 130, 33}, {5, 3, 0}, {0, 3, 4}, {1, 20, 0}, {26, 40, 260},
				} {
					newWMemory(t, d[0], d[1], d[2], []int{0, 8, -3}[i%3], f).check(t, c)
				}
				if !testing.Short() {
					newWMemory(t, 30, 300, 700, 8, f).check(t, c)
					newWMemory(t, 1, 40, KCut+70, 8, f).check(t, c)
					newWMemory(t, 1, 520, KCut+64, 1, f).check(t, c)
					newWMemory(t, 3, 530, KCut+64, 1, f).check(t, c)
				}
			})
		}
	}
}

// TestWGemmRows holds each row of the families to the generic one, with guard pages on what it reads and writes.
func TestWGemmRows(t *testing.T) {
	for _, c := range cpus(t) {
		for _, f := range weightForms() {
			w := newWMemory(t, 1, 64, 96, 5, f)
			for name, rows := range map[string][]Row[WeightsFunc]{"decode": fitting(c, wdecodeRows(f)), "gemv": fitting(c, wgemvRows(f))} {
				for _, r := range rows {
					for p := 1; p <= r.NR/PanelColumns; p++ {
						size := 16 * p
						if name == "decode" {
							size = p * 96 * 16
						}
						want, got := make([]float32, size), guardedFloats(t, size)
						s := NewScratch()
						s.weights.W, s.weights.X, s.weights.Blocks, s.weights.Panels = pointer(w.packed), pointer(w.a), 3, p
						s.weights.Wps, s.weights.Yps, s.weights.Half, s.weights.Zero = f.PanelStride(96), 96*64, f.half(), 5
						s.weights.Y = pointer(want)
						s.callWeights(rows[len(rows)-1].Fn)
						s.weights.Y = pointer(got)
						s.callWeights(r.Fn)
						for i := range want {
							if d := math.Abs(float64(want[i] - got[i])); d > 1e-4 || name == "decode" && d != 0 {
								t.Fatalf("%s %+v, %d panels: element %d is %v, want %v", r.Name, f, p, i, got[i], want[i])
							}
						}
					}
				}
			}
		}
	}
}

func TestWGemmErrors(t *testing.T) {
	for want, s := range map[string]WGemmSpec{
		"wgemm: weights of 3 bits, not 8 or 4":              {Form: WeightForm{Bits: 3}},
		"wgemm: weights of 4 bits are unsigned in any case": {Form: WeightForm{Bits: 4, Unsigned: true}},
		"wgemm: Zero is 300":                                {Form: WeightForm{Bits: 8}, Zero: 300},
		"wgemm: M is -1":                                    {Form: WeightForm{Bits: 8}, M: -1},
		"wgemm: C.Row is 11":                                {Form: WeightForm{Bits: 4}, M: 2, N: 3, CRow: 11},
	} {
		if _, err := NewWGemm(CPU{}, s); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f := WeightForm{Bits: 4}
	if err := f.PackW(nil, nil, make([]float32, 3), 40, 2, Strides{}); err == nil || err.Error() != "weights [40, 2] have 3 scales, not 4" {
		t.Errorf("got %v", err)
	}
}
