package asm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// qMemory are the operands of a product of bytes between guard pages.
type qMemory struct {
	spec QGemmSpec
	a    []uint8
	b    []int8
	q8   []byte
	c    []int32
	bias []int32
	zero int32
}

const qGapC = 3

func newQMemory(t asmtest.TB, m, n, k, beta int, bias, extreme bool) *qMemory {
	q := &qMemory{spec: QGemmSpec{M: m, N: n, K: k, ARow: k, CRow: 4 * (n + qGapC), Packed: true, Beta: beta, Bias: bias}}
	q.a = asmtest.Guarded(t, m*k, true)
	q.b = make([]int8, k*n)
	r := rand.New(rand.NewPCG(uint64(m), uint64(n*k)))
	for i := range q.a {
		q.a[i] = uint8(r.Uint32())
		if extreme {
			q.a[i] = 255
		}
	}
	for i := range q.b {
		q.b[i] = int8(r.Uint32())
		if extreme {
			q.b[i] = -128
		}
	}
	q.q8 = asmtest.Guarded(t, QPackedSize(k, n), true)
	if k*n > 0 {
		PackQ(unsafe.Pointer(&q.q8[0]), unsafe.Pointer(&q.b[0]), k, n, Strides{Row: n, Col: 1})
	}
	q.c, q.bias = ints(t, m*(n+qGapC)), ints(t, n)
	for i := range q.c {
		q.c[i] = int32(i*37 - 1000)
	}
	for i := range q.bias {
		q.bias[i] = int32(i*1001 - 5000)
	}
	return q
}

func ints(t asmtest.TB, n int) []int32 {
	b := asmtest.Guarded(t, 4*n, true)
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

func (q *qMemory) check(t *testing.T, c CPU) {
	t.Helper()
	s := q.spec
	before := append([]int32(nil), q.c...)
	j, err := newQGemm(c, s) // on tile registers, too, where they do not pay
	if err != nil {
		t.Fatal(err)
	}
	work := asmtest.Guarded(t, j.WorkBytes(), true)
	o := &GemmOperands{
		A: unsafe.Pointer(unsafe.SliceData(q.a)), B: unsafe.Pointer(unsafe.SliceData(q.q8)), C: unsafe.Pointer(unsafe.SliceData(q.c)),
		Bias: unsafe.Pointer(unsafe.SliceData(q.bias)), Work: unsafe.Pointer(unsafe.SliceData(work)), Zero: unsafe.Pointer(&q.zero),
	}
	if !s.Packed {
		o.B = unsafe.Pointer(unsafe.SliceData(q.b))
	}
	RunJob(j, o, NewScratch())
	for i, got := range q.c {
		row, col := i/(s.N+qGapC), i%(s.N+qGapC)
		want := before[i]
		if col < s.N {
			want *= int32(s.Beta)
			for k := range s.K {
				want += (int32(q.a[row*s.K+k]) - q.zero) * int32(q.b[k*s.N+col])
			}
			if s.Bias {
				want += q.bias[col]
			}
		}
		if got != want {
			t.Fatalf("%s %+v: C[%d,%d] = %d, want %d", j.Row(), s, row, col, got, want)
		}
	}
}

// qcpus are cpus, and the same machines without AMX, VNNI and AVX-VNNI.
func qcpus(t testing.TB) []CPU {
	var list []CPU
	seen := map[string]bool{}
	for _, without := range []Features{0, HasAMXInt8, HasAMXInt8 | HasAVX512VNNI, HasAVXVNNI, HasAMXInt8 | HasAVX512VNNI | HasAVXVNNI, HasDotProd} {
		for _, c := range cpus(t) {
			c.Features &^= without
			if name := fmt.Sprint(c.ISA, QGemmRows(c)[0].Name); !seen[name] {
				seen[name] = true
				list = append(list, c)
			}
		}
	}
	return list
}

func TestQGemm(t *testing.T) {
	for _, c := range qcpus(t) {
		t.Run(fmt.Sprintf("%v/%s", c.ISA, QGemmRows(c)[0].Name), func(t *testing.T) {
			for _, d := range [][3]int{
				{1, 1, 1}, {1, 16, 4}, {2, 17, 8}, {3, 33, 13}, {6, 64, 20}, {7, 70, 31}, {14, 32, 64}, {15, 100, 5}, {5, 9, 0}, {0, 3, 4}, {29, 48, 40},
				{32, 32, 64}, {33, 47, 100}, {64, 96, 256}, {31, 17, 68}, {81, 65, 132}, {16, 16, 61}, {3, 70, 0}, {3, 40, 4300},
			} {
				for bits := range 8 {
					newQMemory(t, d[0], d[1], d[2], bits&1, bits&2 != 0, bits&4 != 0).check(t, c)
				}
			}
			if !testing.Short() {
				newQMemory(t, 40, 270, 2500, 1, true, false).check(t, c)
			}
		})
	}
}

// TestQGemmZero: a zero point, of any size, acts by the sums of B's columns; B may be packed on the way.
func TestQGemmZero(t *testing.T) {
	for _, c := range qcpus(t) {
		for _, d := range [][3]int{{1, 1, 1}, {7, 70, 31}, {3, 300, 20}, {40, 33, 0}, {2, 600, 3}} {
			for i, zero := range []int32{0, 128, -3, -1 << 31} {
				q := newQMemory(t, d[0], d[1], d[2], i&1, i&2 != 0, false)
				q.zero, q.spec.Zero = zero, true
				q.check(t, c)
				q.spec.Packed, q.spec.B = false, Strides{Row: d[1], Col: 1}
				q.check(t, c)
			}
		}
	}
}

func TestQPack(t *testing.T) {
	const k, n = 6, 18
	q := newQMemory(t, 1, n, k, 0, false, false)
	for j := range n {
		sum := int32(0)
		for i := range 8 {
			want := int8(0)
			if i < k {
				want = q.b[i*n+j]
			}
			sum += int32(want)
			if got := int8(q.q8[j/16*QPanelStride(k)+i/4*64+j%16*4+i%4]); got != want {
				t.Errorf("k %d, column %d is %d, want %d", i, j, got, want)
			}
		}
		if got := *(*int32)(unsafe.Pointer(&q.q8[QSums(k, n)+4*j])); got != sum {
			t.Errorf("sum of column %d is %d, want %d", j, got, sum)
		}
	}
}

// TestPrefersTiles: one row and small products do without the tile registers.
func TestPrefersTiles(t *testing.T) {
	if !slices.ContainsFunc(qgemmRows[:], func(r Row[GemmFunc]) bool { return r.Needs.Has(HasAMXInt8) }) {
		t.Skip("no such row here")
	}
	c := CPU{ISA: AVX512, Features: AVX512Base | HasAVX512VNNI | HasAMXInt8}
	for want, shapes := range map[string][][3]int{
		"qgemm/avx512/32x32amx": {{2, 1024, 1024}, {8, 128, 128}, {256, 256, 256}, {1 << 20, 1 << 20, 1 << 20}},
		"qgemm/avx512/6x64":     {{1, 4096, 4096}, {4, 128, 128}, {16, 16, 16}, {0, 64, 64}},
	} {
		for _, d := range shapes {
			q, err := NewQGemm(c, QGemmSpec{M: d[0], N: d[1], K: d[2], ARow: d[2], CRow: 4 * d[1], Packed: true})
			if err != nil {
				t.Fatal(err)
			}
			if q.Row() != want {
				t.Errorf("%v runs on %s, not %s", d, q.Row(), want)
			}
		}
	}
}

func TestQGemmErrors(t *testing.T) {
	for want, s := range map[string]QGemmSpec{
		"qgemm: M is -1":                           {M: -1},
		"qgemm: beta is 4, not 0 or 1":             {Beta: 4},
		"qgemm: rows 3 and 12 bytes apart overlap": {M: 2, N: 3, K: 4, ARow: 3, CRow: 12},
		"qgemm: rows 4 and 11 bytes apart overlap": {M: 2, N: 3, K: 4, ARow: 4, CRow: 11},
	} {
		if _, err := NewQGemm(CPU{}, s); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func BenchmarkQGemm(b *testing.B) {
	for _, c := range qcpus(b) {
		if c.ISA == Generic {
			continue
		}
		for _, n := range []int{64, 256, 512, 1024} {
			b.Run(fmt.Sprintf("%v/%s/%d", c.ISA, QGemmRows(c)[0].Name, n), func(b *testing.B) {
				q := newQMemory(b, n, n, n, 0, false, false)
				j, err := NewQGemm(c, q.spec)
				if err != nil {
					b.Fatal(err)
				}
				o := &GemmOperands{A: unsafe.Pointer(&q.a[0]), B: unsafe.Pointer(&q.q8[0]), C: unsafe.Pointer(&q.c[0])}
				if n := j.WorkBytes(); n > 0 {
					o.Work = unsafe.Pointer(&lines(n / 4)[0])
				}
				s := NewScratch()
				benchShare(b, c, float64(2*n*n*n), func() { RunJob(j, o, s) })
			})
		}
	}
}
