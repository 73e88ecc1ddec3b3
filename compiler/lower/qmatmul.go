package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// qmatmul lowers a product of bytes to a call of the qgemm family. As one of f32 does, it waits for the group that reads it,
// if that can be its epilogue: scales, bias, requantisation.
func (s *scope) qmatmul(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.QMatMul)
	if !ok || s.l.isBoxed(n.Types[0]) || s.l.isBoxed(n.In[0].Type()) || s.l.isBoxed(n.In[1].Type()) {
		return false, nil
	}
	if s.waits(n) {
		s.later[n] = true
		return true, nil
	}
	step := s.qgemm(n, op)
	step.Out = []plan.Operand{s.place(n.Value(0))}
	s.body.add(step)
	return true, nil
}

// qgemm is the step of a product of bytes, without its output.
func (s *scope) qgemm(n *ir.Node, op ops.QMatMul) *plan.Step {
	a, b, zero := s.dense(n.In[0]), flipped(s.at(n.In[1]), op.TransB), s.dense(n.In[2])
	g := &plan.Gemm{M: a.Type.Dim(0), N: b.Type.Dim(1), K: a.Type.Dim(1), Bytes: true, Epilogue: -1}
	return &plan.Step{Name: "qgemm", Ops: 1, Gemm: g, In: []plan.Operand{a, b, zero}, Origin: n.Origin}
}
