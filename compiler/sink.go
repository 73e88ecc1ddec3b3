package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// sink moves work out of scans, behind them, that feeds no carried value: SinkStack what is only stacked, as one op over
// all rounds, if it is dear; SinkSum what is only added up over the rounds, such as the gradient of a weight: its terms
// are then computed over all rounds and summed. What the moved work reads of the loop is stacked instead.
func sink(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			op, ok := n.Op.(ops.Scan)
			if !ok {
				return nil
			}
			s := &sinker{r: r, c: c, op: op, n: n, body: n.Funcs[0]}
			if !s.choose() {
				return nil
			}
			return s.emit()
		})
	})
}

type sinker struct {
	r    *run
	c    *ir.Copier
	op   ops.Scan
	n    *ir.Node
	body *ir.Func

	term  []ir.Value // by carried value: what is added each round, if that is all that happens to it
	stay  []bool     // nodes of the body that cannot or need not leave it
	bound []bool     // nodes that depend on a carried value
	sums  []int      // carried values that become sums
	outs  []int      // stacks that are computed behind the loop
}

// choose finds what to move and reports whether there is anything.
func (s *sinker) choose() bool {
	s.findTerms()
	for {
		s.findStaying()
		if !s.dropTerms() {
			break
		}
	}
	for k, v := range s.term {
		if !v.IsZero() && s.r.fire("SinkSum") {
			s.sums = append(s.sums, k)
		}
	}
	for i := s.op.Carried; i < len(s.body.Outs); i++ {
		if v := s.body.Outs[i].Value; s.leaves(v) && s.dear(v) && s.r.fire("SinkStack") {
			s.outs = append(s.outs, i)
		}
	}
	return len(s.sums)+len(s.outs) > 0
}

// findTerms finds carried values that each round only adds to: the body's result is add(argument, term), and neither is
// read elsewhere.
func (s *sinker) findTerms() {
	uses := map[ir.Value]int{}
	for _, n := range s.body.Nodes {
		for _, v := range n.In {
			uses[v]++
		}
	}
	for _, o := range s.body.Outs {
		uses[o.Value]++
	}
	s.term = make([]ir.Value, s.op.Carried)
	for k := range s.op.Carried {
		acc, out := s.body.Arg(k+1), s.body.Outs[k].Value
		if out.Node.Op != ir.Op(ops.Add()) || uses[acc] != 1 || uses[out] != 1 || !acc.Type().DType.IsFloat() {
			continue
		}
		switch acc {
		case out.Node.In[0]:
			s.term[k] = out.Node.In[1]
		case out.Node.In[1]:
			s.term[k] = out.Node.In[0]
		}
	}
}

// findStaying marks the nodes that stay: what a carried value needs, what has no batched form and what that needs, and
// cheap work whose inputs are all there.
func (s *sinker) findStaying() {
	s.stay, s.bound = make([]bool, len(s.body.Nodes)), make([]bool, len(s.body.Nodes))
	for k, o := range s.body.Outs[:s.op.Carried] {
		s.stay[o.Value.Node.ID] = s.stay[o.Value.Node.ID] || s.term[k].IsZero()
	}
	adds, born := s.addNodes(), bornIn(s.body)
	for i := len(s.body.Nodes) - 1; i > 0; i-- {
		n := s.body.Nodes[i]
		if s.stay[i] = s.stay[i] || (!batchable(n) || mentions(n, born)) && len(n.In) > 0; !s.stay[i] || adds[n] {
			continue
		}
		for _, v := range n.In {
			s.stay[v.Node.ID] = true
		}
	}
	for _, n := range s.body.Nodes[1:] {
		waits := false // for a node that leaves
		for _, v := range n.In {
			s.bound[n.ID] = s.bound[n.ID] || s.isBound(v)
			waits = waits || v.Node.ID > 0 && !s.stay[v.Node.ID] && s.bound[v.Node.ID]
		}
		if isCheap(n.Op) && !isView(n.Op) && s.bound[n.ID] && !waits {
			s.stay[n.ID] = true
		}
	}
}

// addNodes are the additions to accumulators: they go with them.
func (s *sinker) addNodes() map[*ir.Node]bool {
	adds := map[*ir.Node]bool{}
	for k, v := range s.term {
		if !v.IsZero() {
			adds[s.body.Outs[k].Value.Node] = true
		}
	}
	return adds
}

func (s *sinker) isBound(v ir.Value) bool {
	if v.Node.ID > 0 {
		return s.bound[v.Node.ID]
	}
	return v.Res > 0 && v.Res <= s.op.Carried
}

// dropTerms gives up terms that are not worth a sum; it reports whether it did.
func (s *sinker) dropTerms() bool {
	dropped := false
	for k, v := range s.term {
		if !v.IsZero() && !s.summable(v) {
			s.term[k], dropped = ir.Value{}, true
		}
	}
	return dropped
}

// summable reports whether v over all rounds can be summed without being stored: it is a product or a reduction, maybe
// under views, or a sum of such.
func (s *sinker) summable(v ir.Value) bool {
	if !s.leaves(v) {
		return false
	}
	switch op := v.Node.Op.(type) {
	case ops.MatMul, ops.Reduce, ops.ConvWeightGrad:
		return true
	case ops.Transpose, ops.Reshape:
		return s.summable(v.Node.In[0])
	case ops.Binary:
		return op == ops.Add() && s.summable(v.Node.In[0]) && s.summable(v.Node.In[1])
	}
	return false
}

// leaves reports whether v is computed by a node that can leave the body.
func (s *sinker) leaves(v ir.Value) bool {
	return v.Node.ID > 0 && !s.stay[v.Node.ID] && len(v.Node.In) > 0
}

// dear reports whether something dear leaves the body for v.
func (s *sinker) dear(v ir.Value) bool {
	if !s.leaves(v) {
		return false
	}
	if !isCheap(v.Node.Op) {
		return true
	}
	for _, w := range v.Node.In {
		if s.dear(w) {
			return true
		}
	}
	return false
}

// emit makes the new loop, which stacks what the moved work reads, and the moved work behind it.
func (s *sinker) emit() []ir.Value {
	l := &newLoop{op: s.op, n: s.n, gone: make([]bool, len(s.body.Nodes))}
	isSum, isOut := map[int]bool{}, map[int]bool{}
	for _, k := range s.sums {
		isSum[k] = true
		l.gone[s.body.Outs[k].Value.Node.ID] = true
	}
	for _, i := range s.outs {
		isOut[i] = true
	}
	place := map[int]int{} // of the old result among the new ones
	for k := range s.op.Carried {
		if !isSum[k] {
			place[k] = len(l.carried)
			l.carried = append(l.carried, k)
		}
	}
	for i := s.op.Carried; i < len(s.body.Outs); i++ {
		if !isOut[i] {
			place[i] = len(l.carried) + len(l.stacks)
			l.stacks = append(l.stacks, s.body.Outs[i].Value)
		}
	}
	cut := s.cut()
	first := len(l.carried) + len(l.stacks)
	l.stacks = append(l.stacks, cut...)
	res, err := l.emit(s.c)
	if err != nil {
		s.c.B.Fail(err)
		return make([]ir.Value, len(s.n.Types))
	}
	m := s.mover()
	for i, v := range cut {
		m.out[v] = moved{res[first+i], true}
	}
	results := make([]ir.Value, len(s.n.Types))
	for i := range results {
		switch {
		case isSum[i]:
			results[i] = s.plus(s.c.Get(s.n.In[i]), s.sum(m, s.term[i]))
		case isOut[i]:
			results[i] = s.stacked(m, s.body.Outs[i].Value)
		default:
			results[i] = res[place[i]]
		}
	}
	return results
}

// mover knows what the arguments of the body are outside, but for the carried ones.
func (s *sinker) mover() *mover {
	m := &mover{c: s.c, trip: s.op.Trip, out: map[ir.Value]moved{}}
	m.out[s.body.Arg(0)] = moved{s.c.B.Op1(ops.Iota{N: s.op.Trip, DType: tensor.I32}), true}
	for i := s.op.Carried; i < len(s.n.In); i++ {
		m.out[s.body.Arg(i+1)] = moved{s.c.Get(s.n.In[i]), i < s.op.Carried+s.op.Scanned}
	}
	return m
}

// cut lists the values that stay in the loop and that moved work reads.
func (s *sinker) cut() []ir.Value {
	var list []ir.Value
	seen := map[ir.Value]bool{}
	var visit func(v ir.Value)
	visit = func(v ir.Value) {
		if seen[v] {
			return
		}
		seen[v] = true
		switch {
		case v.Node.ID == 0 && !s.isBound(v), len(v.Node.In) == 0 && v.Node.ID > 0:
		case v.Node.ID == 0 || !s.leaves(v):
			list = append(list, v)
		default:
			for _, w := range v.Node.In {
				visit(w)
			}
		}
	}
	for _, k := range s.sums {
		visit(s.term[k])
	}
	for _, i := range s.outs {
		visit(s.body.Outs[i].Value)
	}
	return list
}

// plus is init + sum; a sum that began at 0 is the sum.
func (s *sinker) plus(init, sum ir.Value) ir.Value {
	if x, ok := ops.ConstOf(init); ok && x == 0 {
		return sum
	}
	return s.c.B.Op1(ops.Add(), init, sum)
}

// stacked is v over all rounds.
func (s *sinker) stacked(m *mover, v ir.Value) ir.Value {
	x := m.lift(v)
	if x.batched {
		return x.v
	}
	return ops.Lead(s.c.B, x.v, s.op.Trip)
}

// sum is the sum of v over all rounds. Sums and views are summed part by part.
func (s *sinker) sum(m *mover, v ir.Value) ir.Value {
	b, n := s.c.B, v.Node
	switch op := n.Op.(type) {
	case ops.Binary:
		return b.Op1(op, s.sum(m, n.In[0]), s.sum(m, n.In[1]))
	case ops.Transpose, ops.Reshape:
		return b.Op1(op, s.sum(m, n.In[0]))
	}
	return b.Op1(ops.ReduceSum(0), s.stacked(m, v))
}
