package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// viewer is where the result of a node lies if it is only another look at its operand; false if it must be computed.
type viewer func(s *scope, n *ir.Node) (plan.Operand, bool)

// viewOf is the view that the node is, or false.
func (s *scope) viewOf(n *ir.Node) (plan.Operand, bool) {
	if len(n.Types) != 1 || len(n.In) == 0 || s.l.isBoxed(n.Types[0]) || s.l.isBoxed(n.In[0].Type()) {
		return plan.Operand{}, false
	}
	for _, view := range []viewer{viewBroadcast, viewTranspose, viewSlice, viewReverse, viewReshape, viewIdentity} {
		if o, ok := view(s, n); ok {
			return o, true
		}
	}
	return plan.Operand{}, false
}

func viewBroadcast(s *scope, n *ir.Node) (plan.Operand, bool) {
	op, ok := n.Op.(ops.Broadcast)
	if !ok {
		return plan.Operand{}, false
	}
	o := s.at(n.In[0])
	return withStrides(o, op.Dims.Slice(), stretch(strides(o), o.Type, op)), true
}

// stretch maps strides of the operand of a broadcast to those over its result.
func stretch(st []ir.Dim, from ir.Type, op ops.Broadcast) []ir.Dim {
	out := make([]ir.Dim, op.Dims.Len())
	for i, a := range op.Axes.Slice() {
		if from.Dim(i) == op.Dims.At(a) {
			out[a] = st[i]
		}
	}
	return out
}

func viewTranspose(s *scope, n *ir.Node) (plan.Operand, bool) {
	op, ok := n.Op.(ops.Transpose)
	if !ok {
		return plan.Operand{}, false
	}
	o := s.at(n.In[0])
	st := strides(o)
	now := make([]ir.Dim, len(st))
	for i, p := range op.Perm.Slice() {
		now[i] = st[p]
	}
	return withStrides(o, n.Types[0].Dims(), now), true
}

func viewSlice(s *scope, n *ir.Node) (plan.Operand, bool) {
	op, ok := n.Op.(ops.Slice)
	if !ok {
		return plan.Operand{}, false
	}
	o := s.at(n.In[0])
	st := strides(o)
	o = shifted(o, op.Start.Mul(st[op.Axis]))
	if op.Step != 0 {
		st[op.Axis] = st[op.Axis].Mul(ir.Const(int64(op.Step)))
	}
	return withStrides(o, n.Types[0].Dims(), st), true
}

func viewReverse(s *scope, n *ir.Node) (plan.Operand, bool) {
	op, ok := n.Op.(ops.Reverse)
	if !ok {
		return plan.Operand{}, false
	}
	o := s.at(n.In[0])
	st := strides(o)
	last := n.Types[0].Dim(op.Axis).Sub(ir.Const(1))
	o = shifted(o, last.Mul(st[op.Axis]))
	st[op.Axis] = st[op.Axis].Mul(ir.Const(-1))
	return withStrides(o, n.Types[0].Dims(), st), true
}

func viewReshape(s *scope, n *ir.Node) (plan.Operand, bool) {
	if _, ok := n.Op.(ops.Reshape); !ok {
		return plan.Operand{}, false
	}
	dims := n.Types[0].Dims()
	if o, ok := reshaped(s.at(n.In[0]), dims); ok {
		return o, true
	}
	return reshaped(s.dense(n.In[0]), dims)
}

// viewIdentity takes the identities that no group took: those of f64 and keys.
func viewIdentity(s *scope, n *ir.Node) (plan.Operand, bool) {
	if !isIdentity(n.Op) {
		return plan.Operand{}, false
	}
	return s.at(n.In[0]), true
}

func isIdentity(op ir.Op) bool {
	_, stop := op.(ops.StopGradient)
	_, again := op.(ops.Again)
	return stop || again
}
