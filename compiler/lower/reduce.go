package lower

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// rowReductions are the reductions that tile programs fold a row with.
func rowReductions() map[string]tile.Op {
	return map[string]tile.Op{"reduce_sum": tile.RedSum, "reduce_max": tile.RedMax, "reduce_min": tile.RedMin}
}

// reduce lowers reductions of f32: over the last axes they are a tile program that folds its rows; a sum over axes before
// them is a product with a row of ones, one chain in ascending order like any other.
func (s *scope) reduce(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Reduce)
	if !ok || n.Types[0].DType != tensor.F32 || s.l.isBoxed(n.In[0].Type()) {
		return false, nil
	}
	red, ok := rowReductions()[op.Name()]
	if !ok {
		return false, nil
	}
	in := n.In[0].Type()
	first, count := adjacent(op.Axes.Slice())
	switch {
	case count == 0:
		return false, nil
	case first+count == in.Rank():
		s.reduceRows(n, red, first)
		return true, nil
	case red == tile.RedSum:
		s.sumColumns(n, first, count)
		return true, nil
	}
	return false, nil
}

// adjacent are the first of axes and their number, 0 if they do not stand side by side.
func adjacent(axes []int) (first, count int) {
	for i, a := range axes {
		if a != axes[0]+i {
			return 0, 0
		}
	}
	if len(axes) == 0 {
		return 0, 0
	}
	return axes[0], len(axes)
}

// product is that of some dims.
func product(dims []ir.Dim) ir.Dim { return ir.T(tensor.F32, dims...).Numel() }

func (s *scope) reduceRows(n *ir.Node, red tile.Op, first int) {
	dims := n.In[0].Type().Dims()
	two := []ir.Dim{product(dims[:first]), product(dims[first:])}
	x, _ := reshaped(s.dense(n.In[0]), two)
	y := s.place(n.Value(0))
	y.Type = y.Type.WithDims(two...)
	y.Strided, y.Strides = true, ir.MakeDims(ir.Const(1), ir.Const(0))
	w := newWalk(two)
	w.fixed = true
	in, out := w.read(x, strides(x)), w.write(y)
	step := w.step(s.l.p, "reduce", 1, func(b *tile.Builder) {
		v := b.Op(red, b.Load(in))
		b.Phase()
		b.Store(out, v)
	})
	step.Origin = n.Origin
	s.body.add(step)
}

func (s *scope) sumColumns(n *ir.Node, first, count int) {
	dims := n.In[0].Type().Dims()
	lead, k, cols := dims[:first], product(dims[first:first+count]), product(dims[first+count:])
	x, _ := reshaped(s.dense(n.In[0]), append(append([]ir.Dim(nil), lead...), k, cols))
	one := tensor.Scalar(float32(1))
	ones := s.l.p.constant(one)
	ones.Type = ir.T(tensor.F32, append(append([]ir.Dim(nil), lead...), ir.Const(1), k)...)
	ones.Strided, ones.Strides = true, ir.MakeDims(make([]ir.Dim, ones.Type.Rank())...)
	y := s.place(n.Value(0))
	y.Type = ir.T(tensor.F32, append(append([]ir.Dim(nil), lead...), ir.Const(1), cols)...)
	g := &plan.Gemm{Lead: lead, M: ir.Const(1), N: cols, K: k, Epilogue: -1}
	s.body.add(&plan.Step{Name: "sum", Ops: 1, Gemm: g, In: []plan.Operand{ones, x}, Out: []plan.Operand{y}, Origin: n.Origin})
}
