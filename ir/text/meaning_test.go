package text_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// TestMeaning runs small functions and compares numbers that can be worked out by hand.
func TestMeaning(t *testing.T) {
	cases := []struct {
		name, src string
		in        map[string]tensor.Tensor
		want      []float64
	}{
		{"reversed scans stack in the order of the run", "fn f() -> i32[3] {\n  y := scan i in reversed 0..3 { yield i }\n  return y\n}", nil, []float64{2, 1, 0}},
		{"a scan carries what it assigns", "fn f() -> i32 {\n  s := 0\n  scan i in 2..5 { s += i }\n  return s\n}", nil, []float64{9}},
		{"variables with one value are carried apart", "fn f() -> (a, b: i32) {\n  a, b := 1, 1\n  scan i in 0..3 { a, b = b, a + b }\n  return a, b\n}", nil, []float64{3}},
		{"a scan without rounds", "fn f(k: i32) -> i32 {\n  s := 7\n  scan i in 0..k { s = 1 }\n  return s\n}", map[string]tensor.Tensor{"k": tensor.Scalar(int32(-1))}, []float64{7}},
		{"for is unrolled and stacks", "fn f() -> f32[2, 3] {\n  y := for i in 0..3 axis 1 { yield full([2], i * 1.0) }\n  return y\n}", nil, []float64{0, 1, 2, 0, 1, 2}},
		{"while", "fn f() -> i32 {\n  i := 1\n  while i < 50 { i = i * 3 }\n  return i\n}", nil, []float64{81}},
		{"while with max", "fn f() -> i32 {\n  i := 1\n  while i < 50 max 2 { i = i * 3 }\n  return i\n}", nil, []float64{9}},
		{"an if at run time", "fn f(k: i32) -> i32 {\n  y := 1\n  if k > 2 { y = 5 } else { y += 1 }\n  return y\n}", map[string]tensor.Tensor{"k": tensor.Scalar(int32(2))}, []float64{2}},
		{"repeated indices add up", "fn f() -> f32[3] {\n  x := zeros([3])\n  i := arange(4) % 2\n  x[i] += 1.0\n  return x\n}", nil, []float64{2, 2, 0}},
		{"a part is assigned", "fn f() -> f32[2, 2] {\n  x := zeros([2, 2])\n  x[1, 0] = 3.0\n  x[:, 1] = 4.0\n  return x\n}", nil, []float64{0, 4, 3, 4}},
		{"negative indices, steps, reversal", "fn f() -> i32[4] {\n  x := arange(5)\n  return concat([x[-1][new], x[::2]])\n}", nil, []float64{4, 0, 2, 4}},
		{"exact numbers", "fn f() -> f32 = 1 / 3 * 3", nil, []float64{1}},
		{"-x ** 2", "fn f() -> i32 = -3 ** 2", nil, []float64{-9}},
		{"vectors", "fn f() -> f32[2] {\n  a := full([3], 2.0)\n  return a @ full([3, 2], 1.5)\n}", nil, []float64{9, 9}},
		{"take pairs axes", "fn f() -> i32[2] {\n  x := reshape(arange(6), [2, 3])\n  return take(x, arange(2) + 1, axis = -1)\n}", nil, []float64{1, 5}},
		{"resize, nearest", "fn f() -> i32[2, 4] = resize(reshape(arange(4), [2, 2]), [4])", nil, []float64{0, 0, 1, 1, 2, 2, 3, 3}},
		{"resize, linear", "fn f() -> f32[3, 1] = resize(f32(reshape(arange(4), [2, 2])), [3, 1], mode = \"linear\", coords = \"align_corners\")", nil,
			[]float64{0, 1, 2}},
		{"resize, cubic", "fn f() -> f32[2] = resize(f32(arange(4)), [2], mode = \"cubic\", a = 0, antialias = true)", nil, []float64{0.578125, 2.421875}},
		{"trees", "fn f() -> f32 {\n  t := {a: 3.0, b: {c: 2.0}}\n  t.b.c = 2 * t.b.c\n  return norm(t * 2)\n}", nil, []float64{10}},
		{"functions see locals as they are at the call", "fn f() -> i32 {\n  s := 1\n  fn g(x: i32) -> i32 = x + s\n  s = 10\n  return g(1)\n}", nil, []float64{11}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, "model m()\n"+c.src+"\n")
			out, err := interp.Run(t.Context(), m.Func("f"), arguments(m.Func("f"), c.in))
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range c.want {
				if got := at(out[0], i); got != w {
					t.Errorf("element %d is %v, want %v", i, got, w)
				}
			}
		})
	}
}

func at(x tensor.Tensor, i int) float64 {
	if x.DType().IsFloat() {
		return x.Float(i)
	}
	return float64(x.Int(i))
}

func arguments(f *ir.Func, in map[string]tensor.Tensor) []tensor.Tensor {
	var list []tensor.Tensor
	for _, a := range f.Args {
		list = append(list, in[a.Name])
	}
	return list
}

func parse(t *testing.T, src string) *ir.Module {
	t.Helper()
	m, err := text.Parse("test.nn", []byte(src), nil)
	if err != nil {
		t.Fatal(render(err))
	}
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestKeys: draws and calls that draw are numbered in source order; what does not draw takes no number.
func TestKeys(t *testing.T) {
	m := parse(t, `model m()
fn plain(x: f32) -> f32 = x + 1
fn drawn(x: f32) -> f32 = x + uniform([])
fn f(x: f32) -> f32 {
  a := plain(x)
  b := normal([])
  c := drawn(x)
  scan i in 0..2 { c += normal([]) }
  return a + b + c
}
`)
	got := ir.Print(m)
	if n := strings.Count(body(got, "fn f("), ":= fold("); n != 6 {
		t.Errorf("%d folds, want 6: one for the draw, two for the call, three for the loop\n%s", n, body(got, "fn f("))
	}
	if strings.Contains(body(got, "fn plain("), "key") {
		t.Error("plain takes a key")
	}
}

// body is the text of one printed function.
func body(text, head string) string {
	i := strings.Index(text, head)
	if i < 0 {
		return ""
	}
	end := strings.Index(text[i:], "\n}\n")
	return text[i : i+end]
}

// TestScanned: indexing by the loop variable makes a scanned operand, not a slice at run time.
func TestScanned(t *testing.T) {
	m := parse(t, "model m()\nfn f(x: f32[B, N, 3]) -> f32[B, 3] {\n  s := zeros([B, 3])\n  scan i in 0..N { s += x[:, i] }\n  return s\n}\n")
	got := ir.Print(m)
	if !strings.Contains(got, "scanned = 1") || strings.Contains(got, "dyn_slice") {
		t.Errorf("x is not scanned:\n%s", got)
	}
}

// TestEffects: reads and writes of params and state are arguments and results.
func TestEffects(t *testing.T) {
	m := parse(t, `model m()
param w: f32[2] = 1
state n: i32 = 0
state last: f32[2] = 0
fn count(x: f32[2]) {
  scan i in 0..3 {
    n += 1
    last = x * w
  }
}
fn forget() { reset(n) }
`)
	f := m.Func("count")
	if f.FindArg(ir.Param, "w") < 0 || f.FindArg(ir.State, "n") < 0 {
		t.Errorf("count does not read w and n:\n%s", ir.Print(m))
	}
	var writes []string
	for _, o := range f.Outs {
		if o.Kind == ir.Write {
			writes = append(writes, o.Name)
		}
	}
	if strings.Join(writes, " ") != "n last" {
		t.Errorf("count writes %v, want n and last", writes)
	}
	if len(m.Func("forget").Outs) != 1 || len(m.Func("forget").Args) != 0 {
		t.Error("forget writes n and reads nothing")
	}
}

// TestConfig: values come from --set, from sizes, from the shapes of weights, from defaults.
func TestConfig(t *testing.T) {
	src := []byte("model m(inputs, hidden, rows = 2)\nmodule Cell(inp, hid) {\n  param U: f32[inp, hid] = glorot()\n}\nmodule rnn = Cell(inputs, hidden)\nparam V: f32[rows, hidden] = 0\nfn f() -> f32 = sum(V)\n")
	o := &text.Options{Set: map[string]string{"rows": "3"}, Weights: map[string]ir.Type{"U": ir.T(tensor.F32, ir.Const(5), ir.Const(7))}}
	m, err := text.Parse("test.nn", src, o)
	if err != nil {
		t.Fatal(render(err))
	}
	want := map[string]string{"rnn.U": "f32[5, 7]", "V": "f32[3, 7]"}
	for _, p := range m.Params {
		if p.Type.String() != want[p.Name] {
			t.Errorf("%s is %v, want %s", p.Name, p.Type, want[p.Name])
		}
	}
}
