package lower

import (
	"slices"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// rowSpill is a dear value, such as the exponentials of a softmax, that later phases need: it is stored at the end of the
// phase that computes it, to where a result will be, and read from there, while the row is in L1.
type rowSpill struct {
	v     ir.Value
	phase int
	at    int // the operand
}

// findSpill writes the code for nothing and looks for a dear value that two phases compute. It is nil if there is none, or
// no result that can hold it.
func (r *rowser) findSpill() *rowSpill {
	first := map[ir.Value]int{}
	var v ir.Value
	r.made = func(u ir.Value) {
		if r.isRow(u) || !dearOps()[u.Node.Op.Name()] {
			return
		}
		if p, ok := first[u]; ok && p < r.now && v.IsZero() {
			v = u
		} else if !ok {
			first[u] = r.now
		}
	}
	r.try(nil)
	r.made = nil
	if v.IsZero() {
		return nil
	}
	for i, o := range r.f.Outs {
		s := &rowSpill{v: v, phase: first[v], at: r.writes[i]}
		if !r.isRow(o.Value) && o.Value.Type().DType == v.Type().DType && r.mayHold(s) {
			return s
		}
	}
	return nil
}

// try writes the code with a spill to a program that is thrown away.
func (r *rowser) try(s *rowSpill) *tile.Program {
	var b tile.Builder
	for _, o := range r.w.ops {
		b.Operand(tile.Operand{Type: elemType(o.at.Type.DType), Access: r.w.access(o), Out: o.out})
	}
	r.spill = s
	r.code(&b)
	r.spill = nil
	return b.Peek()
}

// mayHold reports whether nothing that may lie where the spill's result does is read after the spill: only an operand of the
// same strides can.
func (r *rowser) mayHold(s *rowSpill) bool {
	if r.w.access(r.w.ops[s.at]) != tile.Tensor {
		return false
	}
	phase := 0
	for _, n := range r.try(s).Code {
		if n.Op == tile.Phase {
			phase++
		}
		if n.Op != tile.Load || phase <= s.phase || int(n.Arg) == s.at {
			continue
		}
		if slices.Equal(r.w.ops[n.Arg].st, r.w.ops[s.at].st) {
			return false
		}
	}
	return true
}

// reciprocal is 1 over the divisor of n, if that is one value a row whose reciprocal is neither denormal nor, for a value that
// is not 0, infinite: a root, or the sum of the exponentials of a softmax, which lies between 1 and the number of columns. A
// quotient then has one more rounding, and costs a multiplication.
func (r *rowser) reciprocal(n *ir.Node) (tile.Value, bool) {
	if n.Op.Name() != ops.Div().Name() || r.isRow(n.In[0]) || r.isRow(n.In[1]) {
		return 0, false
	}
	by, ok := n.In[1].Node.Op.(ops.Broadcast)
	v := through(n.In[1])
	if _, loaded := r.access[n.In[1]]; !ok || loaded || !r.isRow(v) || by.Axes.Len() == 0 || !isRoot(v) && !isSoftmaxSum(v) {
		return 0, false
	}
	if _, ok := r.recips[v]; !ok {
		r.recips[v] = r.b.Op(tile.Recip, r.get(v))
	}
	return r.recips[v], true
}

func isRoot(v ir.Value) bool { return v.Node.Op == ir.Op(ops.Sqrt()) }

// isSoftmaxSum reports whether v is the sum over e^(x - max x).
func isSoftmaxSum(v ir.Value) bool {
	in := func(v ir.Value, name string) (ir.Value, bool) {
		for isIdentity(v.Node.Op) {
			v = v.Node.In[0]
		}
		if v.Node.Op.Name() != name {
			return ir.Value{}, false
		}
		return v.Node.In[0], true
	}
	e, ok := in(v, ops.ReduceSum().Name())
	if !ok {
		return false
	}
	d, ok := in(e, ops.Exp().Name())
	if !ok || d.Node.Op != ir.Op(ops.Sub()) {
		return false
	}
	m := through(d.Node.In[1])
	x, ok := in(m, ops.ReduceMax().Name())
	return ok && x == d.Node.In[0]
}
