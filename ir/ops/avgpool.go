package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// AvgPool is the mean of each window: x [N, C, S...] -> [N, C, S'...]. Empty Strides and Pads mean 1 and 0. Padding does not
// count unless CountPad, when it counts as zeros.
// (C1) x is of floats and has a spatial axis. (C2) Kernel, and Strides and Pads as for [Conv], suit the spatial axes;
// pads are less than the kernel. (C3) the kernel fits into the padded image.
type AvgPool struct {
	Kernel, Strides, Pads ir.Ints
	CountPad              bool
}

// Name implements [ir.Op].
func (AvgPool) Name() string { return "avg_pool" }

// Infer implements [ir.Op].
func (o AvgPool) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	dims, err := poolOf(in[0], o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return nil, err
	}
	return one(in[0].WithDims(dims...))
}

// AvgPoolGrad is the gradient of [AvgPool]: dy [N, C, S'...] -> [N, C, Out...].
// (C1) an image of Out and the attributes make an AvgPool. (C2) dy has the type of its result.
type AvgPoolGrad struct {
	Kernel, Strides, Pads ir.Ints
	CountPad              bool
	Out                   ir.Dims
}

// Name implements [ir.Op].
func (AvgPoolGrad) Name() string { return "avg_pool_grad" }

// Infer implements [ir.Op].
func (o AvgPoolGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Out); err != nil {
		return nil, err
	}
	dy := in[0]
	if dy.Rank() < 3 || o.Out.Len() != dy.Rank()-2 { // C1
		return nil, fmt.Errorf("%v are not the spatial dims of an image pooled to %v", o.Out.Slice(), dy)
	}
	x := dy.WithDims(cat(dy.Dims()[:2], o.Out.Slice())...)
	dims, err := poolOf(x, o.Kernel, o.Strides, o.Pads)
	if err != nil { // C1
		return nil, err
	}
	if !sameDims(dy.Dims(), dims) { // C2
		return nil, fmt.Errorf("the gradient is %v, should be %v", dy, x.WithDims(dims...))
	}
	return one(x)
}

// Eval implements [ir.Evaler].
func (o AvgPool) Eval(in, out []tensor.Tensor) error {
	p, err := layPool(in[0].Dims(), out[0].Dims(), o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return err
	}
	x, y := floatsOf(in[0]), make([]float64, out[0].Len())
	p.each(func(out, plane int, taps []int32) {
		for _, t := range taps {
			if t >= 0 {
				y[out] += x[plane+int(t)]
			}
		}
		y[out] /= weight(taps, o.CountPad)
	})
	storeFloats(out[0], y)
	return nil
}

// weight is how many elements of a window count.
func weight(taps []int32, pads bool) float64 {
	n := 0
	for _, t := range taps {
		if pads || t >= 0 {
			n++
		}
	}
	return float64(n)
}

// Eval implements [ir.Evaler].
func (o AvgPoolGrad) Eval(in, out []tensor.Tensor) error {
	p, err := layPool(out[0].Dims(), in[0].Dims(), o.Kernel, o.Strides, o.Pads)
	if err != nil {
		return err
	}
	dy, dx := floatsOf(in[0]), make([]float64, out[0].Len())
	p.each(func(out, plane int, taps []int32) {
		share := dy[out] / weight(taps, o.CountPad)
		for _, t := range taps {
			if t >= 0 {
				dx[plane+int(t)] += share
			}
		}
	})
	storeFloats(out[0], dx)
	return nil
}

// VJP implements [ir.VJPer].
func (o AvgPool) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	image := ir.MakeDims(n.In[0].Type().Dims()[2:]...)
	return b.Op(AvgPoolGrad{o.Kernel, o.Strides, o.Pads, o.CountPad, image}, dOut[0])
}

// VJP implements [ir.VJPer].
func (o AvgPoolGrad) VJP(b *ir.Builder, _ *ir.Node, dOut []ir.Value) []ir.Value {
	return b.Op(AvgPool{o.Kernel, o.Strides, o.Pads, o.CountPad}, dOut[0])
}

// Batched implements [ir.Batcher].
func (o AvgPool) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchPool(b, o, n, in, batched, size)
}

// Batched implements [ir.Batcher].
func (o AvgPoolGrad) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	return batchPool(b, o, n, in, batched, size)
}

// Samples implements [ir.Sampler].
func (AvgPool) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: AvgPool{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 1)}, In: types(f32(2, 2, 4, 5))},
		{Op: AvgPool{Kernel: ir.MakeInts(3), Pads: ir.MakeInts(1, 2)}, In: types(f32(1, 2, 5))},
		{Op: AvgPool{Kernel: ir.MakeInts(3), Pads: ir.MakeInts(1, 2), CountPad: true}, In: types(f32(1, 2, 5))},
	}
}

// Samples implements [ir.Sampler].
func (AvgPoolGrad) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: AvgPoolGrad{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 1), Out: ir.MakeDims(dimsOf(4, 5)...)}, In: types(f32(2, 2, 2, 4))},
		{Op: AvgPoolGrad{Kernel: ir.MakeInts(3), Pads: ir.MakeInts(1, 2), CountPad: true, Out: ir.MakeDims(con(5))}, In: types(f32(1, 2, 6))},
	}
}
