package irtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Conform holds an op to its samples: it infers them with and without symbols, evaluates them in f32 and f64, differentiates
// and batches them.
func Conform(t *testing.T, op ir.Sampler) {
	samples := op.Samples()
	if len(samples) == 0 {
		t.Fatal("no samples")
	}
	batched := false
	for i, s := range samples {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if out, err := s.Op.Infer(s.In); err != nil || len(out) == 0 {
				t.Fatalf("Infer(%v) = %v, %v", s.In, out, err)
			}
			s := Bind(s)
			r := rand.New(rand.NewPCG(1, uint64(i)))
			in := Inputs(s, r)
			precision(t, s, in)
			if !s.NoGrad {
				gradient(t, s, in, r)
			}
			batched = batch(t, s, in, r) || batched
		})
	}
	if _, can := ir.Op(op).(ir.Batcher); can && !batched {
		t.Error("no sample is batched")
	}
}

// precision evaluates in f32 and in f64 and compares. Buffers are full of rubbish before, inputs are untouched after.
func precision(t *testing.T, s ir.Sample, in []tensor.Tensor) {
	t.Helper()
	kept := cloneAll(in)
	narrow := evalInto(t, s.Op, in, 0xAA)
	again := evalInto(t, s.Op, in, 0x55)
	for i := range in {
		if !in[i].Equal(kept[i]) {
			t.Errorf("operand %d was changed", i)
		}
	}
	op, win := wide(s.Op, in)
	full := evalInto(t, op, win, 0xAA)
	for i := range narrow {
		if !narrow[i].Equal(again[i]) {
			t.Errorf("result %d holds what the buffer held: %v, %v", i, narrow[i], again[i])
		}
		if err := near(narrow[i], full[i], s.Tol); err != nil {
			t.Errorf("result %d in f32 and f64: %v", i, err)
		}
	}
}

func cloneAll(in []tensor.Tensor) []tensor.Tensor {
	out := make([]tensor.Tensor, len(in))
	for i, x := range in {
		out[i] = x.Clone()
	}
	return out
}

// evalInto evaluates into buffers whose bytes are fill before. Dims that the op gives birth to get their upper bound.
func evalInto(t *testing.T, op ir.Op, in []tensor.Tensor, fill byte) []tensor.Tensor {
	t.Helper()
	types := make([]ir.Type, len(in))
	for i, x := range in {
		types[i] = typeOf(x)
	}
	outs, err := op.Infer(types)
	if err != nil {
		t.Fatal(err)
	}
	upper := map[string]ir.Dim{}
	if b, ok := op.(ir.Birther); ok {
		for _, s := range b.Symbols(types) {
			upper[s.Name] = s.Hi
		}
	}
	bufs := make([]tensor.Tensor, len(outs))
	for i, o := range outs {
		o = o.MapDims(func(d ir.Dim) ir.Dim {
			return d.Subst(func(n string) (ir.Dim, bool) { hi, ok := upper[n]; return hi, ok })
		})
		bufs[i] = tensor.New(o.DType, shape(o)...)
		for j := range bufs[i].Bytes() {
			bufs[i].Bytes()[j] = fill
		}
	}
	e, ok := op.(ir.Evaler)
	if !ok {
		t.Fatal("no Eval")
	}
	if err := e.Eval(in, bufs); err != nil {
		t.Fatal(err)
	}
	return bufs
}

// near compares a with the exact b. Zero tolerance means 1e-6, relative to the greatest finite element; what f32 can't
// hold must be infinite.
func near(a, b tensor.Tensor, tol float64) error {
	if !a.SameDims(b) {
		return fmt.Errorf("dims %v and %v", a.Dims(), b.Dims())
	}
	if !a.DType().IsFloat() {
		if !a.Equal(b) {
			return fmt.Errorf("%v and %v", a, b)
		}
		return nil
	}
	if tol == 0 {
		tol = 1e-6
	}
	for i := range a.Len() {
		x, y := a.Float(i), b.Float(i)
		if a.DType() == tensor.F32 {
			y = float64(float32(y))
		}
		same := x == y || math.IsNaN(x) && math.IsNaN(y)
		if !same && !(math.Abs(x-y) <= tol*max(math.Abs(y), scale(b))) {
			return fmt.Errorf("element %d: %v and %v", i, x, y)
		}
	}
	return nil
}

// scale is the greatest of 1 and the finite elements below 1e6.
func scale(t tensor.Tensor) float64 {
	m := 1.0
	for i := range t.Len() {
		if v := math.Abs(t.Float(i)); v < 1e6 {
			m = max(m, v)
		}
	}
	return m
}
