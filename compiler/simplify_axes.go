package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// axisRules move axes of length 1, such as keep = true leaves behind a reduction, down to where they are stretched, and
// there they vanish: what is one value a row has the shape of the reduction's result, so that it joins the rows in one step.
func axisRules() []Rule {
	return []Rule{
		{"BroadcastOfNewAxes", "broadcast(reshape(x) to more axes of length 1) => broadcast(x)", true, broadcastOfNewAxes},
		{"SinkNewAxes", "f(reshape(x) to more axes of length 1, a scalar) => reshape(f(x, the scalar)), f elementwise", true, sinkNewAxes},
		{"SumOfSquares", "the sum of x * x over a matrix => that over one row", true, sumOfSquares},
		{"GatherOfRows", "take(f(x, y along rows), i) => f(take(x, i), y), f elementwise, one i a row", true, gatherOfRows},
	}
}

// sumOfSquares makes one row of what a norm sums, so that squares and sum are one step, and no square is stored: rows are
// folded in steps of their own over the last axis alone. The sum is the same to the bit: an unfused one is over one row, too.
// Tensors of more axes stay: images may lie channels last, and one row of theirs would be a copy, summed in another order.
func sumOfSquares(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Reduce)
	if !ok || op.Name() != ops.ReduceSum().Name() {
		return nil
	}
	sq := n.In[0].Node
	t := n.In[0].Type()
	if t.Rank() != 2 || op.Axes.Len() != 2 || sq.Op != ir.Op(ops.Mul()) || sq.In[0] != sq.In[1] || isBroadcast(sq.In[0]) {
		return nil
	}
	flat := ops.ReshapeTo(b, sq.In[0], t.Numel())
	return b.Op(ops.ReduceSum(0), b.Op1(ops.Mul(), flat, flat))
}

// gatherOfRows picks one element of each row before the row's own values are applied to it: of z - logsumexp(z), which a
// cross entropy picks from, nothing else is computed then.
func gatherOfRows(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Gather)
	if !ok {
		return nil
	}
	f := n.In[0].Node
	last := n.In[0].Type().Rank() - 1
	if op.Axis != last || op.Batch != last || n.In[1].Type().Rank() != last || !isElementwise(f.Op) {
		return nil
	}
	in := make([]ir.Value, len(f.In))
	whole := -1
	for i, v := range f.In {
		switch row, ok := rowOf(v); {
		case ok:
			in[i] = row
		case isSpreadScalar(v):
			in[i] = ops.Spread(b, v.Node.In[0], n.Types[0].Dims())
		case whole >= 0:
			return nil
		default:
			whole = i
		}
	}
	if whole < 0 {
		return nil
	}
	in[whole] = b.Op1(op, f.In[whole], n.In[1])
	return b.Op(f.Op, in...)
}

// rowOf is what v repeats along its last axis.
func rowOf(v ir.Value) (ir.Value, bool) {
	op, ok := v.Node.Op.(ops.Broadcast)
	if !ok {
		return ir.Value{}, false
	}
	x, dims := v.Node.In[0], v.Type().Dims()
	if x.Type().Rank() != len(dims)-1 || !sameDims(x.Type().Dims(), dims[:len(dims)-1]) {
		return ir.Value{}, false
	}
	for i, a := range op.Axes.Slice() {
		if i != a {
			return ir.Value{}, false
		}
	}
	return x, true
}

// newAxes is what v was before it got axes of length 1, and where its axes went; false if v is no such reshape.
func newAxes(v ir.Value) (x ir.Value, axes []int, ok bool) {
	if _, is := v.Node.Op.(ops.Reshape); !is {
		return ir.Value{}, nil, false
	}
	x = v.Node.In[0]
	from, to := x.Type().Dims(), v.Type().Dims()
	if len(from) >= len(to) {
		return ir.Value{}, nil, false
	}
	for a, d := range to {
		switch {
		case len(axes) < len(from) && d == from[len(axes)]:
			axes = append(axes, a)
		case !d.Is(1):
			return ir.Value{}, nil, false
		}
	}
	return x, axes, len(axes) == len(from)
}

func broadcastOfNewAxes(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Broadcast)
	if !ok {
		return nil
	}
	x, axes, ok := newAxes(n.In[0])
	if !ok {
		return nil
	}
	outer := op.Axes.Slice()
	for i, a := range axes {
		axes[i] = outer[a]
	}
	return b.Op(ops.Broadcast{Dims: op.Dims, Axes: ir.MakeInts(axes...)}, x)
}

// isElementwise reports whether an op computes each element from those at its place.
func isElementwise(op ir.Op) bool {
	switch op.(type) {
	case ops.Unary, ops.Binary, ops.Select, ops.Cast:
		return true
	}
	return false
}

func sinkNewAxes(b *ir.Builder, n *ir.Node) []ir.Value {
	if !isElementwise(n.Op) {
		return nil
	}
	var dims []ir.Dim
	found := false
	for _, v := range n.In { // all that have axes got the same ones
		x, _, ok := newAxes(v)
		if !ok && !isSpreadScalar(v) || ok && found && !sameDims(dims, x.Type().Dims()) {
			return nil
		}
		if ok {
			dims, found = x.Type().Dims(), true
		}
	}
	if !found {
		return nil
	}
	in := make([]ir.Value, len(n.In))
	for i, v := range n.In {
		if x, _, ok := newAxes(v); ok {
			in[i] = x
		} else {
			in[i] = ops.Spread(b, v.Node.In[0], dims)
		}
	}
	return []ir.Value{ops.ReshapeTo(b, b.Op1(n.Op, in...), n.Types[0].Dims()...)}
}

// isSpreadScalar reports whether v is one number, repeated.
func isSpreadScalar(v ir.Value) bool { return isBroadcast(v) && v.Node.In[0].Type().Rank() == 0 }

func sameDims(a, b []ir.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
