package ops

import (
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Scalar is a constant of rank 0. For integers v is a whole number, for bool 0 or 1.
func Scalar(b *ir.Builder, v float64, dt ir.DType) ir.Value {
	text := ir.FloatText(v)
	switch {
	case dt == tensor.Bool:
		text = strconv.FormatBool(v != 0)
	case dt.IsInt():
		text = strconv.FormatInt(int64(v), 10)
	}
	return b.Op1(Lit{V: text, DType: dt}, nil...)
}

// Full is a tensor of type t whose elements are all v.
func Full(b *ir.Builder, v float64, t ir.Type) ir.Value {
	return Spread(b, Scalar(b, v, t.DType), t.Dims())
}

// FullLike is [Full] with the type of a value.
func FullLike(b *ir.Builder, v float64, like ir.Value) ir.Value { return Full(b, v, like.Type()) }

// BroadcastTo lays axis i of v at axis axes[i] of a tensor of the given dims. It adds nothing where v is that already.
func BroadcastTo(b *ir.Builder, v ir.Value, dims []ir.Dim, axes []int) ir.Value {
	if v.IsZero() || sameDims(v.Type().Dims(), dims) {
		return v
	}
	return b.Op1(Broadcast{Dims: ir.MakeDims(dims...), Axes: ir.MakeInts(axes...)}, v)
}

// Spread aligns the axes of v with the last of dims and broadcasts it to them.
func Spread(b *ir.Builder, v ir.Value, dims []ir.Dim) ir.Value {
	return BroadcastTo(b, v, dims, upTo(len(dims)-v.Type().Rank(), len(dims)))
}

// Lead gives v a new first axis of length n, along which it repeats.
func Lead(b *ir.Builder, v ir.Value, n ir.Dim) ir.Value {
	t := v.Type()
	return b.Op1(Broadcast{Dims: ir.MakeDims(cat([]ir.Dim{n}, t.Dims())...), Axes: ir.MakeInts(upTo(1, t.Rank()+1)...)}, v)
}

// SumTo undoes [BroadcastTo] for gradients: it sums v, of the broadcast's dims, to type t of the broadcast's operand.
func SumTo(b *ir.Builder, v ir.Value, t ir.Type, axes []int) ir.Value {
	dims := v.Type().Dims()
	keep := make([]bool, len(dims))
	for i, a := range axes {
		keep[a] = t.Dim(i) == dims[a]
	}
	var gone []int
	for i, k := range keep {
		if !k {
			gone = append(gone, i)
		}
	}
	if len(gone) > 0 {
		v = b.Op1(ReduceSum(gone...), v)
	}
	return ReshapeTo(b, v, t.Dims()...)
}

// ReshapeTo reshapes v, unless it has these dims already.
func ReshapeTo(b *ir.Builder, v ir.Value, dims ...ir.Dim) ir.Value {
	if v.IsZero() || sameDims(v.Type().Dims(), dims) {
		return v
	}
	return b.Op1(Reshape{ir.MakeDims(dims...)}, v)
}

// Permute transposes v, unless perm leaves all axes where they are.
func Permute(b *ir.Builder, v ir.Value, perm ...int) ir.Value {
	for i, a := range perm {
		if i != a {
			return b.Op1(Transpose{ir.MakeInts(perm...)}, v)
		}
	}
	return v
}

// MoveAxis puts axis from at place to; the others keep their order.
func MoveAxis(b *ir.Builder, v ir.Value, from, to int) ir.Value {
	var rest []int
	for i := range v.Type().Rank() {
		if i != from {
			rest = append(rest, i)
		}
	}
	if to > len(rest) {
		return v
	}
	perm := append(append(append([]int{}, rest[:to]...), from), rest[to:]...)
	return Permute(b, v, perm...)
}

// SwapLast swaps the last two axes.
func SwapLast(b *ir.Builder, v ir.Value) ir.Value {
	r := v.Type().Rank()
	if r < 2 {
		return v
	}
	return b.Op1(Transpose{ir.MakeInts(append(upTo(0, r-2), r-1, r-2)...)}, v)
}

// Expand puts back reduced axes: v has the dims without axes, the result has dims, v repeated along axes.
func Expand(b *ir.Builder, v ir.Value, dims []ir.Dim, axes []int) ir.Value {
	var kept []int
	for i := range dims {
		if !contains(axes, i) {
			kept = append(kept, i)
		}
	}
	return BroadcastTo(b, v, dims, kept)
}

// ConstOf is the number that v is everywhere: a literal, broadcast or reshaped maybe.
func ConstOf(v ir.Value) (float64, bool) {
	for v.Node != nil && len(v.Node.In) == 1 {
		switch v.Node.Op.(type) {
		case Broadcast, Reshape:
			v = v.Node.In[0]
		default:
			return 0, false
		}
	}
	if v.Node == nil {
		return 0, false
	}
	l, ok := v.Node.Op.(Lit)
	if !ok || l.DType == tensor.Bool {
		return 0, false
	}
	x, err := floatOf(l.V, 64)
	return x, err == nil
}

// scaled is c*v.
func scaled(b *ir.Builder, v ir.Value, c float64) ir.Value {
	return b.Op1(Mul(), v, FullLike(b, c, v))
}

// shifted is v + c.
func shifted(b *ir.Builder, v ir.Value, c float64) ir.Value {
	return b.Op1(Add(), v, FullLike(b, c, v))
}

// gated is v where cond holds, else 0.
func gated(b *ir.Builder, cond, v ir.Value) ir.Value {
	return b.Op1(Select{}, cond, v, FullLike(b, 0, v))
}

// upTo is from, ..., to-1.
func upTo(from, to int) []int {
	var s []int
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

func contains(s []int, x int) bool {
	for _, y := range s {
		if x == y {
			return true
		}
	}
	return false
}

// lead gives the inputs of a Batch that lack the new leading axis one, along which they repeat.
func lead(b *ir.Builder, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	all := make([]ir.Value, len(in))
	for i, v := range in {
		if all[i] = v; !batched[i] {
			all[i] = Lead(b, v, size)
		}
	}
	return all
}

// behind moves axes one place on, for the leading axis that Batch adds.
func behind(axes ir.Ints) ir.Ints {
	s := axes.Slice()
	for i := range s {
		s[i]++
	}
	return ir.MakeInts(s...)
}
