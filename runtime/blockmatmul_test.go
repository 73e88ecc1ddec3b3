package runtime

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestBlockMatMulPlans: a plan may say anything of a product with weights of few bits; what its op would not is refused when sizes
// are known, and before a kernel runs.
func TestBlockMatMulPlans(t *testing.T) {
	n := ir.Const
	run := func(spoil func(s *plan.Step)) error {
		types := []ir.Type{ir.T(tensor.F32, n(3), n(64)), ir.T(tensor.U8, n(32), n(20)), ir.T(tensor.F16, n(2), n(20)), ir.T(tensor.F32, n(3), n(20))}
		s := &plan.Step{Name: "block_matmul", Eval: ops.BlockMatMul{Bits: 4, Block: 32, Zero: 8}, Out: []plan.Operand{{Root: plan.Root{Kind: plan.Result}, Type: types[3]}}}
		f := &plan.Func{Name: "f", Public: true, Outs: []plan.Out{{Name: "y", Type: types[3], Bound: types[3]}}, Body: plan.Body{Waves: [][]*plan.Step{{s}}}}
		in := make([]tensor.Tensor, 3)
		for i, ty := range types[:3] {
			s.In = append(s.In, plan.Operand{Root: plan.Root{Kind: plan.Argument, Index: i}, Type: ty})
			f.Args = append(f.Args, plan.Arg{Name: string(rune('a' + i)), Type: ty})
			d0, _ := ty.Dim(0).Int()
			d1, _ := ty.Dim(1).Int()
			in[i] = tensor.New(ty.DType, int(d0), int(d1))
		}
		spoil(s)
		m, err := New(&plan.Program{Name: "b", Funcs: []*plan.Func{f}}, Options{})
		if err != nil {
			return err
		}
		fn, _ := m.Func("f")
		return fn.Run(context.Background(), make([]tensor.Tensor, 1), in)
	}
	if err := run(func(*plan.Step) {}); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(s *plan.Step){
		"weights of 3 bits":    func(s *plan.Step) { s.Eval = ops.BlockMatMul{Bits: 3, Block: 32} },
		"zero point 99":        func(s *plan.Step) { s.Eval = ops.BlockMatMul{Bits: 4, Block: 32, Zero: 99} },
		"should be f16[1, 20]": func(s *plan.Step) { s.Eval = ops.BlockMatMul{Bits: 4, Block: 64} },
		"inner dims differ":    func(s *plan.Step) { s.In[0].Type = ir.T(tensor.F32, n(2), n(62)) },
		"not a matrix":         func(s *plan.Step) { s.In[0].Type = ir.T(tensor.F32, n(192)) },
		"not one f32[3, 20]":   func(s *plan.Step) { s.Out[0].Type = ir.T(tensor.F32, n(3), n(19)) },
		"strides [0 4] of":     func(s *plan.Step) { s.In[0].Strided, s.In[0].Strides = true, ir.MakeDims(n(0), n(1)) },
		"not a matrix of wei":  func(s *plan.Step) { s.In[1].Type = ir.T(tensor.U8, n(640)) },
	} {
		if err := run(spoil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
