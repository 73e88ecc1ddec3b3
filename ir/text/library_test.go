package text_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// composites are the definitions of the prelude that a spec uses, by what they are called.
func composites(t *testing.T, body string) map[string]*ir.Func {
	t.Helper()
	m, err := text.Parse("m.nn", []byte("model m(D = 5)\nparam a, b: f32[D] = 1\n"+body+"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*ir.Func{}
	for _, f := range m.Funcs {
		if f.Composite != "" {
			found[f.Composite] = f
		}
	}
	return found
}

func TestLibraryGradient(t *testing.T) {
	defs := composites(t, "fn f(x: f32[B, N, D]) -> f32[B, N, D] = relu(layer_norm(x, a, b, eps = 0.5))")
	l := text.NewLibrary()
	def := defs["layer_norm(eps = 0.5)"]
	if def == nil {
		t.Fatal("no layer_norm among", defs)
	}
	g := l.Gradient(def)
	if g == nil {
		t.Fatal("layer_norm has no gradient composite")
	}
	if g.Composite != "layer_norm_grad(eps = 0.5)" || !strings.HasPrefix(g.Name, "prelude.") {
		t.Errorf("it is %s, composite %s", g.Name, g.Composite)
	}
	if len(g.Args) != 5 || len(g.Outs) != 3 { // x, alpha, beta, y, dy; dx, dalpha, dbeta
		t.Errorf("%d arguments, %d results", len(g.Args), len(g.Outs))
	}
	for i, o := range g.Outs {
		if o.Value.Type() != def.Args[i].Type {
			t.Errorf("result %d is %v, argument %d is %v", i, o.Value.Type(), i, def.Args[i].Type)
		}
	}
	if l.Gradient(def) != g {
		t.Error("asked again, it is another one")
	}
	if g := l.Gradient(defs["relu"]); g != nil {
		t.Error("relu has", g.Name)
	}
	if g := l.Gradient(&ir.Func{Name: "own"}); g != nil {
		t.Error("what is no composite has", g.Name)
	}
}

// TestLibraryTypes: a definition for types that the gradient composite does not take has none.
func TestLibraryTypes(t *testing.T) {
	def := *composites(t, "fn f(x: f32[B, D]) -> f32[B, D] = softmax(x)")["softmax"]
	def.Composite = "logsumexp"
	if g := text.NewLibrary().Gradient(&def); g != nil {
		t.Error("it has", g.Name)
	}
}

// TestLibraryAssert: what a function of the library asserts is said once, with the call that it does not hold for.
func TestLibraryAssert(t *testing.T) {
	_, err := text.Parse("m.nn", []byte("model m()\nfn f(x: f32[B, 6, N], g, b: f32[6]) -> f32[B, 6, N] = group_norm(x, 4, g, b)\n"), nil)
	list := diag.From(err)
	if len(list) != 1 || list[0].Code != diag.AssertFailed || !strings.Contains(err.Error(), "C % groups == 0 does not hold") {
		t.Fatal(err)
	}
	if n := list[0].Notes; len(n) != 1 || n[0].Span.File.Name() != "m.nn" || n[0].Span.Text() != "group_norm(x, 4, g, b)" {
		t.Error("called at", n)
	}
}
