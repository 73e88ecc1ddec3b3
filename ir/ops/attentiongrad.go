package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// AttentionGrad is the gradients of the first three operands of [Attention] with the same attributes: its operands and the gradient
// of its result, dy -> the types of q, k and v.
// (C1) all but the last are operands of Attention. (C2) dy has the type of its result.
type AttentionGrad struct{ Causal, Mask, Lengths bool }

// Name implements [ir.Op].
func (AttentionGrad) Name() string { return "attention_grad" }

// Infer implements [ir.Op].
func (o AttentionGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	n := Attention(o).operands()
	if err := operands(in, n+1); err != nil {
		return nil, err
	}
	y, err := Attention(o).Infer(in[:n])
	if err != nil { // C1
		return nil, err
	}
	if in[n] != y[0] { // C2
		return nil, fmt.Errorf("%v is not %v", in[n], y[0])
	}
	return in[:3:3], nil
}

// Eval implements [ir.Evaler]. With weights p, dp = dy v' and ds = p (dp - sum(p dp)) / scale the gradients are ds k, ds' q, p' dy.
func (o AttentionGrad) Eval(in, out []tensor.Tensor) error {
	a := Attention(o).lay(in)
	dy := floatsOf(in[len(in)-1])
	dq, dk, dv := make([]float64, len(a.q)), make([]float64, len(a.k)), make([]float64, len(a.v))
	p, ds := make([]float64, a.m), make([]float64, a.m)
	for item := range a.items {
		for i := range a.n {
			a.weights(p, item, i)
			g := dy[(item*a.n+i)*a.e:][:a.e]
			a.scoreGrads(ds, p, g, item)
			q := a.q[(item*a.n+i)*a.d:][:a.d]
			to := dq[(item*a.n+i)*a.d:][:a.d]
			for j := range p {
				key := (item*a.m + j) * a.d
				for c := range a.d {
					to[c] += ds[j] * a.k[key+c]
					dk[key+c] += ds[j] * q[c]
				}
				value := (item*a.m + j) * a.e
				for c, x := range g {
					dv[value+c] += p[j] * x
				}
			}
		}
	}
	for i, d := range [][]float64{dq, dk, dv} {
		storeFloats(out[i], d)
	}
	return nil
}

// scoreGrads are the gradients of a query's products with the keys, before they are divided by the scale.
func (a *attentionData) scoreGrads(ds, p, dy []float64, item int) {
	along := 0.0
	for j := range ds {
		ds[j] = 0
		for c, x := range a.v[(item*a.m+j)*a.e:][:a.e] {
			ds[j] += dy[c] * x
		}
		along += p[j] * ds[j]
	}
	for j := range ds {
		ds[j] = p[j] * (ds[j] - along) / a.scale
	}
}

// Batched implements [ir.Batcher].
func (o AttentionGrad) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return Attention(o).batch(b, o, in, batched, size)
}

// Samples implements [ir.Sampler].
func (AttentionGrad) Samples() []ir.Sample {
	list := Attention{}.Samples()
	for i, s := range list {
		q, v := s.In[0], s.In[2]
		list[i].Op = AttentionGrad(s.Op.(Attention))
		list[i].In = append(s.In, q.WithDims(cat(q.Dims()[:q.Rank()-1], []ir.Dim{v.Dim(-1)})...))
	}
	return list
}
