package nnc_test

import (
	"sync/atomic"
	"testing"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestKernels: a user's kernel runs in the place of ours, of each kind that ops have, and gives the same results where it evaluates
// the op.
func TestKernels(t *testing.T) {
	m := &ir.Module{Name: "ours"}
	b := ir.NewFunc("run")
	x := b.Arg("x", ir.Input, f32(num(2), num(8), num(4)))
	i := b.Arg("i", ir.Input, ir.T(nnc.I32, num(3)))
	from := b.Op1(ops.Cast{To: nnc.I32}, ops.Scalar(b, 0, nnc.F32))
	b.Out("attention", b.Op1(ops.Attention{Causal: true}, x, x, x, ops.Scalar(b, 0.5, nnc.F32), from))
	b.Out("gather", b.Op1(ops.Gather{Axis: 1}, x, i))
	b.Out("sort", b.Op(ops.Sort{}, x)[0])
	b.Out("top_k", b.Op(ops.TopK{K: num(2)}, x)[0])
	b.Out("dyn_slice", b.Op1(ops.DynSlice{Axis: 1, Len: num(2)}, x, from))
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	f.Public = true
	m.Funcs = append(m.Funcs, f)
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	in := nnc.Named{"x": ramp(64, 2, 8, 4), "i": nnc.Of([]int32{7, 0, 7}, 3)}
	run := func(o *nnc.Options) nnc.Named {
		model, err := nnc.New(p, o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := fn(t, model, "run").Call(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := run(nil)
	for _, name := range []string{"attention", "gather", "sort", "top_k", "dyn_slice"} {
		var calls atomic.Int32
		got := run(&nnc.Options{Kernels: map[string]nnc.Kernel{name: func(op ir.Op, in, out []tensor.Tensor) error {
			calls.Add(1)
			return op.(ir.Evaler).Eval(in, out)
		}}})
		if calls.Load() != 1 {
			t.Errorf("the kernel of %s was called %d times", name, calls.Load())
		}
		for k, v := range nnc.Data[float32](want[name]) {
			if d := nnc.Data[float32](got[name])[k] - v; d > 1e-6 || d < -1e-6 {
				t.Errorf("%s: element %d differs by %v", name, k, d)
			}
		}
	}
}
