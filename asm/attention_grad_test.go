package asm

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

func (a attnCase) gradSpec() AttnGradSpec {
	s := a.spec()
	return AttnGradSpec{AttnSpec: s, DQs: s.Q, DKs: s.K, DVs: s.V}
}

// attnGrads are the gradients in double, laid out as q, k and v are.
type attnGrads struct{ q, k, v []float64 }

func (m *attnMemory) grads(s *AttnSpec) attnGrads {
	g := attnGrads{make([]float64, len(m.q)), make([]float64, len(m.k)), make([]float64, len(m.v))}
	for b := range s.Batch {
		for h := range s.Heads {
			for i := range s.NQ {
				m.addGrads(s, g, b, h, i)
			}
		}
	}
	return g
}

// addGrads adds what a row of queries gives: m.o is the gradient of the result.
func (m *attnMemory) addGrads(s *AttnSpec, g attnGrads, b, h, i int) {
	kv := h / (s.Heads / s.KVHeads)
	at := func(st AttnStrides, head, row int) int { return (b*st.Batch + head*st.Head + row*st.Row) / 4 }
	q, o := at(s.Q, h, i), at(s.O, h, i)
	p, ds, along := m.weights(s, b, h, i), make([]float64, s.NK), 0.0
	for j := range p {
		v := at(s.V, kv, j)
		for c := range s.DV {
			ds[j] += float64(m.o[o+c]) * float64(m.v[v+c])
			g.v[v+c] += p[j] * float64(m.o[o+c])
		}
		along += p[j] * ds[j]
	}
	for j := range p {
		x, k := p[j]*(ds[j]-along)*float64(attnFactor(s)), at(s.K, kv, j)
		for c := range s.D {
			g.q[q+c] += x * float64(m.k[k+c])
			g.k[k+c] += x * float64(m.q[q+c])
		}
	}
}

func TestAttentionGrad(t *testing.T) {
	for _, a := range []attnCase{
		{batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: 1, d: 1, dv: 1},
		{batch: 2, heads: 3, kvHeads: 1, nq: 5, nk: 7, d: 4, dv: 6},
		{batch: 1, heads: 4, kvHeads: 2, nq: 1, nk: 70, d: 8, dv: 9, mask: true},
		{batch: 1, heads: 2, kvHeads: 2, nq: 60, nk: 60, d: 16, dv: 16, causal: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 10, nk: 33, d: 12, dv: 70, causal: true, mask: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 20, nk: 9000, d: 3, dv: 2},
		{batch: 1, heads: 2, kvHeads: 1, nq: 5, nk: 4096, d: 20, dv: 17},
		{batch: 1, heads: 2, kvHeads: 1, nq: 5, nk: 4097, d: 20, dv: 17, sharp: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 50, nk: 10000, d: 4, dv: 3, causal: true},
		{batch: 1, heads: 2, kvHeads: 1, nq: 7, nk: 40, d: 5, dv: 6, hidden: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 7, nk: 5000, d: 5, dv: 6, hidden: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 60, nk: 9, d: 5, dv: 6, causal: true},
		{batch: 5, heads: 2, kvHeads: 1, nq: 9, nk: 30, d: 5, dv: 6, padded: true, causal: true},
		{batch: 3, heads: 1, kvHeads: 1, nq: 2, nk: 5000, d: 5, dv: 6, padded: true},
		{batch: 1, heads: 1, kvHeads: 1, nq: 0, nk: 3, d: 2, dv: 2},
	} {
		t.Run(fmt.Sprintf("%+v", a), func(t *testing.T) {
			var first *attnMemory
			for _, c := range cpus(t) {
				m := checkAttentionGrad(t, c, a)
				if c.ISA == Generic {
					continue
				}
				if first == nil {
					first = m
				}
				sameFloats(t, c, m.q, first.q)
				sameFloats(t, c, m.k, first.k)
				sameFloats(t, c, m.v, first.v)
			}
		})
	}
}

func sameFloats(t *testing.T, c CPU, got, want []float32) {
	t.Helper()
	for i := range got {
		if !asmtest.Same(got[i], want[i]) {
			t.Fatalf("%v: element %d is %v, another ISA says %v", c.ISA, i, got[i], want[i])
		}
	}
}

// checkAttentionGrad returns the gradients, in the places of q, k and v.
func checkAttentionGrad(t *testing.T, c CPU, a attnCase) *attnMemory {
	t.Helper()
	s, m, out := a.gradSpec(), a.memory(t), a.memory(t)
	asmtest.Fill(m.o, 9)
	g, err := NewAttentionGrad(c, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range [][]float32{out.q, out.k, out.v} {
		asmtest.Plant(x)
	}
	o := &AttnGradOperands{AttnOperands: *m.operands(&s.AttnSpec, asmtest.GuardedFloats(t, g.WorkBytes()/4, true)), DQ: floatPtr(out.q), DK: floatPtr(out.k), DV: floatPtr(out.v)}
	g.RunAll(o, NewScratch())
	want := m.grads(&s.AttnSpec)
	for _, x := range []struct {
		name string
		got  []float32
		want []float64
	}{{"dq", out.q, want.q}, {"dk", out.k, want.k}, {"dv", out.v, want.v}} {
		for i, w := range x.want {
			if !(math.Abs(float64(x.got[i])-w) < 1e-5*(1+math.Abs(w))) {
				t.Fatalf("%v: %s[%d] = %v, want %v", c.ISA, x.name, i, x.got[i], w)
			}
		}
	}
	return out
}

func TestAttnGradSpecErrors(t *testing.T) {
	s := attnCase{batch: 1, heads: 4, kvHeads: 2, nq: 1, nk: 70, d: 8, dv: 8}.gradSpec()
	s.NK = 0
	if _, err := NewAttentionGrad(CPU{}, s); err == nil || err.Error() != "attention gradient: NK is 0" {
		t.Errorf("got %v", err)
	}
}
