package bench

import (
	"math"

	"github.com/seed-350a5e16/nnc/asm"
)

// attentionSpecs are 12 heads of 64 columns over 512 positions, with and without a causal mask, one more token against a cache of
// 1,024, and the gradient. The full form counts 4nnd flops, the causal one those as well, half of which it may leave out; the
// gradient makes five products where the forward pass makes two.
func attentionSpecs() []spec {
	var list []spec
	for _, causal := range []bool{false, true} {
		kernel := "attention"
		if causal {
			kernel = "attention_causal"
		}
		list = append(list, spec{kernel: kernel, shape: "12x512x64", family: "gemm", make: func(m *maker) (*kernelCase, error) {
			return attention(m, attentionSpec(12, 512, 512, 64, causal))
		}})
	}
	return append(list,
		spec{kernel: "attention_step", shape: "12x1x1024x64", family: "attn", make: func(m *maker) (*kernelCase, error) {
			return attention(m, attentionSpec(12, 1, 1024, 64, true))
		}},
		spec{kernel: "attention_grad", shape: "12x512x64", family: "gemm", make: func(m *maker) (*kernelCase, error) {
			return attentionGrad(m, attentionSpec(12, 512, 512, 64, false))
		}})
}

// attentionSpec has heads that lie one after the other.
func attentionSpec(heads, nq, nk, d int, causal bool) asm.AttnSpec {
	q, k := asm.AttnStrides{Batch: 4 * heads * nq * d, Head: 4 * nq * d, Row: 4 * d}, asm.AttnStrides{Batch: 4 * heads * nk * d, Head: 4 * nk * d, Row: 4 * d}
	return asm.AttnSpec{Batch: 1, Heads: heads, KVHeads: heads, NQ: nq, NK: nk, D: d, DV: d, Q: q, K: k, V: k, O: q, Causal: causal}
}

// attentionOperands are what a spec reads and writes, and the sizes of a query's and a key's side.
func attentionOperands(s asm.AttnSpec, work int) (o asm.AttnOperands, queries, keys int) {
	queries, keys = s.Heads*s.NQ*s.D, s.Heads*s.NK*s.D
	return asm.AttnOperands{Q: ptr(floats(queries)), K: ptr(floats(keys)), V: ptr(floats(keys)), O: ptr(floats(queries)), Work: ptr(bare(work/4 + 1)),
		Factor: float32(1 / math.Sqrt(float64(s.D))), From: s.NK - s.NQ}, queries, keys
}

func attentionFlops(s asm.AttnSpec, products float64) float64 {
	return 2 * products * float64(s.Heads) * float64(s.NQ) * float64(s.NK) * float64(s.D)
}

func attention(m *maker, s asm.AttnSpec) (*kernelCase, error) {
	a, err := asm.NewAttention(m.cpu, s)
	if err != nil {
		return nil, err
	}
	o, queries, keys := attentionOperands(s, a.WorkBytes())
	if err := a.Check(&o); err != nil {
		return nil, err
	}
	scratch := m.scratch()
	units := make([]int, a.Stages())
	for i := range units {
		units[i] = a.Units(i)
	}
	one := func(stage, unit, worker int) { a.Run(stage, unit, &o, scratch[worker]) }
	w := Work{Flops: attentionFlops(s, 2), Read: float64(4*queries + 8*keys), Written: float64(4 * queries)}
	return &kernelCase{impl: "attention", isa: m.cpu.ISA, work: w, threads: m.team.size, run: func() { m.team.stages(units, one) }}, nil
}

func attentionGrad(m *maker, s asm.AttnSpec) (*kernelCase, error) {
	g, err := asm.NewAttentionGrad(m.cpu, asm.AttnGradSpec{AttnSpec: s, DQs: s.Q, DKs: s.K, DVs: s.V})
	if err != nil {
		return nil, err
	}
	forward, queries, keys := attentionOperands(s, g.WorkBytes())
	o := asm.AttnGradOperands{AttnOperands: forward, DQ: ptr(bare(queries)), DK: ptr(bare(keys)), DV: ptr(bare(keys))}
	if err := g.Check(&o); err != nil {
		return nil, err
	}
	scratch := m.scratch()
	one := func(stage, unit, worker int) { g.Run(stage, unit, &o, scratch[worker]) }
	units := []int{g.Units(0)}
	w := Work{Flops: attentionFlops(s, 5), Read: float64(8 * (queries + keys)), Written: float64(4*queries + 8*keys)}
	return &kernelCase{impl: "attention_grad", isa: m.cpu.ISA, work: w, threads: m.team.size, run: func() { m.team.stages(units, one) }}, nil
}

// scratch is one for each worker.
func (m *maker) scratch() []*asm.Scratch {
	list := make([]*asm.Scratch, m.team.size)
	for i := range list {
		list[i] = asm.NewScratch()
	}
	return list
}
