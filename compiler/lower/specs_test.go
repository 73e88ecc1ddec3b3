package lower_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

// TestSpecs: every function that a model of this repository offers gives, compiled, what the interpreter gives.
func TestSpecs(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs every model")
	}
	files, err := filepath.Glob("../../models/*.nn")
	if err != nil || len(files) == 0 {
		t.Fatal("no models", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			m, err := text.Load(file, &text.Options{})
			if err != nil {
				t.Skip(err)
			}
			runSpec(t, m)
		})
	}
}

func runSpec(t *testing.T, m *ir.Module) {
	g, err := compiler.Optimize(m, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Lower(g, &compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("evaluated:", p.EvalOps())
	model, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range g.Funcs {
		if f.Public && (os.Getenv("NNC_FN") == "" || f.Name == os.Getenv("NNC_FN")) {
			t.Run(f.Name, func(t *testing.T) { runSpecFunc(t, g, model, f) })
		}
	}
}

func runSpecFunc(t *testing.T, g *ir.Module, model *runtime.Model, f *ir.Func) {
	ctx := context.Background()
	if os.Getenv("NNC_FN") != "" {
		plan.Print(os.Stderr, model.Program(), model.Program().Func(f.Name))
	}
	s, err := model.NewSession(3)
	if err != nil {
		t.Fatal(err)
	}
	oracle := interp.NewMachine(g, 3)
	if err := oracle.Init(ctx); err != nil {
		t.Fatal(err)
	}
	for _, d := range g.Params {
		got, _ := s.Get(d.Name)
		want, _ := oracle.Get(d.Name)
		compare(t, d.Name, got, want, 1e-5)
	}
	named := map[string]tensor.Tensor{}
	var in []tensor.Tensor
	sizes := func(name string) (int64, bool) { return 4, true }
	for i, a := range f.Args {
		if a.Kind != ir.Input && a.Kind != ir.Size {
			continue
		}
		if a.Type.IsList() {
			t.Skip("a list is wanted")
		}
		shape, err := a.Type.Shape(sizes)
		if err != nil {
			t.Fatal(err)
		}
		x := fill(a.Type.DType, i, shape...)
		if a.Kind == ir.Size {
			x = tensor.Scalar(int64(4))
		}
		in, named[a.Name] = append(in, x), x
	}
	var results []ir.Out
	for _, o := range f.Outs {
		if o.Kind == ir.Result {
			results = append(results, o)
		}
	}
	out := make([]tensor.Tensor, len(results))
	fn, _ := model.Func(f.Name)
	want, wantErr := oracle.Call(ctx, f.Name, named)
	err = s.Run(ctx, fn, out, in)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("compiled: %v; interpreted: %v", err, wantErr)
	}
	if err != nil {
		t.Skip(err)
	}
	for i, o := range results {
		compare(t, o.Name, out[i], want[o.Name], 2e-3)
	}
}
