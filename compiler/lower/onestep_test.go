package lower_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/text"
)

const oneStepSpec = `import std.nn
model one(n = 6, d = 40)
fn softmax1(x: f32[n, d]) -> (y: f32[n, d]) = softmax(x)
fn log_softmax1(x: f32[n, d]) -> (y: f32[n, d]) = log_softmax(x)
fn layer_norm1(x: f32[n, d], a, b: f32[d]) -> (y: f32[n, d]) = layer_norm(x, a, b)
fn add_layer_norm1(x, r: f32[n, d], a, b: f32[d]) -> (y: f32[n, d]) = layer_norm(x + r, a, b)
fn add_layer_norm_sum1(x, r: f32[n, d], a, b: f32[d]) -> (y, s: f32[n, d]) {
  s := x + r
  return layer_norm(s, a, b), s
}
fn rms_norm1(x: f32[n, d], a: f32[d]) -> (y: f32[n, d]) = rms_norm(x, a)
fn add_rms_norm_sum1(x, r: f32[n, d], a: f32[d]) -> (y, s: f32[n, d]) {
  s := x + r
  return rms_norm(s, a), s
}
fn gelu1(x: f32[n, d]) -> (y: f32[n, d]) = gelu(x)
fn gelu_tanh1(x: f32[n, d]) -> (y: f32[n, d]) = gelu_tanh(x)
fn exp1(x: f32[n, d]) -> (y: f32[n, d]) = exp(x)
fn norm_of_all(x: f32[n, d]) -> (y: f32) = norm(x)

fn sum_softmax(x, w: f32[n, d]) -> f32 = sum(softmax(x) * w)
fn softmax_back(x, w: f32[n, d]) -> (dx: f32[n, d]) = grad(sum_softmax, wrt = x)(x, w)
fn sum_norm(x, w: f32[n, d], a, b: f32[d]) -> f32 = sum(layer_norm(x, a, b) * w)
fn layer_norm_grad1(x, w: f32[n, d], a, b: f32[d]) -> (dx: f32[n, d]) = grad(sum_norm, wrt = x)(x, w, a, b)
fn mgu(h, ag, an: f32[n, d]) -> (y: f32[n, d]) = mgu_cell(h, ag, an)
fn gru1(h, ag, an: f32[n, d]) -> (y: f32[n, d]) = gru_cell(h, ag, an)
fn gru_grad1(h, ag, an, w: f32[n, d]) -> (dh, dg, dn: f32[n, d]) {
  v, g := value_and_grad(sum_gru, wrt = [h, ag, an])(h, ag, an, w)
  return g.h, g.ag, g.an
}
fn gru_step1(ah, ax, nh, nx, h: f32[n, d], bg, bn: f32[d]) -> (y: f32[n, d]) {
  g := sigmoid(ah + ax + bg)
  return g * tanh(nh + nx + bn) + (1 - g) * h
}
fn lstm(c, i, f, g, o: f32[n, d]) -> (h, c1: f32[n, d]) {
  h, c1 := lstm_cell(c, i, f, g, o)
  return h, c1
}
fn sum_gru(h, ag, an, w: f32[n, d]) -> f32 = sum(gru_cell(h, ag, an) * w)
fn gru_back(h, ag, an, w: f32[n, d]) -> (dh: f32[n, d]) = grad(sum_gru, wrt = h)(h, ag, an, w)
fn gru_gate_back(h, ag, an, w: f32[n, d]) -> (dg: f32[n, d]) = grad(sum_gru, wrt = ag)(h, ag, an, w)
fn sum_lstm(c, i, f, g, o, w: f32[n, d]) -> f32 {
  h, c1 := lstm_cell(c, i, f, g, o)
  return sum(h * w)
}
fn lstm_back(c, i, f, g, o, w: f32[n, d]) -> (df: f32[n, d]) = grad(sum_lstm, wrt = f)(c, i, f, g, o, w)
`

// TestOneStep: softmax, norms (of rows, and of all), gated updates and their gradients are one step each; a function that is called as a row
// program, with a 1 behind, is that program, so that its kernel runs it.
func TestOneStep(t *testing.T) {
	m, err := text.Parse("one.nn", []byte(oneStepSpec), &text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Funcs {
		if strings.HasPrefix(f.Name, "sum_") {
			continue
		}
		steps := 0
		var step *plan.Step
		f.Body.Each(func(s *plan.Step) { step = s; steps++ })
		if steps != 1 || step.Tile == nil {
			t.Errorf("%s is %d steps", f.Name, steps)
			continue
		}
		name, known := strings.CutSuffix(f.Name, "1")
		if !known {
			continue
		}
		tape, err := asm.NewTape(asm.Detect(), p.Tiles[step.Tile.Prog])
		if err != nil {
			t.Fatal(err)
		}
		if isa := asm.Detect().ISA; (isa == asm.AVX2 || isa == asm.AVX512) && !strings.HasSuffix(tape.Row(), "/"+name) {
			t.Errorf("%s runs on %s:\n%s", f.Name, tape.Row(), p.Tiles[step.Tile.Prog])
		}
	}
}
