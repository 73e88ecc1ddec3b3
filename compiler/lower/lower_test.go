package lower_test

import (
	"context"
	"math"
	"os"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// dims are constants and names.
func dims(list ...any) []ir.Dim {
	var ds []ir.Dim
	for _, d := range list {
		switch d := d.(type) {
		case int:
			ds = append(ds, ir.Const(int64(d)))
		case string:
			ds = append(ds, ir.Sym(d))
		}
	}
	return ds
}

func f32(list ...any) ir.Type { return ir.T(tensor.F32, dims(list...)...) }

// bias adds a row to every row of x.
func bias(b *ir.Builder, x, row ir.Value) ir.Value {
	return b.Op1(ops.Add(), x, ops.BroadcastTo(b, row, x.Type().Dims(), []int{x.Type().Rank() - 1}))
}

// module is a module of one public function.
func module(t *testing.T, b *ir.Builder) *ir.Module {
	t.Helper()
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	f.Public = true
	m := &ir.Module{Name: "test", Funcs: []*ir.Func{f}}
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// fill makes a tensor of varied values.
func fill(dt tensor.DType, seed int, shape ...int) tensor.Tensor {
	x := tensor.New(dt, shape...)
	for i := range x.Len() {
		v := math.Sin(float64(i*7+seed*13)) * 1.5
		if dt.IsInt() {
			v = float64((i*7 + seed) % 3)
		}
		x.SetFloat(i, v)
	}
	return x
}

// check compiles m, runs its only function on in, and compares with the interpreter. It returns the compiled program.
func check(t *testing.T, m *ir.Module, tol float64, in ...tensor.Tensor) *compiler.Program {
	t.Helper()
	return checkAll(t, m, tol, in)
}

func checkAll(t *testing.T, m *ir.Module, tol float64, calls ...[]tensor.Tensor) *compiler.Program {
	t.Helper()
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := runtime.New(p.Plan, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := model.Func(m.Funcs[0].Name)
	for _, in := range calls {
		out := make([]tensor.Tensor, len(m.Funcs[0].Outs))
		for range 2 { // the second call finds a used arena
			if err := f.Run(context.Background(), out, in); err != nil {
				t.Fatal(err)
			}
		}
		want, err := interp.Run(context.Background(), m.Funcs[0], in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			compare(t, m.Funcs[0].Outs[i].Name, out[i], want[i], tol)
		}
	}
	if t.Failed() {
		plan.Print(os.Stderr, p.Plan, p.Plan.Funcs[0])
	}
	return p
}

func compare(t *testing.T, name string, got, want tensor.Tensor, tol float64) {
	t.Helper()
	if got.IsList() {
		for i, e := range want.Elems() {
			compare(t, name, got.Elems()[i], e, tol)
		}
		return
	}
	if got.DType() != want.DType() || !got.SameDims(want) {
		t.Fatalf("%s: got %v%v, want %v%v", name, got.DType(), got.Dims(), want.DType(), want.Dims())
	}
	for i := range want.Len() {
		g, w := got.Float(i), want.Float(i)
		if math.Abs(g-w) > tol*max(1, math.Abs(w)) || math.IsNaN(g) != math.IsNaN(w) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, g, w)
		}
	}
}

// kinds counts the steps of a function by name.
func kinds(p *compiler.Program) map[string]int {
	n := map[string]int{}
	p.Plan.Funcs[0].Body.Each(func(s *plan.Step) { n[s.Name]++ })
	return n
}

// TestMLP: two layers are two calls of the gemm family; bias and activation are their epilogues.
func TestMLP(t *testing.T) {
	b := ir.NewFunc("mlp")
	x := b.Arg("x", ir.Input, f32("B", 20))
	w1, b1 := b.Arg("w1", ir.Input, f32(20, 33)), b.Arg("b1", ir.Input, f32(33))
	w2, b2 := b.Arg("w2", ir.Input, f32(33, 10)), b.Arg("b2", ir.Input, f32(10))
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	h := b.Op1(ops.Tanh(), bias(b, b.Op1(ops.MatMul{}, x, w1), b1))
	b.Out("y", bias(b, b.Op1(ops.MatMul{}, h, w2), b2))
	in := func(n int) []tensor.Tensor {
		return []tensor.Tensor{fill(tensor.F32, 1, n, 20), fill(tensor.F32, 2, 20, 33), fill(tensor.F32, 3, 33), fill(tensor.F32, 4, 33, 10), fill(tensor.F32, 5, 10)}
	}
	p := checkAll(t, module(t, b), 1e-5, in(7), in(1), in(64))
	if k := kinds(p); k["gemm"] != 2 || len(k) != 1 {
		t.Errorf("steps: %v", k)
	}
}
