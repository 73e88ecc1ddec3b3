package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Moments are the mean and the variance of x over all axes but one, as the statistics of batch norm are: x [..., C, ...] -> [2, C], the
// means, then the mean squared distances from them. Of no elements both are NaN. After Ioffe and Szegedy, Batch Normalization, algorithm 1.
// (C1) Axis is one of the operand's. (C2) x is of floats.
type Moments struct{ Axis int }

// Name implements [ir.Op].
func (Moments) Name() string { return "moments" }

// Infer implements [ir.Op].
func (o Moments) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	return pairOfRows(in[0], o.Axis)
}

// pairOfRows is the type of two numbers for each place along an axis of x.
func pairOfRows(x ir.Type, axis int) ([]ir.Type, error) {
	if !hasAxis(x, axis) { // C1
		return nil, fmt.Errorf("%v has no axis %d", x, axis)
	}
	if !x.DType.IsFloat() { // C2
		return nil, fmt.Errorf("%v is not of floats", x)
	}
	return one(x.WithDims(ir.Const(2), x.Dim(axis)))
}

// Eval implements [ir.Evaler].
func (o Moments) Eval(in, out []tensor.Tensor) error {
	x := floatsOf(in[0])
	before, n, after := around(in[0], o.Axis)
	count := float64(before * after)
	y := make([]float64, 2*n)
	eachChannel(before, n, after, func(c, i int) { y[c] += x[i] })
	for c := range n {
		y[c] /= count
	}
	eachChannel(before, n, after, func(c, i int) { y[n+c] += (x[i] - y[c]) * (x[i] - y[c]) })
	for c := range n {
		y[n+c] /= count
	}
	storeFloats(out[0], y)
	return nil
}

// eachChannel calls f with each element and its place along the middle axis.
func eachChannel(before, n, after int, f func(c, i int)) {
	for i := range before * n * after {
		f(i/after%n, i)
	}
}

// VJP implements [ir.VJPer]: dx = (dmean + 2 dvar (x - mean)) / N. The distances are computed again: else those that a norm takes would be
// kept for them.
func (o Moments) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x := b.Op1(Again{}, n.In[0])
	dims := x.Type().Dims()
	size := ir.Const(1)
	for i, d := range dims {
		if i != o.Axis {
			size = size.Mul(d)
		}
	}
	count := number(b, size, x.Type().DType)
	along := func(v ir.Value) ir.Value { return BroadcastTo(b, v, dims, []int{o.Axis}) }
	dMean, dVar := rowsOf(b, dOut[0])
	dMean = b.Op1(Div(), dMean, Spread(b, count, dMean.Type().Dims()))
	dVar = b.Op1(Div(), b.Op1(Add(), dVar, dVar), Spread(b, count, dVar.Type().Dims()))
	mean, _ := rowsOf(b, n.Value(0))
	return []ir.Value{b.Op1(Add(), along(dMean), b.Op1(Mul(), along(dVar), b.Op1(Sub(), x, along(mean))))}
}

// number is d as a scalar.
func number(b *ir.Builder, d ir.Dim, dt ir.DType) ir.Value {
	if n, ok := d.Int(); ok {
		return Scalar(b, float64(n), dt)
	}
	return b.Op1(DimOf{D: d, DType: dt})
}

// rowsOf are the two rows of v [2, C].
func rowsOf(b *ir.Builder, v ir.Value) (first, second ir.Value) {
	row := func(i int64) ir.Value {
		return ReshapeTo(b, b.Op1(Slice{Axis: 0, Start: ir.Const(i), Len: ir.Const(1)}, v), v.Type().Dim(1))
	}
	return row(0), row(1)
}

// Samples implements [ir.Sampler].
func (Moments) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Moments{0}, In: types(f32(3))}, {Op: Moments{1}, In: types(f32(4, 3))}, {Op: Moments{1}, In: types(f32(2, 3, 2, 2))}, {Op: Moments{2}, In: types(f32(2, 3, 2))},
		{Op: Moments{1}, In: types(f32(0, 3)), NoGrad: true},
	}
}
