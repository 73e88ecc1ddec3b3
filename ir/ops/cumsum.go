package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// CumSum is the running sum along an axis, from the end if Reverse; if Exclusive, of the elements before each.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers.
type CumSum struct {
	Axis      int
	Reverse   bool
	Exclusive bool
}

// Name implements [ir.Op].
func (CumSum) Name() string { return "cumsum" }

// Infer implements [ir.Op].
func (o CumSum) Infer(in []ir.Type) ([]ir.Type, error) { return cumType(in, o.Axis) }

// CumProd is the running product along an axis, from the end if Reverse; if Exclusive, of the elements before each.
// (C1) Axis is one of the operand's. (C2) the operand is of numbers.
type CumProd struct {
	Axis      int
	Reverse   bool
	Exclusive bool
}

// Name implements [ir.Op].
func (CumProd) Name() string { return "cumprod" }

// Infer implements [ir.Op].
func (o CumProd) Infer(in []ir.Type) ([]ir.Type, error) { return cumType(in, o.Axis) }

func cumType(in []ir.Type, axis int) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !hasAxis(in[0], axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", in[0], axis)
	}
	if !isNumber(in[0].DType) { // C2
		return nil, fmt.Errorf("%v is not of numbers", in[0])
	}
	return one(in[0].WithDims(in[0].Dims()...))
}

// Eval implements [ir.Evaler].
func (o CumSum) Eval(in, out []tensor.Tensor) error {
	add := Add().row()
	running(in[0], out[0], o.Axis, o.Reverse, o.Exclusive, 0, add.f, add.int)
	return nil
}

// Eval implements [ir.Evaler].
func (o CumProd) Eval(in, out []tensor.Tensor) error {
	mul := Mul().row()
	running(in[0], out[0], o.Axis, o.Reverse, o.Exclusive, 1, mul.f, mul.int)
	return nil
}

// running stores the running fold of x along an axis into y.
func running(x, y tensor.Tensor, axis int, reverse, exclusive bool, init int64,
	f func(a, b float64) float64, fi func(a, b int64) int64) {
	before, n, after := around(x, axis)
	if x.DType().IsFloat() {
		v := floatsOf(x)
		cumulate(v, before, n, after, reverse, exclusive, float64(init), f)
		storeFloats(y, v)
		return
	}
	v := intsOf(x)
	cumulate(v, before, n, after, reverse, exclusive, init, fi)
	storeInts(y, v)
}

func cumulate[T any](v []T, before, n, after int, reverse, exclusive bool, init T, f func(a, b T) T) {
	for p := range before {
		for q := range after {
			acc := init
			for i := range n {
				if reverse {
					i = n - 1 - i
				}
				at := (p*n+i)*after + q
				next := f(acc, v[at])
				if v[at] = next; exclusive {
					v[at] = acc
				}
				acc = next
			}
		}
	}
}

// VJP implements [ir.VJPer].
func (o CumSum) VJP(b *ir.Builder, _ *ir.Node, dOut []ir.Value) []ir.Value {
	return b.Op(CumSum{o.Axis, !o.Reverse, o.Exclusive}, dOut[0])
}

// VJP implements [ir.VJPer]. It is exact at zeros, too: with x_i replaced by 1 in row i of a square, the running
// products of that row from i on are the slopes of the result by x_i. That takes n times the memory of x.
func (o CumProd) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x, dy := n.In[0], dOut[0]
	d := x.Type().Dims()
	length, row, col := d[o.Axis], o.Axis, o.Axis+1
	square := cat(d[:col], d[o.Axis:])
	i := alongAxis(b, length, square, row)
	j := alongAxis(b, length, square, col)
	wide := BroadcastTo(b, x, square, without(len(square), row))
	others := b.Op1(Select{}, b.Op1(Eq(), i, j), Full(b, 1, wide.Type()), wide)
	products := b.Op1(CumProd{col, o.Reverse, o.Exclusive}, others)
	reach := reachOf(o)
	slope := gated(b, b.Op1(reach, j, i), b.Op1(Mul(), products, BroadcastTo(b, dy, square, without(len(square), row))))
	return b.Op(ReduceSum(col), slope)
}

// reachOf compares the place j of a result with that i of an operand it depends on.
func reachOf(o CumProd) Binary {
	switch {
	case o.Reverse && o.Exclusive:
		return Lt()
	case o.Reverse:
		return Le()
	case o.Exclusive:
		return Gt()
	}
	return Ge()
}

// alongAxis is each element's place along an axis, for a tensor with these dims.
func alongAxis(b *ir.Builder, n ir.Dim, dims []ir.Dim, axis int) ir.Value {
	return BroadcastTo(b, b.Op1(Iota{N: n, DType: tensor.I32}), dims, []int{axis})
}

// without is 0, ..., n-1 but for one.
func without(n, axis int) []int {
	return append(upTo(0, axis), upTo(axis+1, n)...)
}

// Batch implements [ir.Batcher].
func (o CumSum) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, in...)
}

// Batch implements [ir.Batcher].
func (o CumProd) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (CumSum) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: CumSum{Axis: 0}, In: types(f32(4))}, {Op: CumSum{Axis: 1, Reverse: true}, In: types(f32(2, 3, 2))},
		{Op: CumSum{Axis: 1, Exclusive: true}, In: types(f32(2, 4))}, {Op: CumSum{0, true, true}, In: types(f32(3))}, {Op: CumSum{Axis: 0}, In: types(i32(3))},
		{Op: CumSum{Axis: 0}, In: types(f32(0))}, {Op: CumSum{Axis: 0}, In: types(f32(3)), Data: []tensor.Tensor{tensor.Of([]float32{2, 0, 3})}},
	}
}

// Samples implements [ir.Sampler].
func (CumProd) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: CumProd{Axis: 0}, In: types(f32(4))}, {Op: CumProd{Axis: 1, Reverse: true}, In: types(f32(2, 3, 2))},
		{Op: CumProd{Axis: 1, Exclusive: true}, In: types(f32(2, 4))}, {Op: CumProd{0, true, true}, In: types(f32(3))}, {Op: CumProd{Axis: 0}, In: types(i32(3))},
		{Op: CumProd{Axis: 0}, In: types(f32(0))}, {Op: CumProd{Axis: 0}, In: types(f32(3)), Data: []tensor.Tensor{tensor.Of([]float32{2, 0, 3})}},
	}
}
