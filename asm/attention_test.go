package asm

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// An attnCase is a spec's sizes; heads lie inside rows: [batch, n, heads, d].
type attnCase struct {
	batch, heads, kvHeads, nq, nk, d, dv int
	causal, mask                         bool
	hidden                               bool // the mask hides keys, and all of them from some rows
	sharp                                bool // few keys have most of the weight
	padded                               bool // items have lengths: 0, NK - 3, 5, NK + 1, -1 in turn
}

func (a attnCase) spec() AttnSpec {
	strides := func(n, heads, d int) AttnStrides {
		return AttnStrides{Batch: 4 * n * heads * d, Head: 4 * d, Row: 4 * heads * d}
	}
	return AttnSpec{
		Batch: a.batch, Heads: a.heads, KVHeads: a.kvHeads, NQ: a.nq, NK: a.nk, D: a.d, DV: a.dv,
		Q: strides(a.nq, a.heads, a.d), K: strides(a.nk, a.kvHeads, a.d), V: strides(a.nk, a.kvHeads, a.dv), O: strides(a.nq, a.heads, a.dv),
		Mask: AttnStrides{Row: 4 * a.nk}, Causal: a.causal, HasMask: a.mask || a.hidden, HasLengths: a.padded,
	}
}

// attnMemory are the operands between guard pages.
type attnMemory struct {
	q, k, v, o, mask []float32
	lengths          []int32
}

func (a attnCase) memory(t asmtest.TB) *attnMemory {
	m := &attnMemory{
		q: asmtest.GuardedFloats(t, a.batch*a.nq*a.heads*a.d, true), k: asmtest.GuardedFloats(t, a.batch*a.nk*a.kvHeads*a.d, true),
		v: asmtest.GuardedFloats(t, a.batch*a.nk*a.kvHeads*a.dv, true), o: asmtest.GuardedFloats(t, a.batch*a.nq*a.heads*a.dv, true),
		mask: asmtest.GuardedFloats(t, a.nq*a.nk, true),
	}
	for i, x := range [][]float32{m.q, m.k, m.v, m.mask} {
		asmtest.Fill(x, uint64(i))
	}
	m.lengths = make([]int32, a.batch)
	for i := range m.lengths {
		m.lengths[i] = []int32{0, int32(a.nk - 3), 5, int32(a.nk + 1), -1}[i%5]
	}
	for i := range m.q {
		if a.sharp {
			m.q[i] *= 16
		}
	}
	for i := range m.mask {
		if row, key := i/a.nk, i%a.nk; a.hidden && (row%3 == 1 || key%5 == row%5 || key > a.nk/2 && row%2 == 0) {
			m.mask[i] = float32(math.Inf(-1))
		}
	}
	return m
}

func (m *attnMemory) operands(s *AttnSpec, work []float32) *AttnOperands {
	return &AttnOperands{Factor: attnFactor(s), From: s.NK - s.NQ, Q: floatPtr(m.q), K: floatPtr(m.k), V: floatPtr(m.v), O: floatPtr(m.o), Mask: floatPtr(m.mask), Lengths: unsafe.Pointer(unsafe.SliceData(m.lengths)), Work: floatPtr(work)}
}

func attnFactor(s *AttnSpec) float32 { return float32(1 / math.Sqrt(float64(s.D))) }

// weights are those of the keys for row i of a head in double: zeros if all are hidden.
func (m *attnMemory) weights(s *AttnSpec, b, h, i int) []float64 {
	kv := h / (s.Heads / s.KVHeads)
	at := func(x []float32, st AttnStrides, head, row, col int) float64 {
		return float64(x[(b*st.Batch+head*st.Head+row*st.Row)/4+col])
	}
	e, sum := make([]float64, s.NK), 0.0
	for j := range e {
		if s.Causal && j > i+s.NK-s.NQ || s.HasLengths && j >= int(m.lengths[b]) {
			continue
		}
		dot := 0.0
		for c := range s.D {
			dot += at(m.q, s.Q, h, i, c) * at(m.k, s.K, kv, j, c)
		}
		dot *= float64(attnFactor(s))
		if s.HasMask {
			dot += float64(m.mask[i*s.NK+j])
		}
		e[j] = math.Exp(dot)
		sum += e[j]
	}
	for j := range e {
		e[j] /= max(sum, 1e-300)
	}
	return e
}

// row is output row i of a head in double.
func (m *attnMemory) row(s *AttnSpec, b, h, i int) []float64 {
	v := (b*s.V.Batch + h/(s.Heads/s.KVHeads)*s.V.Head) / 4
	out := make([]float64, s.DV)
	for j, p := range m.weights(s, b, h, i) {
		for c := range out {
			out[c] += p * float64(m.v[v+j*s.V.Row/4+c])
		}
	}
	return out
}

func TestAttention(t *testing.T) {
	for _, a := range []attnCase{
		{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 1, d: 1, dv: 1},
		{batch: 2, heads: 3, kvHeads: 1, nq: 5, nk: 7, d: 4, dv: 6},
		{batch: 1, heads: 4, kvHeads: 2, nq: 1, nk: 70, d: 8, dv: 8, mask: true},
		{batch: 1, heads: 2, kvHeads: 2, nq: 1, nk: 130, d: 300, dv: 20},
		{batch: 1, heads: 2, kvHeads: 2, nq: 60, nk: 60, d: 16, dv: 16, causal: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 10, nk: 33, d: 12, dv: 70, causal: true, mask: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 30, nk: 1100, d: 8, dv: 5},
		{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 5000, d: 3, dv: 5},
		{batch: 1, heads: 2, kvHeads: 1, nq: 30, nk: 4100, d: 4, dv: 3, causal: true, mask: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 4096, d: 20, dv: 17},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 4097, d: 20, dv: 17},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 10000, d: 20, dv: 17, sharp: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 10000, d: 20, dv: 17, causal: true},
		{batch: 1, heads: 2, kvHeads: 1, nq: 7, nk: 40, d: 5, dv: 6, hidden: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 5000, d: 5, dv: 6, hidden: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 60, nk: 9, d: 5, dv: 6, causal: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 30, d: 5, dv: 6, hidden: true},
		{batch: 5, heads: 2, kvHeads: 1, nq: 9, nk: 30, d: 5, dv: 6, padded: true},
		{batch: 5, heads: 2, kvHeads: 2, nq: 9, nk: 30, d: 5, dv: 6, padded: true, causal: true, mask: true},
		{batch: 5, heads: 2, kvHeads: 1, nq: 1, nk: 30, d: 5, dv: 6, padded: true},
		{batch: 3, heads: 1, kvHeads: 1, nq: 2, nk: 5000, d: 5, dv: 6, padded: true},
		{batch: 0, heads: 1, kvHeads: 1, nq: 3, nk: 3, d: 2, dv: 2},
	} {
		t.Run(fmt.Sprintf("%+v", a), func(t *testing.T) { sameAttention(t, a) })
	}
}

// sameAttention checks a case on all rows, of which those with vectors give the same bits.
func sameAttention(t *testing.T, a attnCase) {
	t.Helper()
	var first []float32
	for _, c := range cpus(t) {
		out := checkAttention(t, c, a)
		if c.ISA == Generic {
			continue
		}
		if first == nil {
			first = out
		}
		sameFloats(t, c, out, first)
	}
}

func checkAttention(t *testing.T, c CPU, a attnCase) []float32 {
	t.Helper()
	s, m := a.spec(), a.memory(t)
	j, err := NewAttention(c, s)
	if err != nil {
		t.Fatal(err)
	}
	work := asmtest.GuardedFloats(t, j.WorkBytes()/4, true)
	asmtest.Plant(m.o)
	o, scratch := m.operands(&s, work), NewScratch()
	for stage := range j.Stages() {
		for u := j.Units(stage) - 1; u >= 0; u-- {
			j.Run(stage, u, o, scratch)
		}
	}
	for b := range a.batch {
		for h := range a.heads {
			for i := range a.nq {
				for col, want := range m.row(&s, b, h, i) {
					got := m.o[(b*s.O.Batch+h*s.O.Head+i*s.O.Row)/4+col]
					if !(math.Abs(float64(got)-want) < 2e-6) {
						t.Fatalf("%v: o[%d,%d,%d,%d] = %v, want %v", c.ISA, b, h, i, col, got, want)
					}
				}
			}
		}
	}
	return m.o
}

func TestAttnSpecErrors(t *testing.T) {
	good := attnCase{batch: 1, heads: 4, kvHeads: 2, nq: 1, nk: 70, d: 8, dv: 8}.spec()
	for want, change := range map[string]func(*AttnSpec){
		"attention: KVHeads is 3, of 4 heads": func(s *AttnSpec) { s.KVHeads = 3 },
		"attention: NK is 0":                  func(s *AttnSpec) { s.NK = 0 },
		"attention: D is -1":                  func(s *AttnSpec) { s.D = -1 },
	} {
		s := good
		change(&s)
		if _, err := NewAttention(CPU{}, s); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func BenchmarkAttention(b *testing.B) {
	for _, c := range cpus(b) {
		if c.ISA == Generic {
			continue
		}
		for _, a := range []attnCase{
			{batch: 1, heads: 12, kvHeads: 12, nq: 512, nk: 512, d: 64, dv: 64},
			{batch: 1, heads: 12, kvHeads: 12, nq: 512, nk: 512, d: 64, dv: 64, causal: true},
			{batch: 1, heads: 12, kvHeads: 12, nq: 1, nk: 512, d: 64, dv: 64},
		} {
			b.Run(fmt.Sprintf("%v/%dx%d.causal=%v", c.ISA, a.nq, a.nk, a.causal), func(b *testing.B) {
				sp := a.spec()
				j, err := NewAttention(c, sp)
				if err != nil {
					b.Fatal(err)
				}
				o, s := a.memory(b).operands(&sp, alignedFloats(j.WorkBytes()/4)), NewScratch()
				benchShare(b, c, float64(4*a.heads*a.nq*a.nk*a.d), func() { j.RunAll(o, s) })
			})
		}
	}
}
