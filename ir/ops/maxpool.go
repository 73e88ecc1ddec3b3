package ops

import (
	"math"

	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// MaxPool is the greatest element of each window: x [N, C, S...] -> [N, C, S'...]. Empty Strides and Pads mean 1 and 0; padding
// never wins. NaN wins.
// (C1) x is of floats and has a spatial axis. (C2) Kernel, and Strides and Pads as for [Conv], suit the spatial axes;
// pads are less than the kernel. (C3) the kernel fits into the padded image.
type MaxPool struct{ Kernel, Strides, Pads ir.Ints }

// Name implements [ir.Op].
func (MaxPool) Name() string { return "max_pool" }

// Infer implements [ir.Op].
func (o MaxPool) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	dims, err := poolOf(in[0], o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return nil, err
	}
	return one(in[0].WithDims(dims...))
}

// MaxPoolGrad is the gradient of [MaxPool]: x, dy -> like x. All of a window's gradient goes to its first greatest
// element.
// (C1) x and the attributes make a MaxPool. (C2) dy has the type of its result.
type MaxPoolGrad struct{ Kernel, Strides, Pads ir.Ints }

// Name implements [ir.Op].
func (MaxPoolGrad) Name() string { return "max_pool_grad" }

// Infer implements [ir.Op].
func (o MaxPoolGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	x, dy := in[0], in[1]
	dims, err := poolOf(x, o.Kernel, o.Strides, o.Pads)
	if err != nil { // C1
		return nil, err
	}
	if dy.DType != x.DType || !sameDims(dy.Dims(), dims) { // C2
		return nil, fmt.Errorf("the gradient is %v, should be %v", dy, x.WithDims(dims...))
	}
	return one(x.WithDims(x.Dims()...))
}

// MaxPoolPick takes from v the element at the place of each window's first greatest element of x: x, v (like x) -> the
// type of [MaxPool] of x. It is the gradient of [MaxPoolGrad] with respect to dy.
// (C1) x and the attributes make a MaxPool. (C2) v has x's dtype and shape.
type MaxPoolPick struct{ Kernel, Strides, Pads ir.Ints }

// Name implements [ir.Op].
func (MaxPoolPick) Name() string { return "max_pool_pick" }

// Infer implements [ir.Op].
func (o MaxPoolPick) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	x, v := in[0], in[1]
	dims, err := poolOf(x, o.Kernel, o.Strides, o.Pads)
	if err != nil { // C1
		return nil, err
	}
	if v.DType != x.DType || !v.SameShape(x) { // C2
		return nil, fmt.Errorf("%v and %v differ", x, v)
	}
	return one(x.WithDims(dims...))
}

// Eval implements [ir.Evaler].
func (o MaxPool) Eval(in, out []tensor.Tensor) error {
	return MaxPoolPick(o).Eval([]tensor.Tensor{in[0], in[0]}, out)
}

// Eval implements [ir.Evaler].
func (o MaxPoolPick) Eval(in, out []tensor.Tensor) error {
	p, err := layPool(in[0].Dims(), out[0].Dims(), o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return err
	}
	x, v, y := floatsOf(in[0]), floatsOf(in[1]), make([]float64, out[0].Len())
	p.each(func(out, plane int, taps []int32) { y[out] = v[firstMax(x, plane, taps)] })
	storeFloats(out[0], y)
	return nil
}

// Eval implements [ir.Evaler].
func (o MaxPoolGrad) Eval(in, out []tensor.Tensor) error {
	p, err := layPool(in[0].Dims(), in[1].Dims(), o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return err
	}
	x, dy, dx := floatsOf(in[0]), floatsOf(in[1]), make([]float64, out[0].Len())
	p.each(func(out, plane int, taps []int32) { dx[firstMax(x, plane, taps)] += dy[out] })
	storeFloats(out[0], dx)
	return nil
}

// VJP implements [ir.VJPer].
func (o MaxPool) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return b.Op(MaxPoolGrad(o), n.In[0], dOut[0])
}

// VJP implements [ir.VJPer].
func (o MaxPoolGrad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{{}, b.Op1(MaxPoolPick(o), n.In[0], dOut[0])}
}

// VJP implements [ir.VJPer].
func (o MaxPoolPick) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	return []ir.Value{{}, b.Op1(MaxPoolGrad(o), n.In[0], dOut[0])}
}

// Batched implements [ir.Batcher].
func (o MaxPool) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchPool(b, o, n, in, batched, size)
}

// Batched implements [ir.Batcher].
func (o MaxPoolGrad) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchPool(b, o, n, in, batched, size)
}

// Batched implements [ir.Batcher].
func (o MaxPoolPick) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchPool(b, o, n, in, batched, size)
}

// Samples implements [ir.Sampler].
func (MaxPool) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: MaxPool{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 2)}, In: types(f32(2, 2, 4, 5))},
		{Op: MaxPool{Kernel: ir.MakeInts(3), Pads: ir.MakeInts(1, 2)}, In: types(f32(1, 2, 5))},
		{Op: MaxPool{Kernel: ir.MakeInts(2)}, In: types(f32(1, 1, 5)), NoGrad: true, Data: []tensor.Tensor{
			tensor.Of([]float32{1, float32(math.NaN()), float32(math.Inf(-1)), float32(math.Inf(-1)), 2}, 1, 1, 5)}},
	}
}

// Samples implements [ir.Sampler].
func (MaxPoolGrad) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: MaxPoolGrad{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 2)}, In: types(f32(2, 2, 4, 5), f32(2, 2, 2, 2))},
		{Op: MaxPoolGrad{Kernel: ir.MakeInts(3), Pads: ir.MakeInts(1, 2)}, In: types(f32(1, 2, 5), f32(1, 2, 6))},
	}
}

// Samples implements [ir.Sampler].
func (MaxPoolPick) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: MaxPoolPick{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 2)}, In: types(f32(2, 2, 4, 5), f32(2, 2, 4, 5))},
	}
}
