package ops

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// VJP implements [ir.VJPer]. The second derivative is written out in products and sums over the matrix of all scores: it is
// rare. With weights p, t = dy v' and w = p (t - sum(p t)) the op's results are w k / scale, w' q / scale and p' dy.
func (o AttentionGrad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	last := len(n.In) - 1
	q, k, v, g := n.In[0], n.In[1], n.In[2], n.In[last]
	s := newAttentionSecond(b, n.In)
	for i, d := range dOut {
		if d.IsZero() {
			dOut[i] = Full(b, 0, n.Types[i])
		}
	}
	dq, dk, dv := dOut[0], dOut[1], dOut[2]
	p := s.weights(Attention(o), n.In)
	t := s.product(g, v, false, true)
	centred := s.sub(t, s.along(p, t))
	w := s.mul(p, centred)

	// of w, then of t and p, which w is made of
	toW := s.scaled(s.add(s.product(dq, k, false, true), s.product(q, dk, false, true)))
	mean := s.along(p, toW)
	toT := s.mul(p, s.sub(toW, mean))
	toP := s.add(s.product(g, dv, false, true), s.sub(s.mul(toW, centred), s.mul(mean, t)))
	toS := s.mul(p, s.sub(toP, s.along(p, toP))) // of the scores

	fromS := s.scaled(s.product(toS, k, false, false))
	toQ := s.add(s.scaled(s.product(w, dk, false, false)), fromS)
	toK := s.scaled(s.add(s.product(w, dq, true, false), s.product(toS, q, true, false)))
	toG := s.add(s.product(p, dv, false, false), s.product(toT, v, false, false))
	scales := s.add(s.add(s.total(dq, n.Value(0)), s.total(dk, n.Value(1))), s.total(q, fromS))
	grads := make([]ir.Value, len(n.In))
	copy(grads, []ir.Value{toQ, toK, s.product(toT, g, true, false), b.Op1(Neg(), b.Op1(Div(), scales, s.scale))})
	if o.Mask {
		grads[5] = s.ofMask(toS, n.In[5])
	}
	grads[last] = toG
	return grads
}

// attentionSecond emits what the second derivative of an attention is made of.
type attentionSecond struct {
	b     *ir.Builder
	scale ir.Value
	type_ ir.Type // of all scores
}

// newAttentionSecond takes the operands of an attention.
func newAttentionSecond(b *ir.Builder, in []ir.Value) *attentionSecond {
	q, keys := in[0].Type(), in[1].Type().Dim(-2)
	return &attentionSecond{b: b, scale: in[3], type_: q.WithDims(cat(q.Dims()[:q.Rank()-1], []ir.Dim{keys})...)}
}

func (s *attentionSecond) add(x, y ir.Value) ir.Value { return s.b.Op1(Add(), x, y) }
func (s *attentionSecond) sub(x, y ir.Value) ir.Value { return s.b.Op1(Sub(), x, y) }
func (s *attentionSecond) mul(x, y ir.Value) ir.Value { return s.b.Op1(Mul(), x, y) }

func (s *attentionSecond) product(x, y ir.Value, transX, transY bool) ir.Value {
	return s.b.Op1(MatMul{TransA: transX, TransB: transY}, x, y)
}

func (s *attentionSecond) scaled(x ir.Value) ir.Value {
	return s.b.Op1(Div(), x, BroadcastTo(s.b, s.scale, x.Type().Dims(), nil))
}

// along is the sum of x y over a row, in each element of the row.
func (s *attentionSecond) along(x, y ir.Value) ir.Value { return s.rows(ReduceSum, s.mul(x, y)) }

func (s *attentionSecond) rows(reduce func(axes ...int) Reduce, x ir.Value) ir.Value {
	last := s.type_.Rank() - 1
	return BroadcastTo(s.b, s.b.Op1(reduce(last), x), s.type_.Dims(), upTo(0, last))
}

// total is the sum of x y.
func (s *attentionSecond) total(x, y ir.Value) ir.Value {
	return s.b.Op1(ReduceSum(upTo(0, x.Type().Rank())...), s.mul(x, y))
}

// maskAxes are the axes of the scores that a mask has.
func (s *attentionSecond) maskAxes(mask ir.Type) []int {
	rank := s.type_.Rank()
	return append(upTo(0, mask.Rank()-2), rank-2, rank-1)
}

// ofMask is the gradient of a mask, of that of the scores.
func (s *attentionSecond) ofMask(x, mask ir.Value) ir.Value {
	rank := s.type_.Rank()
	if shared := upTo(mask.Type().Rank()-2, rank-2); len(shared) > 0 {
		return s.b.Op1(ReduceSum(shared...), x)
	}
	return x
}

// weights are the softmax of the scores.
func (s *attentionSecond) weights(o Attention, in []ir.Value) ir.Value {
	b, dims, rank := s.b, s.type_.Dims(), s.type_.Rank()
	x := s.scaled(s.product(in[0], in[1], false, true))
	if o.Mask {
		x = s.add(x, BroadcastTo(b, in[5], dims, s.maskAxes(in[5].Type())))
	}
	hide := func(op ir.Op, limit ir.Value) {
		seen := b.Op1(op, alongAxis(b, dims[rank-1], dims, rank-1), limit)
		x = b.Op1(Select{}, seen, x, Full(b, math.Inf(-1), s.type_))
	}
	if o.Causal {
		i := b.Op1(Add(), b.Op1(Iota{N: dims[rank-2], DType: tensor.I32}), BroadcastTo(b, in[4], dims[rank-2:rank-1], nil))
		hide(Le(), BroadcastTo(b, i, dims, []int{rank - 2}))
	}
	if o.Lengths {
		hide(Lt(), BroadcastTo(b, in[o.operands()-1], dims, []int{0}))
	}
	// A row whose scores are all -Inf has weights of 0: its greatest score counts as 0, its sum as 1.
	top := b.Op1(StopGradient{}, s.rows(ReduceMax, x))
	e := b.Op1(Exp(), s.sub(x, s.instead(top, math.Inf(-1), 0)))
	return b.Op1(Div(), e, s.instead(s.rows(ReduceSum, e), 0, 1))
}

// instead is x with one number in the place of another.
func (s *attentionSecond) instead(x ir.Value, of, by float64) ir.Value {
	full := func(v float64) ir.Value { return Full(s.b, v, s.type_) }
	return s.b.Op1(Select{}, s.b.Op1(Eq(), x, full(of)), full(by), x)
}
