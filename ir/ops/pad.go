package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Pad puts zeros before, after and between the elements of each axis: Before, After and Interior have an entry for each, Interior may
// be empty. After pad in the StableHLO specification.
// (C1) as many entries as axes. (C2) no count is negative.
type Pad struct {
	Before, After ir.Dims
	Interior      ir.Ints
}

// PadAxis is a Pad of one axis of so many.
func PadAxis(rank, axis int, before, after ir.Dim, interior int) Pad {
	b, a, between := make([]ir.Dim, rank), make([]ir.Dim, rank), make([]int, rank)
	b[axis], a[axis], between[axis] = before, after, interior
	o := Pad{Before: ir.MakeDims(b...), After: ir.MakeDims(a...)}
	if interior != 0 {
		o.Interior = ir.MakeInts(between...)
	}
	return o
}

// Between is how many zeros stand between elements of an axis.
func (o Pad) Between(axis int) int {
	if o.Interior.Len() == 0 {
		return 0
	}
	return o.Interior.Slice()[axis]
}

// Keeps reports whether the op leaves an axis as it is.
func (o Pad) Keeps(axis int) bool {
	return o.Before.At(axis).Is(0) && o.After.At(axis).Is(0) && o.Between(axis) == 0
}

// Name implements [ir.Op].
func (Pad) Name() string { return "pad" }

// Infer implements [ir.Op].
func (o Pad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Before, o.After); err != nil {
		return nil, err
	}
	dims := in[0].Dims()
	if o.Before.Len() != len(dims) || o.After.Len() != len(dims) || o.Interior.Len() != 0 && o.Interior.Len() != len(dims) { // C1
		return nil, fmt.Errorf("%v before, %v after, %v between, for %v", o.Before, o.After, o.Interior, in[0])
	}
	for i, n := range dims {
		before, after, between := o.Before.At(i), o.After.At(i), o.Between(i)
		if isNegative(before) || isNegative(after) || between < 0 { // C2
			return nil, fmt.Errorf("%v before, %v after, %d between on axis %d", before, after, between, i)
		}
		dims[i] = before.Add(n).Add(after)
		if between > 0 && !n.Is(0) {
			dims[i] = dims[i].Add(n.Sub(ir.Const(1)).Mul(ir.Const(int64(between))))
		}
	}
	return one(in[0].WithDims(dims...))
}

// Eval implements [ir.Evaler].
func (o Pad) Eval(in, out []tensor.Tensor) error {
	clearAll(out[0])
	to := whole(out[0].Dims())
	for i := range to.str {
		before, _ := o.Before.At(i).Int()
		to.off += int(before) * to.str[i]
		to.str[i] *= o.Between(i) + 1
	}
	move(out[0], in[0], in[0].Dims(), to, whole(in[0].Dims()))
	return nil
}

// VJP implements [ir.VJPer].
func (o Pad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	d := dOut[0]
	for i, n := range n.In[0].Type().Dims() {
		if !o.Keeps(i) {
			d = b.Op1(Slice{Axis: i, Start: o.Before.At(i), Len: n, Step: o.Between(i) + 1}, d)
		}
	}
	return []ir.Value{d}
}

// Batch implements [ir.Batcher].
func (o Pad) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	none := []ir.Dim{ir.Const(0)}
	o.Before, o.After = ir.MakeDims(cat(none, o.Before.Slice())...), ir.MakeDims(cat(none, o.After.Slice())...)
	if o.Interior.Len() > 0 {
		o.Interior = ir.MakeInts(append([]int{0}, o.Interior.Slice()...)...)
	}
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Pad) Samples() []ir.Sample {
	both := Pad{Before: ir.MakeDims(con(1), con(0)), After: ir.MakeDims(con(0), con(2)), Interior: ir.MakeInts(1, 0)}
	return []ir.Sample{
		{Op: PadAxis(1, 0, con(1), con(2), 0), In: types(f32(3))}, {Op: PadAxis(2, 1, con(1), con(0), 2), In: types(f32(2, 3))},
		{Op: PadAxis(2, 0, con(0), con(2), 1), In: types(f32(0, 2))}, {Op: PadAxis(1, 0, con(0), con(0), 0), In: types(i32(1))},
		{Op: both, In: types(f32(2, 3))},
	}
}
