package compiler

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// productRules are the rules on matrix products and sums.
func productRules() []Rule {
	return []Rule{
		{"SinkTranspose", "a product of a transposed matrix => the product that reads it transposed", true, sinkTranspose},
		{"SumOfSum", "reduce_sum(reduce_sum(x)) => reduce_sum(x)", false, sumOfSum},
		{"SumOfProducts", "the sum of all products of a batch => one product of the stacked matrices", false, sumOfProducts},
	}
}

func sinkTranspose(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.MatMul)
	if !ok {
		return nil
	}
	x, xt := untranspose(n.In[0])
	w, wt := untranspose(n.In[1])
	if !xt && !wt {
		return nil
	}
	return b.Op(ops.MatMul{TransA: op.TransA != xt, TransB: op.TransB != wt}, x, w)
}

// untranspose looks through a transpose that swaps the last two axes and no other.
func untranspose(v ir.Value) (ir.Value, bool) {
	op, ok := v.Node.Op.(ops.Transpose)
	if !ok {
		return v, false
	}
	perm := op.Perm.Slice()
	r := len(perm)
	if r < 2 || perm[r-2] != r-1 || perm[r-1] != r-2 || !slices.IsSorted(perm[:r-2]) {
		return v, false
	}
	return v.Node.In[0], true
}

// isSum reports whether the op is a reduce_sum, and over which axes.
func isSum(op ir.Op) ([]int, bool) {
	r, ok := op.(ops.Reduce)
	if !ok || op != ir.Op(ops.ReduceSum(r.Axes.Slice()...)) {
		return nil, false
	}
	return r.Axes.Slice(), true
}

func sumOfSum(b *ir.Builder, n *ir.Node) []ir.Value {
	outer, ok := isSum(n.Op)
	if !ok {
		return nil
	}
	in := n.In[0].Node
	inner, ok := isSum(in.Op)
	if !ok {
		return nil
	}
	var left []int // axes of the innermost operand that the inner sum leaves
	for i := range in.In[0].Type().Rank() {
		if !slices.Contains(inner, i) {
			left = append(left, i)
		}
	}
	axes := slices.Clone(inner)
	for _, a := range outer {
		axes = append(axes, left[a])
	}
	slices.Sort(axes)
	return b.Op(ops.ReduceSum(axes...), in.In[0])
}

// sumOfProducts: sum over all leading axes of x @ w, with x [L..., M, K] and w [L..., K, N], is x' @ w' with the leading
// axes folded into K. That is a view where x is stored as [L..., K, M], as in the gradient of a weight.
func sumOfProducts(b *ir.Builder, n *ir.Node) []ir.Value {
	axes, ok := isSum(n.Op)
	if !ok || len(axes) == 0 {
		return nil
	}
	in := n.In[0].Node
	op, ok := in.Op.(ops.MatMul)
	if !ok || len(axes) != in.Types[0].Rank()-2 || axes[len(axes)-1] != len(axes)-1 {
		return nil
	}
	x := stackRows(b, in.In[0], op.TransA)
	w := stackRows(b, in.In[1], !op.TransB)
	return b.Op(ops.MatMul{TransA: true}, x, w)
}

// stackRows folds the leading axes of v into the axis of matrices that is summed over, which comes first: it is the last
// but one if inRows, else the last.
func stackRows(b *ir.Builder, v ir.Value, inRows bool) ir.Value {
	if !inRows {
		v = ops.SwapLast(b, v)
	}
	d := v.Type().Dims()
	rows := ir.Const(1)
	for _, x := range d[:len(d)-1] {
		rows = rows.Mul(x)
	}
	return ops.ReshapeTo(b, v, rows, d[len(d)-1])
}
