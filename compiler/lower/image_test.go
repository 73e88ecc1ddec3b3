package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// channelBias adds a number to each channel.
func channelBias(b *ir.Builder, x, v ir.Value) ir.Value {
	return b.Op1(ops.Add(), x, ops.BroadcastTo(b, v, x.Type().Dims(), []int{1}))
}

func relu(b *ir.Builder, x ir.Value) ir.Value {
	zero := ops.BroadcastTo(b, b.Op1(ops.Lit{V: "0", DType: tensor.F32}), x.Type().Dims(), nil)
	return b.Op1(ops.Max(), x, zero)
}

// double makes both sides of an image twice as long.
func double(b *ir.Builder, x ir.Value) ir.Value {
	two := ir.Const(2)
	d := x.Type()
	return b.Op1(ops.Resize{Axes: ir.MakeInts(2, 3), Sizes: ir.MakeDims(d.Dim(2).Mul(two), d.Dim(3).Mul(two)), Mode: "linear"}, x)
}

func pads(n int) ir.Ints { return ir.MakeInts(n, n, n, n) }

// imageArgs are the arguments of the cases below: images of 6 channels, filters, biases.
type imageArgs struct {
	b             *ir.Builder
	x, z          ir.Value // [2, 6, 7, 5]
	w3, w1, dw    ir.Value // 3x3 and 1x1 of 6 to 6 channels, 3x3 for each channel
	bias, perItem ir.Value // [6], [2, 6]
}

// TestImages: what follows a convolution is its epilogue, and images are laid over at the borders only, if a convolution there does not
// do so itself.
func TestImages(t *testing.T) {
	conv := func(a imageArgs, x, w ir.Value) ir.Value {
		k, _ := w.Type().Dim(2).Int()
		op := ops.Conv{Pads: pads(int(k) / 2)}
		if w == a.dw {
			op.Groups = 6
		}
		return a.b.Op1(op, x, w)
	}
	for _, c := range []struct {
		name  string
		build func(a imageArgs) []ir.Value
		want  map[string]int
	}{
		{"bias", func(a imageArgs) []ir.Value {
			return []ir.Value{channelBias(a.b, conv(a, a.x, a.w3), a.bias)}
		}, map[string]int{"conv": 1}},
		{"bias and relu", func(a imageArgs) []ir.Value {
			return []ir.Value{relu(a.b, channelBias(a.b, conv(a, a.x, a.w3), a.bias))}
		}, map[string]int{"relayout": 1, "conv": 1}},
		{"what follows is read, too", func(a imageArgs) []ir.Value {
			y := channelBias(a.b, conv(a, a.x, a.w3), a.bias)
			return []ir.Value{relu(a.b, y), y}
		}, map[string]int{"relayout": 2, "conv": 1}},
		{"the sum is read, too", func(a imageArgs) []ir.Value {
			y := conv(a, a.x, a.w3)
			return []ir.Value{channelBias(a.b, y, a.bias), y}
		}, map[string]int{"relayout": 2, "conv": 1}},
		{"twice the sum", func(a imageArgs) []ir.Value {
			y := conv(a, a.x, a.w3)
			return []ir.Value{a.b.Op1(ops.Add(), y, y)}
		}, map[string]int{"relayout": 1, "conv": 1}},
		{"residual block", func(a imageArgs) []ir.Value {
			h := relu(a.b, channelBias(a.b, conv(a, a.x, a.w3), a.bias))
			h = channelBias(a.b, conv(a, h, a.w3), a.bias)
			return []ir.Value{relu(a.b, a.b.Op1(ops.Add(), h, a.x))}
		}, map[string]int{"relayout": 2, "conv": 2}},
		{"a bias for each image", func(a imageArgs) []ir.Value {
			y := conv(a, a.x, a.w3)
			return []ir.Value{a.b.Op1(ops.Mul(), y, ops.BroadcastTo(a.b, a.perItem, y.Type().Dims(), []int{0, 1}))}
		}, map[string]int{"relayout": 1, "conv": 1}},
		{"product of pixels", func(a imageArgs) []ir.Value {
			return []ir.Value{relu(a.b, channelBias(a.b, conv(a, a.x, a.w1), a.bias))}
		}, map[string]int{"conv": 1}},
		{"product of pixels and a residual", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.Add(), conv(a, a.x, a.w1), a.z)}
		}, map[string]int{"conv": 1}},
		{"product of pixels inside", func(a imageArgs) []ir.Value {
			return []ir.Value{conv(a, relu(a.b, conv(a, a.x, a.w1)), a.w3)}
		}, map[string]int{"conv": 2}},
		{"depthwise inside", func(a imageArgs) []ir.Value {
			return []ir.Value{conv(a, relu(a.b, channelBias(a.b, conv(a, a.x, a.w3), a.bias)), a.dw)}
		}, map[string]int{"conv": 2}},
		{"depthwise", func(a imageArgs) []ir.Value {
			return []ir.Value{relu(a.b, channelBias(a.b, conv(a, a.x, a.dw), a.bias))}
		}, map[string]int{"conv": 1}},
		{"depthwise and a residual", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.Add(), channelBias(a.b, conv(a, a.x, a.dw), a.bias), a.z)}
		}, map[string]int{"conv": 1}},
		{"pools", func(a imageArgs) []ir.Value {
			h := a.b.Op1(ops.MaxPool{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(1, 1)}, conv(a, a.x, a.w3))
			return []ir.Value{a.b.Op1(ops.AvgPool{Kernel: ir.MakeInts(2, 2), Strides: ir.MakeInts(2, 1)}, h)}
		}, map[string]int{"relayout": 1, "conv": 1, "max_pool": 1, "avg_pool": 1}},
		{"resized inside", func(a imageArgs) []ir.Value {
			return []ir.Value{relu(a.b, conv(a, double(a.b, conv(a, a.x, a.w3)), a.w3))}
		}, map[string]int{"relayout": 1, "conv": 2, "resize": 1}},
		{"resized as it lies", func(a imageArgs) []ir.Value {
			return []ir.Value{double(a.b, a.x)}
		}, map[string]int{"resize": 1}},
		{"mean of pixels", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.ReduceSum(2, 3), conv(a, a.x, a.w3))}
		}, map[string]int{"conv": 1, "sum": 1}},
		{"sum of channels", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.ReduceSum(1), conv(a, a.x, a.w3))}
		}, map[string]int{"conv": 1, "reduce": 1}},
		{"sum of a channel", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.ReduceSum(0, 2, 3), conv(a, a.x, a.w3))}
		}, map[string]int{"conv": 1, "sum": 1}},
		{"sum of images", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.ReduceSum(0), conv(a, a.x, a.w3))}
		}, map[string]int{"conv": 1, "relayout": 1, "sum": 1}},
		{"sum of images and channels", func(a imageArgs) []ir.Value {
			return []ir.Value{a.b.Op1(ops.ReduceSum(0, 1), conv(a, a.x, a.w3))}
		}, map[string]int{"conv": 1, "reduce": 1, "sum": 1}},
		{"two readers", func(a imageArgs) []ir.Value {
			y := relu(a.b, conv(a, a.x, a.w3))
			return []ir.Value{a.b.Op1(ops.Add(), conv(a, y, a.w3), conv(a, y, a.w1))}
		}, map[string]int{"relayout": 1, "conv": 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := ir.NewFunc("net")
			arg := func(name string, list ...any) ir.Value { return b.Arg(name, ir.Input, f32(list...)) }
			a := imageArgs{b: b, x: arg("x", 2, 6, 7, 5), z: arg("z", 2, 6, 7, 5), w3: arg("w3", 6, 6, 3, 3), w1: arg("w1", 6, 6, 1, 1),
				dw: arg("dw", 6, 1, 3, 3), bias: arg("bias", 6), perItem: arg("items", 2, 6)}
			for i, v := range c.build(a) {
				b.Out(string(rune('p'+i)), v)
			}
			p := check(t, module(t, b), 2e-5, fill(tensor.F32, 1, 2, 6, 7, 5), fill(tensor.F32, 2, 2, 6, 7, 5), fill(tensor.F32, 3, 6, 6, 3, 3),
				fill(tensor.F32, 4, 6, 6, 1, 1), fill(tensor.F32, 5, 6, 1, 3, 3), fill(tensor.F32, 6, 6), fill(tensor.F32, 7, 2, 6))
			if got := kinds(p); !sameCounts(got, c.want) {
				t.Errorf("steps are %v, not %v", got, c.want)
			}
		})
	}
}

func sameCounts(a, b map[string]int) bool {
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return len(a) == len(b)
}

// TestImageModels: in models convolutions and pools run by kernels, and nothing is laid over between them.
func TestImageModels(t *testing.T) {
	for _, c := range []struct {
		file, fn string
		set      map[string]string
		relayout int
	}{
		{"../../models/lenet.nn", "predict", nil, 1}, // before the product that flattens
		{"../../bench/models/conv.nn", "run", nil, 0},
		{"../../bench/models/conv.nn", "run", map[string]string{"inp": "256", "k": "1", "pad": "0"}, 0},
		{"../../bench/models/conv.nn", "run", map[string]string{"inp": "256", "out": "256", "size": "14"}, 0},
		{"../../bench/models/conv.nn", "run", map[string]string{"inp": "32", "out": "32", "size": "20", "groups": "4"}, 0},
		{"../../bench/models/conv.nn", "run", map[string]string{"inp": "32", "out": "32", "size": "112", "groups": "32"}, 0},
	} {
		m, err := text.Load(c.file, &text.Options{Set: c.set})
		if err != nil {
			t.Fatal(err)
		}
		p, err := compiler.Compile(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		p.Func(c.fn).Body.Each(func(s *plan.Step) {
			if isImageOp(s.Eval) {
				t.Errorf("%s: %s is evaluated", c.file, s.Name)
			}
			if s.Name == (ops.Relayout{}).Name() {
				n++
			}
		})
		runSpec(t, m)
		if n != c.relayout {
			t.Errorf("%s %v: images are laid over %d times, not %d", c.file, c.set, n, c.relayout)
		}
	}
}

func isImageOp(op ir.Op) bool {
	switch op.(type) {
	case ops.Conv, ops.ConvTranspose, ops.ConvWeightGrad, ops.MaxPool, ops.MaxPoolGrad, ops.AvgPool, ops.AvgPoolGrad, ops.Resize, ops.ResizeGrad:
		return true
	}
	return false
}

// TestImageKernels: whatever the op set has of convolutions and pools, forward and gradients, of one to three spatial axes, strided,
// dilated, grouped and transposed, runs by kernels.
func TestImageKernels(t *testing.T) {
	three := func(list ...any) []ir.Type {
		var types []ir.Type
		for _, l := range list {
			types = append(types, f32(l.([]any)...))
		}
		return types
	}
	samples := []ir.Sample{
		{Op: ops.Conv{Strides: ir.MakeInts(1, 2, 1), Pads: ir.MakeInts(1, 0, 1, 1, 0, 2), Dilations: ir.MakeInts(2, 1, 1), Groups: 2},
			In: three([]any{2, 4, 6, 5, 7}, []any{6, 2, 3, 3, 2})},
		{Op: ops.Conv{Pads: ir.MakeInts(1, 1, 1, 1, 1, 1), Groups: 3}, In: three([]any{2, 3, 4, 5, 6}, []any{3, 1, 3, 3, 3})},
		{Op: ops.ConvTranspose{Strides: ir.MakeInts(2, 1, 2), Pads: ir.MakeInts(1, 1, 0, 0, 0, 0), Out: ir.MakeDims(dims(5, 4, 6)...)},
			In: three([]any{1, 3, 3, 3, 3}, []any{3, 2, 3, 2, 2})},
		{Op: ops.ConvWeightGrad{Strides: ir.MakeInts(2, 1, 1), Pads: ir.MakeInts(1, 1, 0, 0, 1, 1), Kernel: ir.MakeDims(dims(3, 2, 3)...)},
			In: three([]any{2, 3, 5, 4, 6}, []any{2, 4, 3, 3, 6})},
		{Op: ops.MaxPool{Kernel: ir.MakeInts(2, 3, 2), Strides: ir.MakeInts(2, 1, 1)}, In: three([]any{2, 3, 6, 5, 4})},
		{Op: ops.Resize{Axes: ir.MakeInts(2, 3), Sizes: ir.MakeDims(dims(9, 7)...), Mode: "cubic", A: -0.75}, In: three([]any{2, 3, 4, 5})},
		{Op: ops.Resize{Axes: ir.MakeInts(2, 3, 4), Sizes: ir.MakeDims(dims(3, 7, 9)...), Mode: "linear", Antialias: true}, In: three([]any{2, 3, 4, 5, 6})},
		{Op: ops.ResizeGrad{Axes: ir.MakeInts(3), Sizes: ir.MakeDims(dims(4)...), Mode: "nearest"}, In: three([]any{2, 3, 4, 9})},
		{Op: ops.AvgPool{Kernel: ir.MakeInts(3, 2, 2), Pads: ir.MakeInts(1, 1, 0, 0, 1, 0)}, In: three([]any{2, 3, 6, 5, 4})},
	}
	for _, op := range []ir.Sampler{ops.Conv{}, ops.ConvTranspose{}, ops.ConvWeightGrad{}, ops.MaxPool{}, ops.MaxPoolGrad{}, ops.AvgPool{}, ops.AvgPoolGrad{}} {
		samples = append(samples, op.Samples()...)
	}
	for _, s := range samples {
		b := ir.NewFunc("op")
		var args []ir.Value
		var in []tensor.Tensor
		skip := false
		for i, ty := range s.In {
			shape, err := ty.Shape(func(string) (int64, bool) { return 3, true })
			if err != nil {
				t.Fatal(err)
			}
			skip = skip || ty.DType != tensor.F32
			args = append(args, b.Arg(string(rune('a'+i)), ir.Input, ty.WithDims(constants(shape)...)))
			in = append(in, fill(ty.DType, i, shape...))
		}
		if skip {
			continue
		}
		b.Out("y", b.Op1(s.Op, args...))
		p := check(t, module(t, b), 1e-5, in...)
		p.Funcs[0].Body.Each(func(step *plan.Step) {
			if step.Eval != nil {
				t.Errorf("%v of %v is evaluated", s.Op, s.In)
			}
		})
	}
}

func constants(shape []int) []ir.Dim {
	var list []ir.Dim
	for _, n := range shape {
		list = append(list, ir.Const(int64(n)))
	}
	return list
}
