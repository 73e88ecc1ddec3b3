package lower_test

import (
	"context"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

const attentionModel = `model m()
fn plain(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], s: f32) -> (y: f32[B, N, E]) = attention(q, k, v, s)
fn causal(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], s: f32) -> (y: f32[B, N, E]) = attention(q, k, v, s, causal = true)
fn cached(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], s: f32, t: i32) -> (y: f32[B, N, E]) = attention(q, k, v, s, causal = true, from = t)
fn loss(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], w: f32[B, N, E], s: f32, t: i32, const c: bool) -> (loss: f32) = sum(w * attention(q, k, v, s, c, t))
fn plain_grad(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], w: f32[B, N, E], s: f32, t: i32) -> (g: tree) = grad(loss, wrt = [q, k, v, s])(q, k, v, w, s, t, false)
fn causal_grad(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], w: f32[B, N, E], s: f32, t: i32) -> (g: tree) = grad(loss, wrt = [q, k, v, s])(q, k, v, w, s, t, true)
`

// TestAttention: the prelude's attention is one step, its gradient another, neither runs in plain Go, and they give what the
// written out definition gives.
func TestAttention(t *testing.T) {
	m, err := text.Parse("m.nn", []byte(attentionModel), nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := compiler.Optimize(m, compiler.Options{Off: []string{"raise"}})
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
	if list := runtime.EvalOps(p); len(list) > 0 {
		t.Errorf("in plain Go: %v", list)
	}
	q, k, v, s := fill(tensor.F32, 1, 3, 50, 8), fill(tensor.F32, 2, 3, 70, 8), fill(tensor.F32, 3, 3, 70, 5), tensor.Scalar(float32(2.5))
	w := fill(tensor.F32, 4, 3, 50, 5)
	for _, c := range []struct {
		name string
		in   []tensor.Tensor
	}{
		{"plain", []tensor.Tensor{q, k, v, s}}, {"causal", []tensor.Tensor{q, k, v, s}},
		{"cached", []tensor.Tensor{q, k, v, s, tensor.Scalar(int32(19))}},
		{"cached", []tensor.Tensor{q, k, v, s, tensor.Scalar(int32(-7))}}, // seven rows see no key
		{"plain_grad", []tensor.Tensor{q, k, v, w, s, tensor.Scalar(int32(3))}},
		{"causal_grad", []tensor.Tensor{q, k, v, w, s, tensor.Scalar(int32(3))}},
		{"causal_grad", []tensor.Tensor{q, k, v, w, s, tensor.Scalar(int32(-7))}},
	} {
		name, in := c.name, c.in
		t.Run(name, func(t *testing.T) {
			for _, f := range g.Funcs {
				if f.Name != name {
					continue
				}
				want, err := interp.Run(context.Background(), f, in)
				if err != nil {
					t.Fatal(err)
				}
				fn, _ := model.Func(name)
				out := make([]tensor.Tensor, len(want))
				if err := fn.Run(context.Background(), out, in); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					compare(t, f.Outs[i].Name, out[i], want[i], 2e-5)
				}
			}
			steps := map[string]int{}
			for _, wave := range p.Func(name).Body.Waves {
				for _, step := range wave {
					steps[step.Name]++
				}
			}
			switch name {
			case "plain", "causal", "cached":
				if len(steps) != 1 || steps["attention"] != 1 {
					t.Errorf("steps are %v", steps)
				}
			default:
				if steps["attention_grad"] != 1 || steps["attention"]+steps["gemm"] > 0 {
					t.Errorf("steps are %v", steps)
				}
			}
		})
	}
}

// TestAttentionEmpty: without keys an attention is zeros, and so are its gradients.
func TestAttentionEmpty(t *testing.T) {
	m, err := text.Parse("m.nn", []byte(attentionModel), nil)
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
	fn, _ := model.Func("plain")
	in := []tensor.Tensor{fill(tensor.F32, 1, 2, 3, 4), tensor.New(tensor.F32, 2, 0, 4), tensor.New(tensor.F32, 2, 0, 5), tensor.Scalar(float32(1))}
	out := make([]tensor.Tensor, 1)
	if err := fn.Run(context.Background(), out, in); err != nil {
		t.Fatal(err)
	}
	for i := range out[0].Len() {
		if out[0].Float(i) != 0 {
			t.Fatalf("element %d is %v", i, out[0].Float(i))
		}
	}
}
