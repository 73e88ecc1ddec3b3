package text_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/text"
)

// hostile are short sources that ask for much: time, memory, depth.
func hostile() map[string]string {
	nested := "y := x\n"
	for i := range 6 {
		nested += strings.Repeat(" ", i) + fmt.Sprintf("for i%d in 0..3000 {\n", i)
	}
	nested += "const k = 1\n" + strings.Repeat("}\n", 6)
	calls := "fn f0(x: f32) -> f32 = x + 1\n"
	for i := 1; i < 40; i++ {
		calls += fmt.Sprintf("fn f%d(x: f32) -> f32 = f%d(f%d(x))\n", i, i-1, i-1)
	}
	modules := "module M0() { param w: f32 = 0 }\n"
	for i := 1; i < 40; i++ {
		modules += fmt.Sprintf("module M%d() {\n module a = M%d()\n module b = M%d()\n}\n", i, i-1, i-1)
	}
	consts := "const c0 = [1, 2]\n"
	for i := 1; i < 40; i++ {
		consts += fmt.Sprintf("const c%d = [c%d, c%d]\n", i, i-1, i-1)
	}
	dims := "y: f32[N] := x\n"
	for range 60 {
		dims += "y = concat([y, y, x])\n"
	}
	product := "y := zeros([A + B + C + D])\n"
	for range 30 {
		product += "y = zeros([size(y) * (A + B + C + D + size(y) // 3)])\n"
	}
	return map[string]string{
		"unrolled":       "fn f(x: f32) -> f32 {\n" + nested + "return y\n}\n",
		"calls":          calls + "fn f(x: f32) -> f32 = f39(x)\n",
		"modules":        modules + "module m = M39()\nfn f(x: f32) -> f32 = x\n",
		"lists":          consts + "fn f(x: f32) -> f32 = x * len(c39)\n",
		"dims":           "fn f(x: f32[N]) -> f32 {\n" + dims + "return sum(y)\n}\n",
		"product":        "fn f(a: f32[A], b: f32[B], c: f32[C], d: f32[D]) -> f32 {\n" + product + "return sum(y)\n}\n",
		"power":          "const n = 9 ** 9 ** 9 ** 9\nfn f(x: f32) -> f32 = x * n\n",
		"wide number":    "const n = " + strings.Repeat("9", 100000) + "\nfn f(x: f32) -> f32 = x * n\n",
		"large exponent": "const n = 1e999999999\nfn f(x: f32) -> f32 = x * n\n",
		"small exponent": "const n = 1e-999999999 * 7\nfn f(x: f32) -> f32 = x * n\n",
		"table":          "const t: f32[100000, 100000] = zeros([100000, 100000])\nfn f(x: f32) -> f32 = x * t[0, 0]\n",
		"arange":         "const t = sum(arange(100000000000))\nfn f(x: f32) -> f32 = x * t\n",
		"params":         "param w[1000000000]: f32[3] = 0\nfn f(x: f32) -> f32 = x\n",
		"instances":      "module M() { param w: f32 = 0 }\nmodule m[1000000000] = M()\nfn f(x: f32) -> f32 = x\n",
		"parentheses":    "fn f(x: f32) -> f32 = " + strings.Repeat("(", 300) + "x" + strings.Repeat(")", 300) + "\n",
		"sum":            "fn f(x: f32) -> f32 = x" + strings.Repeat(" + x", 5000) + "\n",
		"grads":          "fn g0(x: f32) -> f32 = sin(x) * exp(x)\n" + grads(30) + "fn f(x: f32) -> f32 = g30(x)\n",
		"binary":         "const t = binary(60)\nfn f(x: f32) -> f32 = x * t[0, 0]\n",
		"repeat":         "fn f(x: f32[3]) -> f32 {\ny := x\n" + strings.Repeat("y = repeat(y, 1000)\n", 20) + "return sum(y)\n}\n",
	}
}

func grads(n int) string {
	s := ""
	for i := 1; i <= n; i++ {
		s += fmt.Sprintf("fn g%d(x: f32) -> f32 = grad(g%d, wrt = x)(x)\n", i, i-1)
	}
	return s
}

// TestHostile: each ends, with a module or with errors that have a place. It hangs, or needs all memory, where it fails.
func TestHostile(t *testing.T) {
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && (name == "calls" || name == "unrolled") {
				t.Skip("takes seconds")
			}
			_, err := text.Parse("hostile.nn", []byte("model m()\n"+src), nil)
			if err != nil && strings.Contains(err.Error(), "internal error") {
				t.Error(err)
			}
		})
	}
}
