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

const maskModel = `model m()
fn biased(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[N, M]) -> (y: f32[B, H, N, E]) = biased_attention(q, k, v, s, b)
fn masked(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[B, N, M]) -> (y: f32[B, H, N, E]) = masked_attention(q, k, v, s, b)
fn single(q: f32[B, N, D], k: f32[B, M, D], v: f32[B, M, E], s: f32, b: f32[B, N, M]) -> (y: f32[B, N, E]) = masked_attention(q, k, v, s, b)
fn padded(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: i32[B]) -> (y: f32[B, H, N, E]) = padded_attention(q, k, v, s, b)
fn both(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: i32[B]) -> (y: f32[B, H, N, E]) = padded_attention(q, k, v, s, b, causal = true, from = 30)
fn biased_loss(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[N, M], w: f32[B, H, N, E]) -> (loss: f32) = sum(w * biased_attention(q, k, v, s, b))
fn masked_loss(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[B, N, M], w: f32[B, H, N, E]) -> (loss: f32) = sum(w * masked_attention(q, k, v, s, b, causal = true, from = 30))
fn padded_loss(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: i32[B], w: f32[B, H, N, E]) -> (loss: f32) = sum(w * padded_attention(q, k, v, s, b))
fn biased_grad(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[N, M], w: f32[B, H, N, E]) -> (g: tree) = grad(biased_loss, wrt = [q, k, v, s])(q, k, v, s, b, w)
fn masked_grad(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[B, N, M], w: f32[B, H, N, E]) -> (g: tree) = grad(masked_loss, wrt = [q, k, v, s])(q, k, v, s, b, w)
fn padded_grad(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: i32[B], w: f32[B, H, N, E]) -> (g: tree) = grad(padded_loss, wrt = [q, k, v, s])(q, k, v, s, b, w)
fn of_bias(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[N, M], w: f32[B, H, N, E]) -> (g: f32[N, M]) = grad(biased_loss, wrt = b)(q, k, v, s, b, w)
fn of_mask(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E], s: f32, b: f32[B, N, M], w: f32[B, H, N, E]) -> (g: f32[B, N, M]) = grad(masked_loss, wrt = b)(q, k, v, s, b, w)
`

// hiding is a mask in which some keys are hidden, and from some rows all.
func hiding(seed int, dims ...int) tensor.Tensor {
	x := fill(tensor.F32, seed, dims...)
	m := dims[len(dims)-1]
	for i := range x.Len() {
		if row, key := i/m, i%m; row%7 == 2 || key%5 == row%5 {
			x.SetFloat(i, math.Inf(-1))
		}
	}
	return x
}

// TestAttentionMasks: each way to mask an attention is one step, forward and backward, and gives what its definition gives: zeros,
// not NaN, where a row sees nothing.
func TestAttentionMasks(t *testing.T) {
	m, err := text.Parse("m.nn", []byte(maskModel), nil)
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
	const b, h, n, k, d, e = 4, 3, 20, 40, 8, 5
	lengths := tensor.New(tensor.I32, b)
	for i, x := range []float64{0, 7, 40, 41} {
		lengths.SetFloat(i, x)
	}
	bias, mask := hiding(5, n, k), hiding(6, b, n, k)
	w, scale := fill(tensor.F32, 4, b, h, n, e), tensor.Scalar(float32(2.5))
	for name, last := range map[string]tensor.Tensor{
		"biased": bias, "masked": mask, "single": mask, "padded": lengths, "both": lengths, "biased_grad": bias, "masked_grad": mask,
		"padded_grad": lengths, "of_bias": bias, "of_mask": mask,
	} {
		t.Run(name, func(t *testing.T) {
			in := []tensor.Tensor{fill(tensor.F32, 1, b, h, n, d), fill(tensor.F32, 2, b, h, k, d), fill(tensor.F32, 3, b, h, k, e), scale, last}
			if name == "single" {
				in = []tensor.Tensor{fill(tensor.F32, 1, b, n, d), fill(tensor.F32, 2, b, k, d), fill(tensor.F32, 3, b, k, e), scale, last}
			}
			for _, f := range g.Funcs {
				if f.Name != name {
					continue
				}
				if len(f.ArgTypes()) == 6 {
					in = append(in, w)
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
					for j := range want[i].Len() {
						if x := want[i].Float(j); x != x {
							t.Fatalf("the definition's %s has a NaN", f.Outs[i].Name)
						}
					}
					compare(t, f.Outs[i].Name, out[i], want[i], 2e-5)
				}
			}
			steps := map[string]int{}
			for _, wave := range p.Func(name).Body.Waves {
				for _, step := range wave {
					steps[step.Name]++
				}
			}
			if steps["attention"]+steps["attention_grad"] != 1 && name != "of_bias" && name != "of_mask" {
				t.Errorf("steps are %v", steps)
			}
		})
	}
}
