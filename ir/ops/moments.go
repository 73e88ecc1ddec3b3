package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Moments are the mean and the variance of x over all axes but the first Lead and one more, as the statistics of norms of channels are:
// x [lead..., ..., C, ...] -> [lead..., 2, C], the means, then the mean squared distances from them. Of no elements both are NaN. After Ioffe
// and Szegedy, Batch Normalization, algorithm 1.
// (C1) Axis is one of the operand's, behind the first Lead. (C2) x is of floats.
type Moments struct{ Axis, Lead int }

// Name implements [ir.Op].
func (Moments) Name() string { return "moments" }

// Infer implements [ir.Op].
func (o Moments) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	return pairOfRows(in[0], o.Axis, o.Lead)
}

// pairOfRows is the type of two numbers for each place along an axis of x and its leading ones.
func pairOfRows(x ir.Type, axis, lead int) ([]ir.Type, error) {
	if !hasAxis(x, axis) || lead < 0 || axis < lead { // C1
		return nil, fmt.Errorf("%v has no axis %d behind the first %d", x, axis, lead)
	}
	if !x.DType.IsFloat() { // C2
		return nil, fmt.Errorf("%v is not of floats", x)
	}
	return one(x.WithDims(cat(x.Dims()[:lead], []ir.Dim{ir.Const(2), x.Dim(axis)})...))
}

// Eval implements [ir.Evaler].
func (o Moments) Eval(in, out []tensor.Tensor) error {
	x := floatsOf(in[0])
	p := placesOf(in[0], o.Axis, o.Lead)
	count := float64(p.before * p.after)
	y := make([]float64, out[0].Len())
	p.each(func(first, _, i int) { y[first] += x[i] })
	for c := range p.lead * p.n {
		y[p.first(c)] /= count
	}
	p.each(func(first, _, i int) { y[first+p.n] += (x[i] - y[first]) * (x[i] - y[first]) })
	for c := range p.lead * p.n {
		y[p.first(c)+p.n] /= count
	}
	storeFloats(out[0], y)
	return nil
}

// A places splits the axes of a tensor into leading ones, those before one of n places, and those behind it.
type places struct{ lead, before, n, after int }

func placesOf(t tensor.Tensor, axis, lead int) places {
	d := t.Dims()
	return places{product(d[:lead]), product(d[lead:axis]), d[axis], product(d[axis+1:])}
}

// first is where the first of the two numbers of channel c of them all lies.
func (p places) first(c int) int { return c/p.n*2*p.n + c%p.n }

// each calls f with where the first number of an element's channel is, with the channel, and with the element.
func (p places) each(f func(first, c, i int)) {
	for i := range p.lead * p.before * p.n * p.after {
		c := i/(p.before*p.n*p.after)*p.n + i/p.after%p.n
		f(p.first(c), c, i)
	}
}

// VJP implements [ir.VJPer]: dx = (dmean + 2 dvar (x - mean)) / N. The distances are computed again: else those that a norm takes would be
// kept for them.
func (o Moments) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	x := b.Op1(Again{}, n.In[0])
	dims := x.Type().Dims()
	size := ir.Const(1)
	for i, d := range dims[o.Lead:] {
		if o.Lead+i != o.Axis {
			size = size.Mul(d)
		}
	}
	count := number(b, size, x.Type().DType)
	along := func(v ir.Value) ir.Value { return BroadcastTo(b, v, dims, keptAxes(o.Axis, o.Lead)) }
	dMean, dVar := rowsOf(b, dOut[0])
	dMean = b.Op1(Div(), dMean, Spread(b, count, dMean.Type().Dims()))
	dVar = b.Op1(Div(), b.Op1(Add(), dVar, dVar), Spread(b, count, dVar.Type().Dims()))
	mean, _ := rowsOf(b, n.Value(0))
	return []ir.Value{b.Op1(Add(), along(dMean), b.Op1(Mul(), along(dVar), b.Op1(Sub(), x, along(mean))))}
}

// keptAxes are the leading axes and one more.
func keptAxes(axis, lead int) []int { return append(upTo(0, lead), axis) }

// number is d as a scalar.
func number(b *ir.Builder, d ir.Dim, dt ir.DType) ir.Value {
	if n, ok := d.Int(); ok {
		return Scalar(b, float64(n), dt)
	}
	return b.Op1(DimOf{D: d, DType: dt})
}

// rowsOf are the two rows of v [..., 2, C].
func rowsOf(b *ir.Builder, v ir.Value) (first, second ir.Value) {
	dims := v.Type().Dims()
	last := len(dims) - 1
	row := func(i int64) ir.Value {
		s := b.Op1(Slice{Axis: last - 1, Start: ir.Const(i), Len: ir.Const(1)}, v)
		return ReshapeTo(b, s, cat(dims[:last-1], dims[last:])...)
	}
	return row(0), row(1)
}

// Batch implements [ir.Batcher].
func (o Moments) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	return b.Op(Moments{o.Axis + 1, o.Lead + 1}, in...)
}

// Samples implements [ir.Sampler].
func (Moments) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Moments{0, 0}, In: types(f32(3))}, {Op: Moments{1, 0}, In: types(f32(4, 3))}, {Op: Moments{1, 0}, In: types(f32(2, 3, 2, 2))},
		{Op: Moments{2, 0}, In: types(f32(2, 3, 2))}, {Op: Moments{1, 1}, In: types(f32(2, 3, 4))}, {Op: Moments{2, 1}, In: types(f32(2, 3, 2, 2))},
		{Op: Moments{1, 0}, In: types(f32(0, 3)), NoGrad: true},
	}
}
