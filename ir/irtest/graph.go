package irtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Build makes a verified function of arguments with the types of in; body gives its results.
func Build(t testing.TB, in []tensor.Tensor, body func(b *ir.Builder, args []ir.Value) []ir.Value) *ir.Func {
	t.Helper()
	b := ir.NewFunc("test")
	args := make([]ir.Value, len(in))
	for i, x := range in {
		args[i] = b.Arg(fmt.Sprintf("a%d", i), ir.Input, typeOf(x))
	}
	for i, v := range body(b, args) {
		b.Out(fmt.Sprintf("r%d", i), v)
	}
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.VerifyFunc(f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Run interprets a function.
func Run(t testing.TB, f *ir.Func, in []tensor.Tensor) []tensor.Tensor {
	t.Helper()
	out, err := interp.Run(context.Background(), f, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Apply runs one op.
func Apply(t testing.TB, op ir.Op, in []tensor.Tensor) []tensor.Tensor {
	t.Helper()
	return Run(t, Build(t, in, func(b *ir.Builder, args []ir.Value) []ir.Value { return results(b.Op(op, args...)) }), in)
}

// results drops what a builder that failed hands out besides.
func results(vs []ir.Value) []ir.Value {
	for i, v := range vs {
		if v.IsZero() {
			return vs[:i]
		}
	}
	return vs
}
