package text_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// letters is a data source of text.
type letters struct{}

func (letters) Const(name string) (int64, bool) { return 28, name == "vocab" }
func (letters) Column(name string) (ir.DType, []int64, bool) {
	return tensor.I32, []int64{65}, name == "x"
}
func (letters) Rows(split, name string) (int64, bool) { return 100, name == "x" }
func (letters) IDs(texts []string, _ bool) (tensor.Tensor, error) {
	ids := make([]int64, len(texts[0]))
	for i := range ids {
		ids[i] = int64(texts[0][i] - 'a')
	}
	return tensor.Of(ids, 1, len(ids)), nil
}

// TestRecipe: a recipe becomes data, and its expressions functions of the module; what it sets is set before.
func TestRecipe(t *testing.T) {
	open := func(string, []ir.Attr) (text.Source, error) { return letters{}, nil }
	m, err := text.Load("../../models/charlm.nn", &text.Options{Recipe: "kjv_long", Data: open})
	if err != nil {
		t.Fatal(render(err))
	}
	if len(m.Recipes) != 1 || m.Recipes[0].Name != "kjv_long" {
		t.Fatalf("recipes are %v", m.Recipes)
	}
	if p := m.Params[0]; p.Name != "E" || p.Type.Dim(0) != ir.Const(28) {
		t.Errorf("the vocabulary was not set: %s is %v", p.Name, p.Type)
	}
	fields := map[string]ir.RecipeField{}
	for _, f := range m.Recipes[0].Fields {
		fields[f.Key] = f
	}
	if fields["order"].Const != "stream" || fields["batch"].Const != int64(32) || fields["data"].Source.Name != "chars" {
		t.Errorf("fields are %v", fields)
	}
	step := m.Func(fields["step"].Func)
	if step == nil || len(fields["step"].Args) != 1 || fields["step"].Args[0].Column != "x" {
		t.Fatalf("step is %+v", fields["step"])
	}
	if want := "i32[32, 65]"; step.Args[0].Type.String() != want {
		t.Errorf("step takes %v, want %s: a batch of a stream is always whole", step.Args[0].Type, want)
	}
	if step.Outs[0].Name != "loss" {
		t.Errorf("the result of step is %s, want loss", step.Outs[0].Name)
	}
	if r := fields["write"].Render; r == nil || r.Kind != "text" || r.Source != "k" {
		t.Errorf("write is %+v", fields["write"])
	}
	if a := fields["metric"].Args; len(a) != 1 || a[0].Split != "test" || a[0].To != 200 {
		t.Errorf("metric takes %+v", a)
	}
}

// TestHostNumbers: step, steps and epoch are arguments that a recipe feeds.
func TestHostNumbers(t *testing.T) {
	m, err := text.Load("../../models/gru.nn", nil)
	if err != nil {
		t.Fatal(render(err))
	}
	for _, f := range m.Recipes[0].Fields {
		if f.Key != "step" {
			continue
		}
		fn := m.Func(f.Func)
		for i, a := range f.Args {
			if fn.Args[i].Kind != ir.Input || a.Host != "" && fn.Args[i].Type != ir.T(tensor.F32) {
				t.Errorf("argument %d: %+v is %v", i, a, fn.Args[i])
			}
		}
		if len(f.Args) != 4 {
			t.Errorf("step takes %+v, want two columns, step and steps", f.Args)
		}
	}
}
