package ops

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Resize makes some axes longer or shorter, one after the other: element i of the result is the sum of a few elements of the operand
// around the place where i lies, by the filter that Mode names. It is ONNX's Resize of opset 19 but for tf_crop_and_resize.
//
// Axes ascend, Sizes are their lengths in the result. Ratios are how much longer each becomes, a numerator and a denominator an
// axis; empty: what the lengths say. Coords is where elements lie: "half_pixel" (also ""), "asymmetric", "align_corners",
// "pytorch_half_pixel", "half_pixel_symmetric" or "tf_half_pixel_for_nn". Mode is "nearest" (by Round: "round_prefer_floor", also "",
// "round_prefer_ceil", "floor" or "ceil"), "linear" or "cubic" (with the coefficient A). Outside lie copies of the elements at the
// edges, unless Exclude; Antialias stretches the filter of an axis that becomes shorter.
// (C1) x is of floats, or Mode is nearest. (C2) Axes are some of x's, in order; Sizes and Ratios suit them. (C3) Mode, Coords and Round
// are known; only filters smooth. (C4) nothing does not become something.
type Resize struct {
	Axes, Ratios        ir.Ints
	Sizes               ir.Dims
	Mode, Coords, Round string
	A                   float64
	Exclude, Antialias  bool
}

// Name implements [ir.Op].
func (Resize) Name() string { return "resize" }

// Infer implements [ir.Op].
func (o Resize) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Sizes); err != nil {
		return nil, err
	}
	if !in[0].DType.IsFloat() && o.Mode != "nearest" { // C1
		return nil, fmt.Errorf("%v is not of floats", in[0])
	}
	return o.infer(in[0], false)
}

// ResizeGrad is the gradient of [Resize]: dy -> x, whose axes have lengths Sizes. Each element goes to all that it was made of, by their
// weights.
// (C1) dy is of floats. (C2) Axes are some of dy's, in order; Sizes and Ratios suit them. (C3) Mode, Coords and Round are known; only
// filters smooth. (C4) something was not made of nothing.
type ResizeGrad struct {
	Axes, Ratios        ir.Ints
	Sizes               ir.Dims
	Mode, Coords, Round string
	A                   float64
	Exclude, Antialias  bool
}

// Name implements [ir.Op].
func (ResizeGrad) Name() string { return "resize_grad" }

// Infer implements [ir.Op].
func (o ResizeGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1, o.Sizes); err != nil {
		return nil, err
	}
	if !in[0].DType.IsFloat() { // C1
		return nil, fmt.Errorf("%v is not of floats", in[0])
	}
	return Resize(o).infer(in[0], true)
}

// infer is the type with other lengths; back if the operand is what was made.
func (o Resize) infer(x ir.Type, back bool) ([]ir.Type, error) {
	axes, ratios, dims := o.Axes.Slice(), o.Ratios.Slice(), x.Dims()
	if _, ok := axesOf(x, axes); !ok || o.Sizes.Len() != len(axes) || len(ratios) > 0 && len(ratios) != 2*len(axes) { // C2
		return nil, fmt.Errorf("axes %v, sizes %v and ratios %v do not suit %v", axes, o.Sizes.Slice(), ratios, x)
	}
	for _, r := range ratios {
		if r < 1 { // C2
			return nil, fmt.Errorf("ratios %v are not positive", ratios)
		}
	}
	if err := o.modes(); err != nil { // C3
		return nil, err
	}
	for k, a := range axes {
		from, to := dims[a], o.Sizes.At(k)
		if isNegative(to) { // C2
			return nil, fmt.Errorf("a length of %v", to)
		}
		dims[a] = to
		if back {
			from, to = to, from
		}
		if from.Is(0) && !to.Is(0) { // C4
			return nil, fmt.Errorf("axis %d has no elements to make %v of", a, to)
		}
	}
	return one(x.WithDims(dims...))
}

// modes checks the words.
func (o Resize) modes() error {
	for _, w := range []struct {
		what, is string
		list     []string
	}{
		{"mode", o.Mode, []string{"nearest", "linear", "cubic"}},
		{"coords", o.Coords, []string{"", "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric", "tf_half_pixel_for_nn"}},
		{"round", o.Round, []string{"", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}},
	} {
		if !slices.Contains(w.list, w.is) {
			return fmt.Errorf("there is no %s %q", w.what, w.is)
		}
	}
	if o.Antialias && o.Mode == "nearest" {
		return errors.New("nearest elements are not smoothed")
	}
	return nil
}

// Resampled are the axes, and whether elements are moved as they are.
func (o Resize) Resampled() (axes []int, moved bool) { return o.Axes.Slice(), o.Mode == "nearest" }

// Resampled are the axes, and whether elements are moved as they are: never.
func (o ResizeGrad) Resampled() (axes []int, moved bool) { return o.Axes.Slice(), false }

// Eval implements [ir.Evaler].
func (o Resize) Eval(in, out []tensor.Tensor) error {
	if o.Mode == "nearest" {
		return o.pick(in[0], out[0])
	}
	return resizeFloats(in[0], out[0], o.Axes.Slice(), o.Taps)
}

// Eval implements [ir.Evaler].
func (o ResizeGrad) Eval(in, out []tensor.Tensor) error {
	return resizeFloats(in[0], out[0], o.Axes.Slice(), o.Taps)
}

var errNothing = errors.New("nothing can't be resized to something")

// resizeFloats resizes one axis after the other, without rounding between.
func resizeFloats(x, y tensor.Tensor, axes []int, taps func(k, n, m int) Taps) error {
	v, d := floatsOf(x), slices.Clone(x.Dims())
	for k, a := range axes {
		n, m, inner := d[a], y.Dim(a), product(d[a+1:])
		if n == 0 && y.Len() > 0 {
			return errNothing
		}
		d[a] = m
		w := make([]float64, product(d))
		if len(w) > 0 {
			t := taps(k, n, m)
			for p := range product(d[:a]) {
				t.apply(w[p*m*inner:][:m*inner], v[p*n*inner:][:n*inner], inner)
			}
		}
		v = w
	}
	storeFloats(y, v)
	return nil
}

// apply makes rows of inner elements.
func (t Taps) apply(y, x []float64, inner int) {
	for i := range len(t.Start) - 1 {
		index, weight := t.Row(i)
		for k, j := range index {
			for c, v := range x[j*inner:][:inner] {
				y[i*inner+c] += weight[k] * v
			}
		}
	}
}

// pick copies the nearest elements, of any dtype.
func (o Resize) pick(x, y tensor.Tensor) error {
	b, d, size := x.Bytes(), slices.Clone(x.Dims()), x.DType().Size()
	for k, a := range o.Axes.Slice() {
		n, m, inner := d[a], y.Dim(a), product(d[a+1:])*size
		if n == 0 && y.Len() > 0 {
			return errNothing
		}
		d[a] = m
		to := make([]byte, product(d)*size)
		if len(to) > 0 {
			t := o.Taps(k, n, m)
			for p := range product(d[:a]) {
				for i, j := range t.Index {
					copy(to[(p*m+i)*inner:][:inner], b[(p*n+j)*inner:])
				}
			}
		}
		b = to
	}
	copy(y.Bytes(), b)
	return nil
}

// VJP implements [ir.VJPer].
func (o Resize) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	g := ResizeGrad(o)
	g.Sizes = lengthsOf(n.In[0], o.Axes)
	return b.Op(g, dOut[0])
}

// VJP implements [ir.VJPer].
func (o ResizeGrad) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	f := Resize(o)
	f.Sizes = lengthsOf(n.In[0], o.Axes)
	return b.Op(f, dOut[0])
}

// lengthsOf are the lengths of some axes.
func lengthsOf(v ir.Value, axes ir.Ints) ir.Dims {
	var dims []ir.Dim
	for _, a := range axes.Slice() {
		dims = append(dims, v.Type().Dim(a))
	}
	return ir.MakeDims(dims...)
}

// Batched implements [ir.Batcher].
func (o Resize) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axes = behind(o.Axes)
	return b.Op(o, in...)
}

// Batched implements [ir.Batcher].
func (o ResizeGrad) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, _ []bool, _ ir.Dim) []ir.Value {
	o.Axes = behind(o.Axes)
	return b.Op(o, in...)
}

// Samples implements [ir.Sampler].
func (Resize) Samples() []ir.Sample {
	sizes := func(n ...int) ir.Dims { return ir.MakeDims(dimsOf(n...)...) }
	two := ir.MakeInts(1, 2)
	return []ir.Sample{
		{Op: Resize{Axes: two, Sizes: sizes(4, 5), Mode: "nearest"}, In: types(f32(2, 2, 3))},
		{Op: Resize{Axes: ir.MakeInts(0), Sizes: sizes(5), Mode: "nearest", Coords: "asymmetric", Round: "floor"}, In: types(i32(3, 2))},
		{Op: Resize{Axes: two, Sizes: sizes(6, 7), Mode: "linear"}, In: types(f32(1, 3, 4))},
		{Op: Resize{Axes: ir.MakeInts(0, 2), Sizes: sizes(3, 2), Mode: "linear", Antialias: true}, In: types(f32(7, 2, 5))},
		{Op: Resize{Axes: ir.MakeInts(0), Sizes: sizes(7), Mode: "cubic", A: -0.75, Coords: "align_corners"}, In: types(f32(4))},
		{Op: Resize{Axes: ir.MakeInts(1), Ratios: ir.MakeInts(12, 10), Sizes: sizes(4), Mode: "cubic", A: -0.5, Exclude: true, Coords: "half_pixel_symmetric"}, In: types(f32(2, 4))},
		{Op: Resize{Axes: ir.MakeInts(0), Sizes: sizes(0), Mode: "linear", Coords: "pytorch_half_pixel"}, In: types(f32(0, 2))},
	}
}

// Samples implements [ir.Sampler].
func (ResizeGrad) Samples() []ir.Sample {
	sizes := func(n ...int) ir.Dims { return ir.MakeDims(dimsOf(n...)...) }
	return []ir.Sample{
		{Op: ResizeGrad{Axes: ir.MakeInts(1, 2), Sizes: sizes(3, 2), Mode: "linear"}, In: types(f32(2, 4, 5))},
		{Op: ResizeGrad{Axes: ir.MakeInts(0), Sizes: sizes(3), Mode: "nearest"}, In: types(f32(5, 2))},
		{Op: ResizeGrad{Axes: ir.MakeInts(0), Sizes: sizes(7), Mode: "cubic", A: -0.75, Antialias: true}, In: types(f32(3))},
	}
}
