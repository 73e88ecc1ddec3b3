package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// attentionStep runs an attention or its gradient by blocks of queries: no matrix of all scores is stored.
type attentionStep struct {
	plan    *plan.Step
	op      ops.Attention
	in, out []ref
	forward *asm.Attention
	back    *asm.AttentionGrad // set for a gradient
	args    asm.AttnGradOperands
	flop    int
	work    int // where its work memory begins in the frame's
}

// attentionKernel is the kernel of an attention of f32 or of its gradient; nil for others.
func attentionKernel(s *plan.Step) kernel {
	if len(s.In) == 0 || s.In[0].Type.DType != tensor.F32 {
		return nil
	}
	switch op := s.Eval.(type) {
	case ops.Attention:
		return &attentionStep{plan: s, op: op}
	case ops.AttentionGrad:
		return &attentionStep{plan: s, op: ops.Attention(op)}
	}
	return nil
}

func (a *attentionStep) bind(fr *frame) error {
	a.in, a.out = make([]ref, len(a.plan.In)), make([]ref, len(a.plan.Out))
	for i := range a.in {
		if err := fr.bindRef(&a.in[i], &a.plan.In[i]); err != nil {
			return err
		}
	}
	for i := range a.out {
		if err := fr.bindRef(&a.out[i], &a.plan.Out[i]); err != nil {
			return err
		}
	}
	if err := a.check(); err != nil {
		return err
	}
	return a.prepare(fr.f.m.cpu)
}

// check holds the shapes of a step to its op: a file may say anything.
func (a *attentionStep) check() error {
	types, outs := make([]tensorShape, len(a.in)), a.out
	for i := range a.in {
		types[i] = shapeOf(&a.in[i])
	}
	wrong := fmt.Errorf("operands %v don't make an attention", types)
	n := 5
	for _, more := range []bool{a.op.Mask, a.op.Lengths} {
		if more {
			n++
		}
	}
	if len(a.in) < n || types[0].rank < 2 || a.in[3].bytes != 4 || a.in[4].bytes != 4 || a.in[4].dt != tensor.I32 {
		return wrong
	}
	q, k, v := types[0], types[1], types[2]
	y := q.with(v.last())
	if !k.like(q, 2) || !v.like(q, 2) || q.last() != k.last() || k.row() != v.row() {
		return wrong
	}
	if a.op.Mask && (!types[5].maskOf(q, k) || types[5].dt != tensor.F32) {
		return wrong
	}
	if lengths := &a.in[n-1]; a.op.Lengths && (q.rank == 2 || lengths.dt != tensor.I32 || lengths.bytes != 4*q.dims[0]) {
		return wrong
	}
	switch {
	case len(a.in) == n && len(outs) == 1 && shapeOf(&outs[0]) == y:
	case len(a.in) == n+1 && len(outs) == 3 && types[n] == y && shapeOf(&outs[0]) == q && shapeOf(&outs[1]) == k && shapeOf(&outs[2]) == v:
	default:
		return wrong
	}
	return nil
}

// maskOf reports whether s is a mask of queries over keys: for all items, for all of one of the first leading dim, or for each.
func (s tensorShape) maskOf(q, k tensorShape) bool {
	shared := s.rank - 2
	if shared != 0 && shared != 1 && shared != q.rank-2 || shared > q.rank-2 || s.row() != q.row() || s.last() != k.row() {
		return false
	}
	for i := range shared {
		if s.dims[i] != q.dims[i] {
			return false
		}
	}
	return true
}

// prepare makes the job; without keys there is none, and results are zeros.
func (a *attentionStep) prepare(cpu asm.CPU) error {
	q, k, v := shapeOf(&a.in[0]), shapeOf(&a.in[1]), shapeOf(&a.in[2])
	items, heads := 1, 1 // what the first leading dim counts, and the others
	for i, d := range q.dims[:q.rank-2] {
		if i == 0 {
			items = d
		} else {
			heads *= d
		}
	}
	dense := func(t tensorShape) asm.AttnStrides {
		head := 4 * t.row() * t.last()
		return asm.AttnStrides{Batch: heads * head, Head: head, Row: 4 * t.last()}
	}
	s := asm.AttnSpec{Batch: items, Heads: heads, KVHeads: max(1, heads), NQ: q.row(), NK: k.row(), D: q.last(), DV: v.last(),
		Q: dense(q), K: dense(k), V: dense(v), O: dense(q.with(v.last())), Causal: a.op.Causal, HasMask: a.op.Mask, HasLengths: a.op.Lengths}
	if a.op.Mask {
		mask := shapeOf(&a.in[5])
		s.Mask = dense(mask)
		if shared := mask.rank - 2; shared == 0 {
			s.Mask.Batch, s.Mask.Head = 0, 0
		} else if shared < q.rank-2 {
			s.Mask.Batch, s.Mask.Head = s.Mask.Head, 0
		}
	}
	a.flop = 2 * s.Batch * s.Heads * s.NQ * s.NK * (s.D + s.DV)
	a.forward, a.back = nil, nil
	var err error
	switch {
	case s.NK == 0:
	case len(a.out) == 1:
		if a.forward, err = asm.NewAttention(cpu, s); err == nil {
			a.forward.Trust(&a.args.AttnOperands) // binding has checked the operands
		}
	default:
		a.flop *= 3
		if a.back, err = asm.NewAttentionGrad(cpu, asm.AttnGradSpec{AttnSpec: s, DQs: s.Q, DKs: s.K, DVs: s.V}); err == nil {
			a.back.Trust(&a.args)
		}
	}
	return err
}

func (a *attentionStep) workBytes() int {
	switch {
	case a.forward != nil:
		return a.forward.WorkBytes()
	case a.back != nil:
		return a.back.WorkBytes()
	}
	return 0
}

func (a *attentionStep) setWork(at int) { a.work = at }
func (a *attentionStep) cost() int      { return a.flop / gemmRate }

func (a *attentionStep) stages() int {
	if a.forward != nil {
		return a.forward.Stages()
	}
	return 1
}

func (a *attentionStep) units(stage int) int {
	switch {
	case a.forward != nil:
		return a.forward.Units(stage)
	case a.back != nil:
		return a.back.Units(stage)
	}
	return 1
}

// start notes the addresses of this run, and what scale and from are in it.
func (a *attentionStep) start(fr *frame) {
	in := func(i int) unsafe.Pointer { return a.in[i].addr(fr) }
	o := &a.args
	o.Q, o.K, o.V = in(0), in(1), in(2)
	o.Factor, o.From = 1 / *(*float32)(in(3)), int(*(*int32)(in(4)))
	if a.op.Mask {
		o.Mask = in(5)
	}
	last := len(a.in) - 1 // dy, for a gradient
	if a.op.Lengths {
		o.Lengths = in(last - min(1, len(a.out)-1))
	}
	if a.workBytes() > 0 {
		o.Work = unsafe.Pointer(&fr.work[a.work])
	}
	if len(a.out) == 1 {
		o.O = a.out[0].addr(fr)
		return
	}
	o.O = in(last)
	o.DQ, o.DK, o.DV = a.out[0].addr(fr), a.out[1].addr(fr), a.out[2].addr(fr)
}

func (a *attentionStep) run(fr *frame, stage, unit int, w *worker) error {
	switch {
	case a.forward != nil:
		a.forward.Run(stage, unit, &a.args.AttnOperands, w.gemm)
	case a.back != nil:
		a.back.Run(stage, unit, &a.args, w.gemm)
	default:
		for i := range a.out {
			clear(bytesAt(a.out[i].addr(fr), a.out[i].bytes))
		}
	}
	return nil
}

// A tensorShape is a ref's dtype and dims.
type tensorShape struct {
	dt   tensor.DType
	rank int
	dims [tensor.MaxRank]int
}

func shapeOf(r *ref) tensorShape {
	s := tensorShape{dt: r.dt, rank: r.rank}
	copy(s.dims[:], r.shape())
	return s
}

func (s tensorShape) last() int { return s.dims[s.rank-1] }
func (s tensorShape) row() int  { return s.dims[s.rank-2] }

// with is s with another last dim.
func (s tensorShape) with(last int) tensorShape {
	s.dims[s.rank-1] = last
	return s
}

// like reports whether s differs from t in the last dims only, so many of them.
func (s tensorShape) like(t tensorShape, last int) bool {
	if s.rank != t.rank || s.rank < last {
		return false
	}
	for i := s.rank - last; i < s.rank; i++ {
		s.dims[i], t.dims[i] = 0, 0
	}
	return s == t
}
