package lower

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// pad lowers padding to its kernel, or, of what lies strided, to zeros everywhere and a copy into the places that stand apart.
func (s *scope) pad(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Pad)
	if !ok || !s.moves(n) {
		return false, nil
	}
	whole := s.place(n.Value(0))
	if x := s.at(n.In[0]); !x.Strided && !whole.Strided && !s.l.isLateSized(&x) && !s.l.isLateSized(&whole) {
		s.body.add(&plan.Step{Name: op.Name(), Ops: 1, In: []plan.Operand{x}, Out: []plan.Operand{whole}, Eval: op, Origin: n.Origin})
		return true, nil
	}
	s.fill(whole, n.Origin)
	st, part := strides(whole), whole
	for i := range st {
		part = shifted(part, op.Before.At(i).Mul(st[i]))
	}
	for i := range st {
		st[i] = st[i].Mul(ir.Const(int64(op.Between(i)) + 1))
	}
	s.copyTo(s.at(n.In[0]), withStrides(part, n.In[0].Type().Dims(), st))
	return true, nil
}

// update lowers a part that is replaced.
func (s *scope) update(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Update)
	if !ok || !s.moves(n) {
		return false, nil
	}
	x, v := s.at(n.In[0]), s.at(n.In[1])
	whole := s.place(n.Value(0))
	s.copyTo(x, whole)
	s.copyTo(v, partOf(whole, n.In[1].Type(), op.Axis, op.Start))
	return true, nil
}

// moves reports whether tile programs can move the operands and the result of n.
func (s *scope) moves(n *ir.Node) bool {
	if s.l.isBoxed(n.Types[0]) || elemType(n.Types[0].DType) == tile.Invalid {
		return false
	}
	for _, v := range n.In {
		if s.l.isBoxed(v.Type()) {
			return false
		}
	}
	return true
}

// partOf is the part of a place that has type t: from start on an axis.
func partOf(whole plan.Operand, t ir.Type, axis int, start ir.Dim) plan.Operand {
	st := strides(whole)
	return withStrides(shifted(whole, start.Mul(st[axis])), t.Dims(), st)
}

// fill writes zeros.
func (s *scope) fill(to plan.Operand, origin *ir.Origin) {
	w := newWalk(to.Type.Dims())
	out := w.write(to)
	step := w.step(s.l.p, "fill", 1, func(b *tile.Builder) { b.Store(out, b.ConstInt(elemType(to.Type.DType), 0)) })
	step.Origin = origin
	s.body.add(step)
}

// iota lowers a count from 0 that is too long, or not known in time, to be a constant.
func (s *scope) iota(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Iota)
	if !ok || s.l.isBoxed(n.Types[0]) || op.DType == tensor.F64 {
		return false, nil
	}
	y := s.place(n.Value(0))
	w := newWalk(y.Type.Dims())
	w.fixed = true
	out := w.write(y)
	step := w.step(s.l.p, "iota", 1, func(b *tile.Builder) {
		b.Store(out, b.Cast(dtypes[op.DType], b.Index(tile.ColIdx, tile.I32)))
	})
	step.Origin = n.Origin
	s.body.add(step)
	return true, nil
}
