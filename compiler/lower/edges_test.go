package lower_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

const edgesSpec = `import std.nn
model edges(n = 64)
fn relu1(x: f32[n]) -> (y: f32[n]) = relu(x)
fn elu1(x: f32[n]) -> (y: f32[n]) = elu(x)
fn silu1(x: f32[n]) -> (y: f32[n]) = silu(x)
fn gelu1(x: f32[n]) -> (y: f32[n]) = gelu(x)
fn gelu_tanh1(x: f32[n]) -> (y: f32[n]) = gelu_tanh(x)
fn spelt(x: f32[n]) -> (y: f32[n]) = x * 0.5 * (erf(x * sqrt(0.5)) + 1)
fn clamped(x: f32[n]) -> (y: f32[n]) = min(max(x, -1), 6)
fn leaky(x: f32[n]) -> (y: f32[n]) = max(x, abs(x) + 0.01)
`

// TestActivationEdges: at NaN, zeros, infinities and the ends of the range compiled activations give what their definitions do.
// Minus infinity is where a gelu, raised to one opcode, might well be -0, its limit; the definition multiplies by 0, which is NaN.
func TestActivationEdges(t *testing.T) {
	m, err := text.Parse("edges.nn", []byte(edgesSpec), &text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.New(tensor.F32, 64)
	inf, zero := math.Inf(1), 0.0
	edges := []float64{math.NaN(), inf, -inf, zero, math.Copysign(0, -1), math.MaxFloat32, -math.MaxFloat32, -1e20, -200, -40, 1e-45, -1e-45}
	for i := range x.Len() {
		x.SetFloat(i, edges[i%len(edges)])
	}
	for _, fn := range m.Funcs {
		f, ok := model.Func(fn.Name)
		if !ok { // of the prelude
			continue
		}
		out := make([]tensor.Tensor, 1)
		if err := f.Run(context.Background(), out, []tensor.Tensor{x}); err != nil {
			t.Fatal(err)
		}
		want, err := interp.Run(context.Background(), fn, []tensor.Tensor{x})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, fn.Name, out[0], want[0], 1e-6)
		for i := range x.Len() {
			g, w := out[0].Float(i), want[0].Float(i)
			if g == 0 && w == 0 && math.Signbit(g) != math.Signbit(w) {
				t.Errorf("%s(%v) is %v, want %v", fn.Name, x.Float(i), g, w)
			}
		}
		if y := out[0].Float(2); (fn.Name == "gelu1" || fn.Name == "gelu_tanh1" || fn.Name == "silu1" || fn.Name == "spelt") && y == y {
			t.Errorf("%s(-Inf) is %v, want NaN", fn.Name, y)
		}
	}
}
