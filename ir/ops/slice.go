package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Slice takes Len elements of an axis: Start, Start+Step, and so on. Step 0 means 1; with a negative Step, Start is the
// first element taken and the greatest.
// (C1) Axis is one of the operand's. (C2) Start and Len are not negative. (C3) no element taken lies outside the axis,
// as far as constants tell; the rest is checked when sizes are known.
type Slice struct {
	Axis       int
	Start, Len ir.Dim
	Step       int
}

// Name implements [ir.Op].
func (Slice) Name() string { return "slice" }

// Infer implements [ir.Op].
func (o Slice) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], o.Axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], o.Axis)
	}
	if isNegative(o.Start) || isNegative(o.Len) { // C2
		return nil, fmt.Errorf("%v elements from %v on", o.Len, o.Start)
	}
	first, last := o.ends()
	if !o.Len.Is(0) && (isNegative(first) || exceeds(last.Add(ir.Const(1)), in[0].Dim(o.Axis))) { // C3
		return nil, fmt.Errorf("elements %v to %v of axis %d of %v", first, last, o.Axis, in[0])
	}
	return one(withDim(in[0], o.Axis, o.Len))
}

func (o Slice) step() int {
	if o.Step == 0 {
		return 1
	}
	return o.Step
}

// ends are the least and the greatest place taken.
func (o Slice) ends() (first, last ir.Dim) {
	end := o.Start.Add(o.Len.Sub(ir.Const(1)).Mul(ir.Const(int64(o.step()))))
	if o.Step < 0 {
		return end, o.Start
	}
	return o.Start, end
}

// Eval implements [ir.Evaler].
func (o Slice) Eval(in, out []tensor.Tensor) error {
	start, _ := o.Start.Int()
	dims, n := out[0].Dims(), int64(in[0].Dim(o.Axis))
	count, step := int64(dims[o.Axis]), int64(o.step())
	if end := start + (count-1)*step; count > 0 && (start < 0 || start >= n || end < 0 || end >= n) {
		return fmt.Errorf("elements %d to %d of an axis of length %d", start, end, n)
	}
	from := whole(in[0].Dims())
	from.off = int(start) * from.str[o.Axis]
	from.str[o.Axis] *= o.step()
	move(out[0], in[0], dims, whole(dims), from)
	return nil
}

// VJP implements [ir.VJPer].
func (o Slice) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, dy := n.In[0].Type(), dOut[0]
	if o.Len.Is(0) {
		return []ir.Value{Full(b, 0, x)}
	}
	step := o.step()
	if step < 0 {
		dy, step = b.Op1(Reverse{o.Axis}, dy), -step
	}
	first, last := o.ends()
	after := x.Dim(o.Axis).Sub(last).Sub(ir.Const(1))
	return b.Op(PadAxis(x.Rank(), o.Axis, first, after, step-1), dy)
}

// Batch implements [ir.Batcher].
func (o Slice) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Slice) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Slice{Axis: 0, Start: con(1), Len: con(2)}, In: types(f32(4, 2))},
		{Op: Slice{Axis: 1, Start: con(0), Len: con(3), Step: 2}, In: types(f32(2, 6))},
		{Op: Slice{Axis: 1, Start: con(4), Len: con(3), Step: -2}, In: types(f32(2, 5))},
		{Op: Slice{Axis: 0, Start: ir.Sym("N").Sub(con(2)), Len: con(2)}, In: types(ir.T(tensor.F32, ir.Sym("N"))), Env: map[string]int64{"N": 5}},
		{Op: Slice{Axis: 0, Start: con(3)}, In: types(f32(3))}, {Op: Slice{Axis: 0, Start: con(2), Len: con(3), Step: -1}, In: types(mask(3))},
	}
}
