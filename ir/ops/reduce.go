package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
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
