package ops

import (
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Attention is softmax(q k' / scale + mask) v: q [L..., N, D], k [L..., M, D], v [L..., M, E], scale, from, then mask if Mask, then
// lengths if Lengths -> [L..., N, E]. If Causal, row i of q sees the rows of k up to from + i; with lengths those of item b of the
// first leading dim see the first lengths[b] rows alone. A row that sees none, or whose scores are all -Inf, gives zeros, as in ONNX.
// After Vaswani et al., Attention Is All You Need, 3.2.1.
// (C1) q, k and v are floats of one dtype and one rank, at least 2. (C2) their leading dims are equal. (C3) q and k have one D, k
// and v one M. (C4) scale is a scalar of that dtype, from an i32 scalar. (C5) mask is of that dtype, [N, M] with none, the first or
// all of the leading dims before it. (C6) lengths is i32[B], B the first leading dim.
type Attention struct{ Causal, Mask, Lengths bool }

// Name implements [ir.Op].
func (Attention) Name() string { return "attention" }

// Infer implements [ir.Op].
func (o Attention) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, o.operands()); err != nil {
		return nil, err
	}
	if err := o.types(in); err != nil {
		return nil, err
	}
	q, v := in[0], in[2]
	return one(q.WithDims(cat(q.Dims()[:q.Rank()-1], []ir.Dim{v.Dim(-1)})...))
}

// operands is the number of operands.
func (o Attention) operands() int {
	n := 5
	for _, more := range []bool{o.Mask, o.Lengths} {
		if more {
			n++
		}
	}
	return n
}

// types checks the operands.
func (o Attention) types(in []ir.Type) error {
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
	if o.Mask && !isMask(in[5], q, k) { // C5
		return fmt.Errorf("%v is no mask of %v and %v", in[5], q, k)
	}
	if lengths := in[len(in)-1]; o.Lengths && (lead == 0 || lengths != ir.T(tensor.I32, q.Dim(0))) { // C6
		return fmt.Errorf("%v are not lengths of the items of %v", lengths, q)
	}
	return nil
}

// isMask reports whether t is a mask: [N, M] with none, the first or all of the leading dims before it.
func isMask(t, q, k ir.Type) bool {
	lead := q.Dims()[:q.Rank()-2]
	shared := t.Rank() - 2
	if shared != 0 && shared != 1 && shared != len(lead) || shared > len(lead) {
		return false
	}
	return t == q.WithDims(cat(lead[:shared], []ir.Dim{q.Dim(-2), k.Dim(-2)})...)
}

// Eval implements [ir.Evaler].
func (o Attention) Eval(in, out []tensor.Tensor) error {
	a := o.lay(in)
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
	from              int       // the last key that query 0 sees
	mask              []float64 // nil for none; so many items share n rows of it:
	sharing           int
	lengths           []int64 // nil for none; so many items share one:
	heads             int
}

func (o Attention) lay(in []tensor.Tensor) attentionData {
	q, k, v := in[0], in[1], in[2]
	a := attentionData{n: q.Dim(-2), m: k.Dim(-2), d: q.Dim(-1), e: v.Dim(-1), q: floatsOf(q), k: floatsOf(k), v: floatsOf(v), scale: in[3].Float(0)}
	lead := q.Dims()[:q.Rank()-2]
	a.items = product(lead)
	if a.from = a.m; o.Causal {
		a.from = int(intsOf(in[4])[0])
	}
	if o.Mask {
		a.mask, a.sharing = floatsOf(in[5]), product(lead[in[5].Rank()-2:])
	}
	if o.Lengths {
		a.lengths, a.heads = intsOf(in[o.operands()-1]), product(lead[1:])
	}
	return a
}

// seen is how many keys a query sees.
func (a *attentionData) seen(item, i int) int {
	n := min(a.m, a.from+i+1)
	if a.lengths != nil {
		n = min(n, int(a.lengths[item/a.heads]))
	}
	return max(0, n)
}

// weights are the softmax of a query's scores: 0 for keys that it does not see.
func (a *attentionData) weights(p []float64, item, i int) {
	greatest := math.Inf(-1)
	q := a.q[(item*a.n+i)*a.d:][:a.d]
	seen := a.seen(item, i)
	for j := range p {
		p[j] = math.Inf(-1)
		if j >= seen {
			continue
		}
		s := 0.0
		for c, x := range a.k[(item*a.m+j)*a.d:][:a.d] {
			s += q[c] * x
		}
		p[j] = s / a.scale
		if a.mask != nil {
			p[j] += a.mask[(item/a.sharing*a.n+i)*a.m+j]
		}
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

// VJP implements [ir.VJPer]. The scale divides q k', so its gradient is that of q along q. That of a mask is written out: it is as
// large as all scores.
func (o Attention) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	q, scale := n.In[0], n.In[3]
	d := b.Op(AttentionGrad(o), append(n.In[:len(n.In):len(n.In)], dOut[0])...)
	along := b.Op1(ReduceSum(upTo(0, q.Type().Rank())...), b.Op1(Mul(), q, d[0]))
	grads := make([]ir.Value, len(n.In))
	copy(grads, d)
	grads[3] = b.Op1(Neg(), b.Op1(Div(), along, scale))
	if o.Mask {
		s := newAttentionSecond(b, n.In)
		p, t := s.weights(o, n.In), s.product(dOut[0], n.In[2], false, true)
		grads[5] = s.ofMask(s.mul(p, s.sub(t, s.along(p, t))), n.In[5])
	}
	return grads
}

// Batched implements [ir.Batcher].
func (o Attention) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return o.batch(b, o, in, batched, size)
}

// batch gives all operands of op, an attention or its gradient, but scale, from and a mask that all share the new axis. Lengths are
// of the first axis, and stay so.
func (o Attention) batch(b *ir.Builder, op ir.Op, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if batched[3] || batched[4] || o.Lengths {
		return nil
	}
	all := append([]bool(nil), batched...)
	all[3], all[4] = true, true
	if o.Mask && in[5].Type().Rank() == 2 {
		all[5] = true
	}
	list := lead(b, in, all, size)
	if o.Mask && !isMask(list[5].Type(), list[0].Type(), list[1].Type()) { // of the first of several leading dims
		return nil
	}
	return b.Op(op, list...)
}

// Samples implements [ir.Sampler].
func (Attention) Samples() []ir.Sample {
	mask, lengths := Attention{Mask: true}, Attention{Lengths: true}
	return []ir.Sample{
		attentionSample(Attention{}, 0, f32(3, 2), f32(4, 2), f32(4, 5)),
		attentionSample(Attention{Causal: true}, 0, f32(2, 3, 2), f32(2, 3, 2), f32(2, 3, 2)),
		attentionSample(Attention{Causal: true}, 2, f32(2, 3, 1), f32(2, 6, 1), f32(2, 6, 3)),
		attentionSample(Attention{}, 0, f32(2, 3), f32(0, 3), f32(0, 2)),
		attentionSample(Attention{}, 0, f32(0, 3), f32(2, 3), f32(2, 2)),
		attentionSample(mask, 0, f32(3, 2), f32(4, 2), f32(4, 5), f32(3, 4)),
		attentionSample(mask, 0, f32(2, 2, 3, 2), f32(2, 2, 4, 2), f32(2, 2, 4, 1), f32(2, 3, 4)),
		attentionSample(Attention{Mask: true, Causal: true}, 1, f32(2, 2, 3, 2), f32(2, 2, 4, 2), f32(2, 2, 4, 1), f32(2, 2, 3, 4)),
		attentionSample(lengths, 3, f32(2, 2, 3, 2), f32(2, 2, 4, 2), f32(2, 2, 4, 1), i32(2)),
		attentionSample(lengths, 0, f32(2, 3, 2), f32(2, 4, 2), f32(2, 4, 1), i32(2)),
	}
}

// attentionSample draws a scale that is not near 0. Integers are all the same.
func attentionSample(o Attention, n int64, q, k, v ir.Type, more ...ir.Type) ir.Sample {
	return ir.Sample{Op: o, In: append([]ir.Type{q, k, v, f32(), i32()}, more...), Lo: 0.5, Hi: 2, IntLo: n, IntHi: n + 1}
}
