package plan

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
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
