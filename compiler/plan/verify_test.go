package plan

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestVerify: a plan that is wrong in one place is refused with words for it.
func TestVerify(t *testing.T) {
	ty := ir.T(tensor.F32, ir.Const(4))
	at := func(kind RootKind, i int) Operand { return Operand{Root: Root{kind, i}, Type: ty} }
	good := func() *Program {
		return &Program{Funcs: []*Func{{
			Name: "f",
			Args: []Arg{{Name: "x", Type: ty}, {Name: "p", Kind: ir.Param, Type: ty}},
			Outs: []Out{{Name: "y", Type: ty, Bound: ty}},
			Bufs: []Buffer{{Size: ir.Const(16), From: 0, To: 1}},
			Body: Body{Bufs: []int{0}, Waves: [][]*Step{
				{{Name: "copy", Copy: true, In: []Operand{at(Argument, 0)}, Out: []Operand{at(Arena, 0)}}},
				{{Name: "copy", Copy: true, In: []Operand{at(Arena, 0)}, Out: []Operand{at(Result, 0)}}},
			}},
		}}}
	}
	if err := Verify(good()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(f *Func){
		"lies nowhere":      func(f *Func) { f.Body.Waves[0][0].In[0].Root.Index = 7 },
		"does not live":     func(f *Func) { f.Bufs[0].To = 0 },
		"no one owner":      func(f *Func) { f.Body.Bufs = []int{0, 0} },
		"another body":      func(f *Func) { f.Body.Bufs = nil },
		"of 0 kinds":        func(f *Func) { f.Body.Waves[0][0].Copy = false },
		"of 2 kinds":        func(f *Func) { f.Body.Waves[0][0].If = &If{} },
		"may not be":        func(f *Func) { f.Body.Waves[1][0].Out[0] = at(Argument, 1) },
		"no tile program 3": func(f *Func) { s := f.Body.Waves[0][0]; s.Copy, s.Tile = false, &Tile{Prog: 3, Dims: ty.Dims()} },
		"loop that it is not in": func(f *Func) {
			f.Body.Waves[0][0].In[0].Loops = []LoopStride{{Var: 0, Stride: ir.Const(4)}}
		},
		"strides": func(f *Func) { f.Body.Waves[0][0].In[0].Strided = true },
	} {
		p := good()
		spoil(p.Funcs[0])
		if err := Verify(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	twice := good()
	twice.Funcs = append(twice.Funcs, twice.Funcs[0])
	if err := Verify(twice); err == nil {
		t.Error("two functions of one name")
	}
}

// TestVerifyImage: a step on images that is wrong in one place is refused.
func TestVerifyImage(t *testing.T) {
	x := ir.T(tensor.F32, ir.Const(1), ir.Const(2), ir.Const(4), ir.Const(4))
	at := func(kind RootKind, i int, ty ir.Type) Operand { return Operand{Root: Root{kind, i}, Type: ty} }
	prog, err := tile.Parse(sampleTile)
	if err != nil {
		t.Fatal(err)
	}
	good := func() *Program {
		step := &Step{Name: "conv", Image: &Image{Op: ops.Conv{}, Takes: 2, Bias: true, Epilogue: -1},
			In:  []Operand{at(Argument, 0, x), at(Argument, 1, x), at(Argument, 2, x.WithDims(ir.Const(2)))},
			Out: []Operand{at(Result, 0, x)}}
		return &Program{Tiles: []*tile.Program{prog}, Funcs: []*Func{{
			Name: "f", Args: []Arg{{Name: "x", Type: x}, {Name: "w", Type: x}, {Name: "b", Type: x}},
			Outs: []Out{{Name: "y", Type: x, Bound: x}}, Body: Body{Waves: [][]*Step{{step}}},
		}}}
	}
	if err := Verify(good()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(s *Step){
		"no op":                func(s *Step) { s.Image.Op = nil },
		"no op or":             func(s *Step) { s.Out = nil },
		"more than 3 operands": func(s *Step) { s.Image.Takes = 3 },
		"more than":            func(s *Step) { s.Image.Takes = -1 },
		"nothing takes":        func(s *Step) { s.Image.Bias = false },
		"not of f32":           func(s *Step) { s.In[1].Type.DType = tensor.F64 },
		"it reads":             func(s *Step) { s.Out[0].Root = s.In[0].Root },
		"no convolution":       func(s *Step) { s.Image.Op, s.Image.Winograd = ops.MaxPool{}, 2 },
		"tiles of 3":           func(s *Step) { s.Image.Winograd = 3 },
		"of 2 kinds":           func(s *Step) { s.Copy = true },
		"no tile program 9":    func(s *Step) { s.Image.Epilogue = 9 },
		"operands, not 0":      func(s *Step) { s.Image.Epilogue = 0 },
	} {
		p := good()
		s := p.Funcs[0].Body.Waves[0][0]
		p.Funcs[0].Args[0].Kind = ir.State
		p.Funcs[0].Outs = append(p.Funcs[0].Outs, Out{Name: "x", Kind: ir.Write, Type: x, Bound: x})
		spoil(s)
		if err := Verify(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
