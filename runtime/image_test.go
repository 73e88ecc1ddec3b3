package runtime

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// imagePlan is a convolution with a bias and an activation: x[1, 2, 4, 5] to y[1, 3, 4, 5].
func imagePlan(t *testing.T) *plan.Program {
	dims := func(n ...int) ir.Type {
		var ds []ir.Dim
		for _, v := range n {
			ds = append(ds, ir.Const(int64(v)))
		}
		return ir.T(tensor.F32, ds...)
	}
	prog, err := tile.Parse("tile(x0: f32, out y1: f32)\nv0: f32 = load x0\nv1: f32 = tanh v0\nstore y1 v1\n")
	if err != nil {
		t.Fatal(err)
	}
	x, w, b, y := dims(1, 2, 4, 5), dims(3, 2, 3, 3), dims(3), dims(1, 3, 4, 5)
	arg := func(i int, ty ir.Type) plan.Operand {
		return plan.Operand{Root: plan.Root{Kind: plan.Argument, Index: i}, Type: ty}
	}
	strided := func(ty ir.Type, st ...int64) plan.Operand {
		var ds []ir.Dim
		for _, v := range st {
			ds = append(ds, ir.Const(v))
		}
		return plan.Operand{Root: plan.Root{Kind: plan.Result}, Type: ty, Strided: true, Strides: ir.MakeDims(ds...)}
	}
	strip := strided(dims(1, 20, 3), 60, 3, 1)
	step := &plan.Step{Name: "conv", Image: &plan.Image{Op: ops.Conv{Pads: ir.MakeInts(1, 1, 1, 1)}, Takes: 2, Bias: true, Last: true},
		In: []plan.Operand{arg(0, x), arg(1, w), arg(2, b), strip}, Out: []plan.Operand{strided(y, 60, 1, 15, 3), strip}}
	return &plan.Program{Name: "image", Tiles: []*tile.Program{prog}, Funcs: []*plan.Func{{
		Name: "f", Public: true, Args: []plan.Arg{{Name: "x", Type: x}, {Name: "w", Type: w}, {Name: "b", Type: b}},
		Outs: []plan.Out{{Name: "y", Type: y, Bound: y}}, Body: plan.Body{Waves: [][]*plan.Step{{step}}},
	}}}
}

func runImagePlan(t *testing.T, p *plan.Program) error {
	t.Helper()
	if err := plan.Verify(p); err != nil {
		t.Fatal(err)
	}
	m, err := New(p, Options{})
	if err != nil {
		return err
	}
	f, _ := m.Func("f")
	in := []tensor.Tensor{tensor.New(tensor.F32, 1, 2, 4, 5), tensor.New(tensor.F32, 3, 2, 3, 3), tensor.New(tensor.F32, 3)}
	return f.Run(context.Background(), make([]tensor.Tensor, 1), in)
}

// TestImageBounds: binding holds a step on images to what its op says of shapes, and to the layouts that kernels walk: a file
// may say anything.
func TestImageBounds(t *testing.T) {
	if err := runImagePlan(t, imagePlan(t)); err != nil {
		t.Fatal(err)
	}
	con := func(n ...int64) ir.Dims {
		var ds []ir.Dim
		for _, v := range n {
			ds = append(ds, ir.Const(v))
		}
		return ir.MakeDims(ds...)
	}
	for want, spoil := range map[string]func(s *plan.Step){
		"conv gives":         func(s *plan.Step) { s.Image.Op = ops.Conv{} },
		"don't make":         func(s *plan.Step) { s.In[1].Type = ir.T(tensor.F32, con(3, 1, 3, 3).Slice()...) },
		"does not lie":       func(s *plan.Step) { s.Image.Last = false },
		"does not lie as":    func(s *plan.Step) { s.Out[0].Strides = con(60, 1, 3, 12) },
		"neither":            func(s *plan.Step) { s.In[0].Strided, s.In[0].Strides = true, con(0, 0, 5, 1) },
		"neither channels":   func(s *plan.Step) { s.In[1].Strided, s.In[1].Strides = true, con(9, 9, 3, 1) },
		"no bias":            func(s *plan.Step) { s.In[2].Type = ir.T(tensor.F32, con(2).Slice()...) },
		"no bias of 3":       func(s *plan.Step) { s.In[2].Strided, s.In[2].Strides = true, con(0) },
		"of its epilogue is": func(s *plan.Step) { s.In[3].Type = ir.T(tensor.F32, con(1, 10, 6).Slice()...) },
		"has gaps":           func(s *plan.Step) { s.In[3].Strides = con(60, 3, 0) },
		"2 operands":         func(s *plan.Step) { s.Image.Takes, s.Image.Bias = 1, true; s.In = append(s.In[:1], s.In[2:]...) },
		"covers bytes":       func(s *plan.Step) { s.Out[0].Off = ir.Const(4) },
	} {
		p := imagePlan(t)
		spoil(p.Funcs[0].Body.Waves[0][0])
		if err := runImagePlan(t, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
