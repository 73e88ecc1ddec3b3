package compiler

import (
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
		if op.Interior != 0 || !op.Before.Is(0) || !op.After.Is(0) {
			return nil
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
	x, ok := n.In[0].Node.Op.(ops.Pad)
	y, ok2 := n.In[1].Node.Op.(ops.Pad)
	if !ok || !ok2 || x.Axis != y.Axis || x.Interior != 0 || y.Interior != 0 {
		return nil
	}
	xv, yv := n.In[0].Node.In[0], n.In[1].Node.In[0]
	if y.Before.Add(yv.Type().Dim(y.Axis)) == x.Before {
		x, y, xv, yv = y, x, yv, xv
	}
	if x.Before.Add(xv.Type().Dim(x.Axis)) != y.Before {
		return nil
	}
	both := b.Op1(ops.Concat{Axis: x.Axis}, xv, yv)
	return b.Op(ops.Pad{Axis: x.Axis, Before: x.Before, After: y.After}, both)
}
