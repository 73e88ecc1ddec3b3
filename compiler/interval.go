package compiler

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// An interval holds all elements of a value that are not NaN.
type interval struct{ lo, hi float64 }

func (r interval) within(lo, hi float64) bool { return lo <= r.lo && r.hi <= hi }

// maxRangeDepth is how many ops rangeOf looks through.
const maxRangeDepth = 12

// rangeOf is an interval that the elements of v are known to lie in, by what its op does; false where nothing is known.
func rangeOf(v ir.Value, depth int) (interval, bool) {
	if r, ok := dtypeRange(v.Type().DType); ok {
		return r, true
	}
	if c, ok := ops.ConstOf(v); ok {
		return literalRange(c, v.Type().DType)
	}
	n := v.Node
	if depth == 0 || len(n.In) == 0 || len(n.Types) != 1 {
		return interval{}, false
	}
	if r, ok := selectRange(n, depth-1); ok {
		return r, true
	}
	x, known := rangeOf(n.In[0], depth-1)
	switch op := n.Op.(type) {
	case ops.Broadcast, ops.Reshape, ops.Transpose, ops.Slice, ops.Reverse, ops.Again, ops.StopGradient:
		return x, known
	case ops.Cast:
		return castRange(op.To, n.In[0].Type().DType, x, known)
	case ops.Binary:
		y, other := rangeOf(n.In[1], depth-1)
		return binaryRange(n.Op, x, y, known, other)
	case ops.Unary:
		return unaryRange(n.Op, x, known)
	}
	return interval{}, false
}

// dtypeRange is what elements of one byte can be.
func dtypeRange(dt ir.DType) (interval, bool) {
	switch dt {
	case tensor.U8:
		return interval{0, 255}, true
	case tensor.I8:
		return interval{-128, 127}, true
	case tensor.Bool:
		return interval{0, 1}, true
	}
	return interval{}, false
}

func selectRange(n *ir.Node, depth int) (interval, bool) {
	if _, ok := n.Op.(ops.Select); !ok {
		return interval{}, false
	}
	x, ok := rangeOf(n.In[1], depth)
	y, other := rangeOf(n.In[2], depth)
	return interval{min(x.lo, y.lo), max(x.hi, y.hi)}, ok && other
}

// castRange: floats become integers towards zero and stop at the ends of the range, NaN becomes 0; an integer that fits, or
// that a float can hold, stays what it is. Targets of one byte were looked at before.
func castRange(to, from ir.DType, x interval, known bool) (interval, bool) {
	switch {
	case !known:
		return interval{}, false
	case from.IsFloat() && to.IsInt():
		return interval{min(0, math.Trunc(x.lo)), max(0, math.Trunc(x.hi))}, true
	case from.IsFloat():
		return interval{}, false
	case to.IsInt():
		return x, x.within(math.MinInt32, math.MaxInt32)
	}
	return x, x.within(-exact, exact) && (to == tensor.F32 || to == tensor.F64)
}

// exact is the greatest whole number up to which f32 has all.
const exact = 1 << 24

// literalRange holds the literal itself and what it is rounded to.
func literalRange(c float64, dt ir.DType) (interval, bool) {
	r := float64(float32(c))
	return interval{min(c, r), max(c, r)}, !math.IsNaN(c) && (dt.IsInt() || dt == tensor.F32 || dt == tensor.F64)
}

// binaryRange: the lesser of two is at most either's greatest, whatever the other is; NaN passes through both.
func binaryRange(op ir.Op, x, y interval, hasX, hasY bool) (interval, bool) {
	free := interval{math.Inf(-1), math.Inf(1)}
	if !hasX {
		x = free
	}
	if !hasY {
		y = free
	}
	r := free
	switch op {
	case ir.Op(ops.Min()):
		r = interval{min(x.lo, y.lo), min(x.hi, y.hi)}
	case ir.Op(ops.Max()):
		r = interval{max(x.lo, y.lo), max(x.hi, y.hi)}
	}
	return r, r != free
}

func unaryRange(op ir.Op, x interval, known bool) (interval, bool) {
	switch op {
	case ir.Op(ops.Round()):
		return interval{math.RoundToEven(x.lo), math.RoundToEven(x.hi)}, known
	case ir.Op(ops.Floor()):
		return interval{math.Floor(x.lo), math.Floor(x.hi)}, known
	case ir.Op(ops.Ceil()):
		return interval{math.Ceil(x.lo), math.Ceil(x.hi)}, known
	case ir.Op(ops.Trunc()):
		return interval{math.Trunc(x.lo), math.Trunc(x.hi)}, known
	}
	return interval{}, false
}
