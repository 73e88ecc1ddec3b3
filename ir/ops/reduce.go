package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Reduce folds axes away: reduce_sum, reduce_prod, reduce_max, reduce_min (T -> T), reduce_any, reduce_all (bool). Each
// has a constructor, such as [ReduceSum]. Sums and products are taken in float64 in row-major order. Of no elements, the sum is
// 0, the product 1, max -inf (of integers the least), min inf (the greatest), any false, all true. Max and min hand NaN
// on; their gradient goes to the first greatest or least element.
// (C1) Axes are axes of the operand, ascending, each once. (C2) the dtype is of the kind that the row takes.
type Reduce struct {
	Axes ir.Ints
	k    reduceKind
}

type reduceKind uint8

const (
	kSum reduceKind = iota
	kProd
	kRedMax
	kRedMin
	kAny
	kAll
	numReduce
)

// The reductions over the given axes, ascending.
func ReduceSum(axes ...int) Reduce  { return Reduce{ir.MakeInts(axes...), kSum} }
func ReduceProd(axes ...int) Reduce { return Reduce{ir.MakeInts(axes...), kProd} }
func ReduceMax(axes ...int) Reduce  { return Reduce{ir.MakeInts(axes...), kRedMax} }
func ReduceMin(axes ...int) Reduce  { return Reduce{ir.MakeInts(axes...), kRedMin} }
func ReduceAny(axes ...int) Reduce  { return Reduce{ir.MakeInts(axes...), kAny} }
func ReduceAll(axes ...int) Reduce  { return Reduce{ir.MakeInts(axes...), kAll} }

// Name implements [ir.Op].
func (o Reduce) Name() string { return o.row().name }

// Infer implements [ir.Op].
func (o Reduce) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	x := in[0]
	on, ok := axesOf(x, o.Axes.Slice())
	if !ok { // C1
		return nil, fmt.Errorf("%v has no axes [%v]", x, o.Axes.Slice())
	}
	if r := o.row(); !r.on.takes(x.DType) { // C2
		return nil, fmt.Errorf("takes %v, not %v", r.on, x)
	}
	var dims []ir.Dim
	for i, gone := range on {
		if !gone {
			dims = append(dims, x.Dim(i))
		}
	}
	return one(x.WithDims(dims...))
}

// Eval implements [ir.Evaler].
func (o Reduce) Eval(in, out []tensor.Tensor) error {
	r, x := o.row(), in[0]
	dims := x.Dims()
	on, ok := axesOf(ir.T(x.DType(), make([]ir.Dim, len(dims))...), o.Axes.Slice())
	if !ok {
		return fmt.Errorf("%v has no axes %v", dims, o.Axes.Slice())
	}
	to := place{str: make([]int, len(dims))}
	for i, n := len(dims)-1, 1; i >= 0; i-- {
		if !on[i] {
			to.str[i] = n
			n *= dims[i]
		}
	}
	if !x.DType().IsFloat() {
		acc := filled(out[0].Len(), clampInit(r.initInt, x.DType()))
		fold(acc, intsOf(x), dims, to, r.int)
		storeInts(out[0], acc)
		return nil
	}
	acc := filled(out[0].Len(), r.init)
	fold(acc, floatsOf(x), dims, to, r.f)
	storeFloats(out[0], acc)
	return nil
}

// fold folds the elements of x, row-major, into those of acc at their place.
func fold[T any](acc, x []T, dims []int, to place, f func(acc, x T) T) {
	eachRow(dims, to, whole(dims), func(do, so int) {
		if len(dims) == 0 {
			acc[do] = f(acc[do], x[so])
			return
		}
		last := len(dims) - 1
		for i := range dims[last] {
			at := do + i*to.str[last]
			acc[at] = f(acc[at], x[so+i])
		}
	})
}

func filled[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// clampInit is the nearest integer to v that dt holds.
func clampInit(v int64, dt ir.DType) int64 {
	t := tensor.New(dt)
	if t.SetFloat(0, float64(v)); v > -1<<31 && v < 1<<31 {
		t.SetInt(0, v)
	}
	return t.Int(0)
}

// VJP implements [ir.VJPer].
func (o Reduce) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, axes := n.In[0], o.Axes.Slice()
	dims := x.Type().Dims()
	switch o.k {
	case kSum:
		return []ir.Value{Expand(b, dOut[0], dims, axes)}
	case kProd:
		return []ir.Value{o.alongOne(b, x, dOut[0], func(x, dy ir.Value, axis int) ir.Value {
			before := b.Op1(CumProd{Axis: axis, Exclusive: true}, x)
			after := b.Op1(CumProd{Axis: axis, Exclusive: true, Reverse: true}, x)
			return b.Op1(Mul(), dy, b.Op1(Mul(), before, after))
		})}
	case kRedMax, kRedMin:
		return []ir.Value{o.alongOne(b, x, dOut[0], func(x, dy ir.Value, axis int) ir.Value {
			var first ir.Value
			if o.k == kRedMax {
				first = b.Op1(ArgMax{axis}, x)
			} else {
				first = b.Op1(ArgMin{axis}, x)
			}
			d := x.Type().Dims()
			place := Spread(b, b.Op1(Iota{N: d[axis], DType: tensor.I32}), d)
			return gated(b, b.Op1(Eq(), place, Expand(b, first, d, []int{axis})), dy)
		})}
	}
	return []ir.Value{{}}
}

// alongOne lays the reduced axes of x behind the others and makes them one, has grad make a gradient of x from dy along that
// axis, and undoes it.
func (o Reduce) alongOne(b *ir.Builder, x, dy ir.Value, grad func(x, dy ir.Value, axis int) ir.Value) ir.Value {
	axes, dims := o.Axes.Slice(), x.Type().Dims()
	var perm []int
	for i := range dims {
		if !contains(axes, i) {
			perm = append(perm, i)
		}
	}
	last, length := len(perm), ir.Const(1)
	perm = append(perm, axes...)
	for _, a := range axes {
		length = length.Mul(dims[a])
	}
	moved := Permute(b, x, perm...)
	flat := cat(dy.Type().Dims(), []ir.Dim{length})
	dx := grad(ReshapeTo(b, moved, flat...), Expand(b, dy, flat, []int{last}), last)
	back := make([]int, len(perm))
	for i, a := range perm {
		back[a] = i
	}
	return Permute(b, ReshapeTo(b, dx, moved.Type().Dims()...), back...)
}

// Batch implements [ir.Batcher].
func (o Reduce) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(Reduce{behind(o.Axes), o.k}, in...)
}

// Samples implements [ir.Sampler].
func (o Reduce) Samples() []ir.Sample {
	over := func(axes ...int) Reduce { return Reduce{ir.MakeInts(axes...), o.k} }
	if o.row().on == bools {
		return []ir.Sample{{Op: over(1), In: types(mask(3, 2))}, {Op: over(0), In: types(mask(0, 2))}, {Op: over(), In: types(mask(2))}}
	}
	edge, _ := edges()
	return []ir.Sample{
		{Op: over(0), In: types(f32(3))}, {Op: over(1), In: types(f32(2, 3, 2))}, {Op: over(0, 2), In: types(f32(2, 3, 2))},
		{Op: over(0, 1), In: types(f32(2, 3))}, {Op: over(), In: types(f32(2))}, {Op: over(1), In: types(i32(2, 3))},
		{Op: over(0), In: types(f32(0, 2)), NoGrad: true}, {Op: over(0), In: types(f32(1))},
		{Op: over(0), In: types(f32(edge.Len())), Data: []tensor.Tensor{edge}, NoGrad: true},
		{Op: over(0), In: types(i64(0))},
	}
}
