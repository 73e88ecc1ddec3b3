package lower_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

const winogradModel = `model m()
param w1: f32[64, 64, 3, 3] = 0
param b1: f32[64] = 0
param w2: f32[64, 64, 3, 3] = 0
param w3: f32[64, 64, 3, 3] = 0
param d: f32[64, 1, 3, 3] = 0
fn run(x: f32[B, 64, 9, 7]) -> (y: f32[B, 64, 5, 4]) {
  h := relu(conv2d(x, w1, b1, pad = 1))
  g := relu(conv2d(h, w2, pad = 1) + x)
  return conv2d(conv2d(g, d, pad = 1, groups = 64), w3, pad = 1, stride = 2)
}
`

// winogradRun compiles the model, passes it through a file, and runs it.
func winogradRun(t *testing.T, m *ir.Module, params map[string]tensor.Tensor, x tensor.Tensor, o *compiler.Options) (tensor.Tensor, int) {
	t.Helper()
	p, err := compiler.Compile(m, o)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := plan.Encode(&file, p); err != nil {
		t.Fatal(err)
	}
	set, err := ir.NewOpSet(ops.All()...)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = plan.Decode(file.Bytes(), set, true); err != nil {
		t.Fatal(err)
	}
	allowed := 0
	p.Func("run").Body.Each(func(s *plan.Step) {
		if s.Image != nil && s.Image.Winograd > 0 {
			allowed++
		}
	})
	model, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := model.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range params {
		if err := session.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	f, _ := model.Func("run")
	out := make([]tensor.Tensor, 1)
	for range 2 { // the second call finds packed weights
		if err := session.Run(context.Background(), f, out, []tensor.Tensor{x}); err != nil {
			t.Fatal(err)
		}
	}
	return out[0], allowed
}

// TestWinogradOption: Winograd's form takes the place of convolutions of 3 x 3 if the option allows it, and else nothing does.
func TestWinogradOption(t *testing.T) {
	m, err := text.Parse("m.nn", []byte(winogradModel), nil)
	if err != nil {
		t.Fatal(err)
	}
	run := m.Funcs[slices.IndexFunc(m.Funcs, func(f *ir.Func) bool { return f.Name == "run" })]
	params := map[string]tensor.Tensor{}
	in := []tensor.Tensor{fill(tensor.F32, 9, 3, 64, 9, 7)}
	for i, a := range run.Args[1:] {
		var shape []int
		for _, d := range a.Type.Dims() {
			n, _ := d.Int()
			shape = append(shape, int(n))
		}
		v := fill(tensor.F32, i, shape...)
		for k := range v.Len() {
			v.SetFloat(k, v.Float(k)/16)
		}
		params[a.Name] = v
		in = append(in, params[a.Name])
	}
	want, err := interp.Run(context.Background(), run, in)
	if err != nil {
		t.Fatal(err)
	}
	plain, none := winogradRun(t, m, params, in[0], nil)
	compare(t, "direct", plain, want[0], 1e-5)
	if none != 0 {
		t.Errorf("%d steps without the option", none)
	}
	last := plain
	for _, edge := range []int{2, 4} {
		fast, two := winogradRun(t, m, params, in[0], &compiler.Options{Winograd: edge})
		compare(t, "winograd", fast, want[0], 2e-5)
		if two != 2 || bytes.Equal(last.Bytes(), fast.Bytes()) {
			t.Errorf("tiles of %d: %d steps, not 2; or the same bits: it did not run", edge, two)
		}
		last = fast
	}
	if _, err := compiler.Compile(m, &compiler.Options{Winograd: 3}); err == nil || err.Error() != "winograd: tiles are of 2 or 4 pixels, not 3" {
		t.Errorf("tiles of 3: %v", err)
	}
}
