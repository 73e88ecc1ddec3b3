package lower

import (
	"slices"

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
	if ok && n.Types[0].DType == tensor.Bool {
		return s.reduceBools(n, op), nil
	}
	if !ok || n.Types[0].DType != tensor.F32 || s.l.isBoxed(n.In[0].Type()) {
		return false, nil
	}
	red, ok := rowReductions()[op.Name()]
	if !ok {
		return false, nil
	}
	rank := n.In[0].Type().Rank()
	x, axes := s.reducedAs(n.In[0], op.Axes.Slice(), red)
	all := runs(axes)
	for _, r := range all {
		if red != tile.RedSum && (len(all) > 1 || r.first+r.count != rank) {
			return false, nil
		}
	}
	if len(all) == 0 {
		return false, nil
	}
	if x.Strided {
		x = s.dense(n.In[0])
	}
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		dims := x.Type.Dims()
		left := append(append([]ir.Dim(nil), dims[:r.first]...), dims[r.first+r.count:]...)
		var y plan.Operand
		if i == 0 {
			y = s.place(n.Value(0))
		} else {
			y = s.body.fresh(s.l, x.Type.WithDims(left...))
		}
		if r.first+r.count == len(dims) {
			s.reduceRows(n, x, y, r.first, func(b *tile.Builder, v tile.Value) tile.Value { return b.Op(red, v) })
		} else {
			s.sumColumns(n, x, y, r)
		}
		x = y
	}
	return true, nil
}

// reducedAs is an operand as it is summed, and the axes in it. An image that lies channels last is a dense tensor [N, S..., C], if no
// axis that stays changes places with another.
func (s *scope) reducedAs(v ir.Value, axes []int, red tile.Op) (plan.Operand, []int) {
	o := s.at(v)
	rank := v.Type().Rank()
	channels, pixels := slices.Contains(axes, 1), 0
	for _, a := range axes {
		if a >= 2 {
			pixels++
		}
	}
	if !liesLast(o) || red != tile.RedSum || !channels && pixels < rank-2 {
		return o, axes
	}
	dims := lastAxes(o.Type.Dims())
	last := withStrides(o, dims, denseStrides(dims))
	var list []int
	for _, a := range axes {
		switch {
		case a == 1:
			a = rank - 1
		case a > 1:
			a--
		}
		list = append(list, a)
	}
	slices.Sort(list)
	return last, list
}

// run is axes that stand side by side.
type run struct{ first, count int }

// runs cuts a list of axes, ascending, where they do not stand side by side.
func runs(axes []int) []run {
	var list []run
	for _, a := range axes {
		if n := len(list); n > 0 && list[n-1].first+list[n-1].count == a {
			list[n-1].count++
		} else {
			list = append(list, run{a, 1})
		}
	}
	return list
}

// product is that of some dims.
func product(dims []ir.Dim) ir.Dim { return ir.T(tensor.F32, dims...).Numel() }

// reduceBools lowers any and all over the last axes: the greatest and least of the integers 0 and 1. Of nothing, these are
// the ends of the range, on the right side of 0.
func (s *scope) reduceBools(n *ir.Node, op ops.Reduce) bool {
	all := runs(op.Axes.Slice())
	if len(all) != 1 || all[0].first+all[0].count != n.In[0].Type().Rank() || s.l.isBoxed(n.In[0].Type()) {
		return false
	}
	red := tile.RedMax
	if op.Name() == ops.ReduceAll().Name() {
		red = tile.RedMin
	}
	s.reduceRows(n, s.dense(n.In[0]), s.place(n.Value(0)), all[0].first, func(b *tile.Builder, v tile.Value) tile.Value {
		return b.Op(red, b.Cast(tile.I32, v))
	})
	return true
}

// reduceRows folds the axes of x from first on by fold; what it makes of a row of bools is true above 0.
func (s *scope) reduceRows(n *ir.Node, x, y plan.Operand, first int, fold func(b *tile.Builder, v tile.Value) tile.Value) {
	dims := x.Type.Dims()
	two := []ir.Dim{product(dims[:first]), product(dims[first:])}
	x, _ = reshaped(x, two)
	y.Type = y.Type.WithDims(two...)
	y.Strided, y.Strides = true, ir.MakeDims(ir.Const(1), ir.Const(0))
	w := newWalk(two)
	w.fixed = true
	in, out := w.read(x, strides(x)), w.write(y)
	step := w.step(s.l.p, "reduce", 1, func(b *tile.Builder) {
		v := fold(b, b.Load(in))
		b.Phase()
		if y.Type.DType == tensor.Bool {
			v = b.Op(tile.Gt, v, b.ConstInt(tile.I32, 0))
		}
		b.Store(out, v)
	})
	step.Origin = n.Origin
	s.body.add(step)
}

// sumColumns sums a run of axes that others follow, as a product with a row of ones.
func (s *scope) sumColumns(n *ir.Node, x, y plan.Operand, r run) {
	dims := x.Type.Dims()
	lead, k, cols := dims[:r.first], product(dims[r.first:r.first+r.count]), product(dims[r.first+r.count:])
	three := func(a, b ir.Dim) ir.Type { return ir.T(tensor.F32, append(append([]ir.Dim(nil), lead...), a, b)...) }
	x.Type = three(k, cols)
	ones := s.l.p.constant(tensor.Scalar(float32(1)))
	ones.Type = three(ir.Const(1), k)
	ones.Strided, ones.Strides = true, ir.MakeDims(make([]ir.Dim, ones.Type.Rank())...)
	y.Type = three(ir.Const(1), cols)
	g := &plan.Gemm{Lead: lead, M: ir.Const(1), N: cols, K: k, Epilogue: -1}
	s.body.add(&plan.Step{Name: "sum", Ops: 1, Gemm: g, In: []plan.Operand{ones, x}, Out: []plan.Operand{y}, Origin: n.Origin})
}
