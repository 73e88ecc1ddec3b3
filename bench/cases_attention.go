package bench

import (
	"math"

	"github.com/seed-350a5e16/nnc/asm"
)

// attentionSpecs are 12 heads of 64 columns over 512 positions, with and without a causal mask. The full form counts 4nnd
// flops, the causal one those as well, half of which it may leave out.
func attentionSpecs() []spec {
	var list []spec
	for _, causal := range []bool{false, true} {
		kernel := "attention"
		if causal {
			kernel = "attention_causal"
		}
		list = append(list, spec{kernel: kernel, shape: "12x512x64", family: "gemm", make: func(m *maker) (*kernelCase, error) {
			return attention(m, 12, 512, 64, causal)
		}})
	}
	return list
}

func attention(m *maker, heads, n, d int, causal bool) (*kernelCase, error) {
	st := asm.AttnStrides{Batch: 4 * heads * n * d, Head: 4 * n * d, Row: 4 * d}
	s := asm.AttnSpec{Batch: 1, Heads: heads, KVHeads: heads, NQ: n, NK: n, D: d, DV: d, Q: st, K: st, V: st, O: st, Causal: causal}
	a, err := asm.NewAttention(m.cpu, s)
	if err != nil {
		return nil, err
	}
	size := heads * n * d
	q, k, v, out := floats(size), floats(size), floats(size), bare(size)
	o := &asm.AttnOperands{Q: ptr(q), K: ptr(k), V: ptr(v), O: ptr(out), Work: ptr(bare(a.WorkBytes()/4 + 1)), Factor: float32(1 / math.Sqrt(float64(d)))}
	scratch := make([]*asm.Scratch, m.team.size)
	for i := range scratch {
		scratch[i] = asm.NewScratch()
	}
	units := make([]int, a.Stages())
	for i := range units {
		units[i] = a.Units(i)
	}
	one := func(stage, unit, worker int) { a.Run(stage, unit, o, scratch[worker]) }
	w := Work{Flops: 4 * float64(heads) * float64(n) * float64(n) * float64(d), Read: float64(12 * size), Written: float64(4 * size)}
	return &kernelCase{impl: "attention", isa: m.cpu.ISA, work: w, threads: m.team.size, run: func() { m.team.stages(units, one) }}, nil
}
