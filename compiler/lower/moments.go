package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// moments lowers the statistics of channels where an image lies channels last: then they are those of the last axis of a dense tensor
// [N, S..., C]. Elsewhere the op runs as it stands.
func (s *scope) moments(n *ir.Node) (bool, error) {
	var last ir.Op
	images := 1
	switch op := n.Op.(type) {
	case ops.Moments:
		last = ops.Moments{Axis: n.In[0].Type().Rank() - 1, Lead: op.Lead}
		if op.Axis != 1 {
			return false, nil
		}
	case ops.Comoments:
		last, images = ops.Comoments{Axis: n.In[0].Type().Rank() - 1, Lead: op.Lead}, 2
		if op.Axis != 1 {
			return false, nil
		}
	case ops.GatedComoments:
		last, images = ops.GatedComoments{Axis: n.In[0].Type().Rank() - 1, Lead: op.Lead}, 2
		if op.Axis != 1 {
			return false, nil
		}
	default:
		return false, nil
	}
	lies := false
	for _, v := range n.In[:images] {
		if t := v.Type(); !isKernelImage(t) || t.DType != tensor.F32 || s.l.isBoxed(t) {
			return false, nil
		}
		lies = lies || liesLast(s.at(v))
	}
	if !lies {
		return false, nil
	}
	step := &plan.Step{Name: n.Op.Name(), Ops: 1, Eval: last, Origin: n.Origin}
	for i, v := range n.In {
		if i >= images {
			step.In = append(step.In, s.dense(v))
			continue
		}
		o := s.channelsLast(v)
		dims := lastAxes(o.Type.Dims())
		step.In = append(step.In, withStrides(o, dims, denseStrides(dims)))
	}
	step.Out = []plan.Operand{s.place(n.Value(0))}
	s.body.add(step)
	return true, nil
}
