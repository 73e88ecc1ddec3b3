package ops

import (
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Attention is softmax(q k' / scale) v: q [L..., N, D], k [L..., M, D], v [L..., M, E], scale, from -> [L..., N, E]. If Causal, row
// i of q sees the rows of k up to from + i. A row that sees none, or whose scores are all -Inf, gives zeros, as in ONNX. After
// Vaswani et al., Attention Is All You Need, 3.2.1.
// (C1) q, k and v are floats of one dtype and one rank, at least 2. (C2) their leading dims are equal. (C3) q and k have one D, k
// and v one M. (C4) scale is a scalar of that dtype, from an i32 scalar.
type Attention struct{ Causal bool }

// Name implements [ir.Op].
func (Attention) Name() string { return "attention" }

// Infer implements [ir.Op].
func (o Attention) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 5); err != nil {
		return nil, err
	}
	if err := attentionTypes(in); err != nil {
		return nil, err
	}
	q, v := in[0], in[2]
	return one(q.WithDims(cat(q.Dims()[:q.Rank()-1], []ir.Dim{v.Dim(-1)})...))
}

// attentionTypes checks q, k, v, scale and from.
func attentionTypes(in []ir.Type) error {
	q, k, v := in[0], in[1], in[2]
	for _, t := range []ir.Type{q, k, v} {
		if !t.DType.IsFloat() || t.DType != q.DType || t.Rank() < 2 || t.Rank() != q.Rank() { // C1
			return fmt.Errorf("%v, %v and %v are not floats of one dtype and rank", q, k, v)
		}
	}
	lead := q.Rank() - 2
	if !sameDims(q.Dims()[:lead], k.Dims()[:lead]) || !sameDims(q.Dims()[:lead], v.Dims()[:lead]) { // C2
		return fmt.Errorf("leading dims differ: %v, %v and %v", q, k, v)
	}
	if q.Dim(-1) != k.Dim(-1) || k.Dim(-2) != v.Dim(-2) { // C3
		return fmt.Errorf("%v, %v and %v are not [N, D], [M, D] and [M, E]", q, k, v)
	}
	if in[3] != ir.T(q.DType) || in[4] != ir.T(tensor.I32) { // C4
		return fmt.Errorf("%v and %v are not a scale and a place", in[3], in[4])
	}
	return nil
}

// Eval implements [ir.Evaler].
func (o Attention) Eval(in, out []tensor.Tensor) error {
	a := layAttention(o.Causal, in)
	y := make([]float64, out[0].Len())
	p := make([]float64, a.m)
	for item := range a.items {
		for i := range a.n {
			a.weights(p, item, i)
			row := y[(item*a.n+i)*a.e:][:a.e]
			for j, w := range p {
				if w == 0 {
					continue
				}
				for c, x := range a.v[(item*a.m+j)*a.e:][:a.e] {
					row[c] += w * x
				}
			}
		}
	}
	storeFloats(out[0], y)
	return nil
}

// attentionData are the operands in float64, and the sizes: items of n queries over m keys of d numbers, m values of e.
type attentionData struct {
	items, n, m, d, e int
	q, k, v           []float64
	scale             float64
	from              int // the last key that query 0 sees
}

func layAttention(causal bool, in []tensor.Tensor) attentionData {
	q, k, v := in[0], in[1], in[2]
	a := attentionData{n: q.Dim(-2), m: k.Dim(-2), d: q.Dim(-1), e: v.Dim(-1), q: floatsOf(q), k: floatsOf(k), v: floatsOf(v), scale: in[3].Float(0)}
	a.items = product(q.Dims()[:q.Rank()-2])
	if a.from = a.m; causal {
		a.from = int(intsOf(in[4])[0])
	}
	return a
}

// weights are the softmax of a query's scores: 0 for keys that it does not see.
func (a *attentionData) weights(p []float64, item, i int) {
	greatest := math.Inf(-1)
	q := a.q[(item*a.n+i)*a.d:][:a.d]
	for j := range p {
		p[j] = math.Inf(-1)
		if j > a.from+i {
			continue
		}
		s := 0.0
		for c, x := range a.k[(item*a.m+j)*a.d:][:a.d] {
			s += q[c] * x
		}
		p[j] = s / a.scale
		greatest = max(greatest, p[j])
	}
	if math.IsInf(greatest, -1) {
		clear(p)
		return
	}
	sum := 0.0
	for j := range p {
		p[j] = math.Exp(p[j] - greatest)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
}

// VJP implements [ir.VJPer]. The scale divides q k', so its gradient is that of q along q.
func (o Attention) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	q, scale := n.In[0], n.In[3]
	d := b.Op(AttentionGrad(o), q, n.In[1], n.In[2], scale, n.In[4], dOut[0])
	along := b.Op1(ReduceSum(upTo(0, q.Type().Rank())...), b.Op1(Mul(), q, d[0]))
	return []ir.Value{d[0], d[1], d[2], b.Op1(Neg(), b.Op1(Div(), along, scale)), {}}
}

// Batched implements [ir.Batcher].
func (o Attention) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchAttention(b, o, in, batched, size)
}

// batchAttention gives all operands but scale and from, which all share, the new axis.
func batchAttention(b *ir.Builder, o ir.Op, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if batched[3] || batched[4] {
		return nil
	}
	all := append([]bool(nil), batched...)
	all[3], all[4] = true, true
	return b.Op(o, lead(b, in, all, size)...)
}

// Samples implements [ir.Sampler].
func (Attention) Samples() []ir.Sample {
	return []ir.Sample{
		attentionSample(false, 0, f32(3, 2), f32(4, 2), f32(4, 5)),
		attentionSample(true, 0, f32(2, 3, 2), f32(2, 3, 2), f32(2, 3, 2)),
		attentionSample(true, 2, f32(2, 3, 1), f32(2, 6, 1), f32(2, 6, 3)),
		attentionSample(false, 0, f32(2, 3), f32(0, 3), f32(0, 2)),
		attentionSample(false, 0, f32(0, 3), f32(2, 3), f32(2, 2)),
	}
}

// attentionSample draws a scale that is not near 0.
func attentionSample(causal bool, from int64, in ...ir.Type) ir.Sample {
	return ir.Sample{Op: Attention{causal}, In: append(in, f32(), i32()), Lo: 0.5, Hi: 2, IntLo: from, IntHi: from + 1}
}
