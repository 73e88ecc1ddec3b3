package compiler

import (
	"math"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// shapeRules are the rules on ops that move elements.
func shapeRules() []Rule {
	return []Rule{
		{"SameShape", "reshape, broadcast, slice or pad of x to what x is => x", true, sameShape},
		{"ReshapeOfReshape", "reshape(reshape(x)) => reshape(x)", true, reshapeOfReshape},
		{"BroadcastOfBroadcast", "broadcast(broadcast(x)) => broadcast(x)", true, broadcastOfBroadcast},
		{"TransposeOfTranspose", "transpose(transpose(x)) => transpose(x), or x", true, transposeOfTranspose},
		{"OneConcat", "concat(x) => x", true, oneConcat},
		{"SliceOfConcat", "a slice that lies in one part of a concat => a slice of that part", true, sliceOfConcat},
		{"SumOfPads", "the sum of two padded tensors that lie end to end => their concat, padded", false, sumOfPads},
		{"PadOfPad", "pad(pad(x)) => pad(x)", true, padOfPad},
		{"SliceOfBroadcast", "a slice along an axis of a broadcast's own => broadcast(x)", true, sliceOfBroadcast},
		{"UpdateOfZeros", "zeros with v in them => pad(v)", true, updateOfZeros},
		{"ConcatOfSlices", "concat of adjoining slices that make up x => x", true, concatOfSlices},
	}
}

func sameShape(_ *ir.Builder, n *ir.Node) []ir.Value {
	switch op := n.Op.(type) {
	case ops.Reshape:
	case ops.Broadcast:
		if op.Axes.Len() != n.Types[0].Rank() {
			return nil
		}
	case ops.Slice:
		if op.Step < 0 || !op.Start.Is(0) {
			return nil
		}
	case ops.Pad:
		for i := range op.Before.Len() {
			if !op.Keeps(i) {
				return nil
			}
		}
	default:
		return nil
	}
	return oneValueIf(n, n.In[0].Type() == n.Types[0])
}

func reshapeOfReshape(b *ir.Builder, n *ir.Node) []ir.Value {
	if _, ok := n.Op.(ops.Reshape); !ok {
		return nil
	}
	in := n.In[0].Node
	if _, ok := in.Op.(ops.Reshape); !ok {
		return nil
	}
	return b.Op(n.Op, in.In[0])
}

func broadcastOfBroadcast(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Broadcast)
	if !ok || !isBroadcast(n.In[0]) {
		return nil
	}
	in := n.In[0].Node.Op.(ops.Broadcast)
	outer, axes := op.Axes.Slice(), in.Axes.Slice()
	for i, a := range axes {
		axes[i] = outer[a]
	}
	return b.Op(ops.Broadcast{Dims: op.Dims, Axes: ir.MakeInts(axes...)}, n.In[0].Node.In[0])
}

func transposeOfTranspose(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Transpose)
	if !ok {
		return nil
	}
	perm, x := op.Perm.Slice(), n.In[0]
	if in, ok := x.Node.Op.(ops.Transpose); ok {
		first := in.Perm.Slice()
		for i, a := range perm {
			perm[i] = first[a]
		}
		x = x.Node.In[0]
	}
	if slices.IsSorted(perm) {
		return oneValue(x, true)
	}
	if x == n.In[0] {
		return nil
	}
	return b.Op(ops.Transpose{Perm: ir.MakeInts(perm...)}, x)
}

func oneConcat(_ *ir.Builder, n *ir.Node) []ir.Value {
	_, ok := n.Op.(ops.Concat)
	return oneValueIf(n, ok && len(n.In) == 1)
}

func sliceOfConcat(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Slice)
	if !ok || op.Step < 0 || op.Step > 1 {
		return nil
	}
	from := n.In[0].Node
	if cat, ok := from.Op.(ops.Concat); !ok || cat.Axis != op.Axis {
		return nil
	}
	at := ir.Const(0)
	for _, part := range from.In {
		end := at.Add(part.Type().Dim(op.Axis))
		if atMost(at, op.Start) && atMost(op.Start.Add(op.Len), end) {
			op.Start = op.Start.Sub(at)
			return b.Op(op, part)
		}
		at = end
	}
	return nil
}

// atMost reports whether a <= b is known.
func atMost(a, b ir.Dim) bool {
	d, ok := b.Sub(a).Int()
	return ok && d >= 0
}

func concatOfSlices(_ *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Concat)
	if !ok || len(n.In) == 0 {
		return nil
	}
	var whole ir.Value
	at := ir.Const(0)
	for i, v := range n.In {
		s, ok := v.Node.Op.(ops.Slice)
		if !ok || s.Axis != op.Axis || s.Step < 0 || s.Step > 1 || s.Start != at || i > 0 && v.Node.In[0] != whole {
			return nil
		}
		whole, at = v.Node.In[0], at.Add(s.Len)
	}
	return oneValue(whole, whole.Type() == n.Types[0])
}

// sumOfPads puts together what the gradients of slices of one tensor give.
func sumOfPads(b *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Add()) {
		return nil
	}
	x, y := n.In[0], n.In[1]
	axis, ok := endPad(x)
	if other, ok2 := endPad(y); !ok || !ok2 || axis != other {
		return nil
	}
	before := func(v ir.Value) ir.Dim { return v.Node.Op.(ops.Pad).Before.At(axis) }
	end := func(v ir.Value) ir.Dim { return before(v).Add(v.Node.In[0].Type().Dim(axis)) }
	if end(y) == before(x) {
		x, y = y, x
	}
	if end(x) != before(y) {
		return nil
	}
	both := b.Op1(ops.Concat{Axis: axis}, x.Node.In[0], y.Node.In[0])
	return b.Op(ops.PadAxis(both.Type().Rank(), axis, before(x), y.Node.Op.(ops.Pad).After.At(axis), 0), both)
}

// endPad is the one axis at whose ends v is padded.
func endPad(v ir.Value) (axis int, ok bool) {
	op, ok := v.Node.Op.(ops.Pad)
	if !ok || op.Interior.Len() > 0 {
		return 0, false
	}
	found := 0
	for i := range op.Before.Len() {
		if !op.Keeps(i) {
			axis, found = i, found+1
		}
	}
	return axis, found == 1
}

// padOfPad takes two together if no zeros go between those that the inner one has put on an axis.
func padOfPad(b *ir.Builder, n *ir.Node) []ir.Value {
	outer, ok := n.Op.(ops.Pad)
	if !ok {
		return nil
	}
	inner, ok := n.In[0].Node.Op.(ops.Pad)
	if !ok {
		return nil
	}
	rank := outer.Before.Len()
	before, after, between := make([]ir.Dim, rank), make([]ir.Dim, rank), make([]int, rank)
	for i := range rank {
		if outer.Between(i) > 0 && !inner.Keeps(i) {
			return nil
		}
		before[i], after[i] = outer.Before.At(i).Add(inner.Before.At(i)), inner.After.At(i).Add(outer.After.At(i))
		between[i] = outer.Between(i) + inner.Between(i)
	}
	op := ops.Pad{Before: ir.MakeDims(before...), After: ir.MakeDims(after...)}
	if outer.Interior.Len()+inner.Interior.Len() > 0 {
		op.Interior = ir.MakeInts(between...)
	}
	return b.Op(op, n.In[0].Node.In[0])
}

// sliceOfBroadcast slices an axis along which all is one.
func sliceOfBroadcast(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Slice)
	if !ok || !isBroadcast(n.In[0]) {
		return nil
	}
	in := n.In[0].Node
	spread := in.Op.(ops.Broadcast)
	for i, axis := range spread.Axes.Slice() {
		if axis == op.Axis && !in.In[0].Type().Dim(i).Is(1) {
			return nil
		}
	}
	return b.Op(ops.Broadcast{Dims: ir.MakeDims(n.Types[0].Dims()...), Axes: spread.Axes}, in.In[0])
}

// updateOfZeros wants v to lie within the axis for certain.
func updateOfZeros(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Update)
	if !ok {
		return nil
	}
	if zero, ok := ops.ConstOf(n.In[0]); !ok || zero != 0 || math.Signbit(zero) {
		return nil
	}
	v := n.In[1].Type()
	after := n.Types[0].Dim(op.Axis).Sub(op.Start).Sub(v.Dim(op.Axis))
	if !atMost(ir.Const(0), op.Start) || !atMost(ir.Const(0), after) {
		return nil
	}
	return b.Op(ops.PadAxis(v.Rank(), op.Axis, op.Start, after, 0), n.In[1])
}
