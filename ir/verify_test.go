package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// small is y = x*x + x over f32[B], and the new value of state t: enough to break.
func small(t *testing.T) *ir.Func {
	t.Helper()
	b := ir.NewFunc("small")
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("B")))
	s := b.Arg("t", ir.State, f32())
	y := b.Op1(ops.Add(), b.Op1(ops.Mul(), x, x), x)
	b.Out("y", y)
	b.Write("t", b.Op1(ops.Exp(), s))
	return done(t, b)
}

func done(t *testing.T, b *ir.Builder) *ir.Func {
	t.Helper()
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// called is a function with a Call of g.
func called(t *testing.T, g *ir.Func) *ir.Func {
	t.Helper()
	b := ir.NewFunc("caller")
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("B")))
	s := b.Arg("t", ir.State, f32())
	b.Out("y", b.Region(ops.Call{}, []*ir.Func{g}, x, s)[0])
	return done(t, b)
}

// TestVerify breaks each invariant once.
func TestVerify(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(m *ir.Module, f *ir.Func)
		want  string
	}{
		{"V1/params", func(m *ir.Module, _ *ir.Func) {
			m.Params = []ir.ParamInfo{{Name: "w"}}
			m.States = []ir.ParamInfo{{Name: "w"}}
		}, "V1: w is declared twice"},
		{"V1/functions", func(m *ir.Module, _ *ir.Func) { m.Funcs = append(m.Funcs, small(t)) }, "V1: two functions are named small"},
		{"V1/arguments", func(_ *ir.Module, f *ir.Func) {
			f.Args = append(f.Args, f.Args[0])
			f.Nodes[0].Types = append(f.Nodes[0].Types, f.Args[0].Type)
		}, "V1: two arguments are named x"},
		{"V2/head", func(_ *ir.Module, f *ir.Func) { f.Nodes = f.Nodes[1:] }, "V2: node 0 is not the arguments"},
		{"V2/id", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].ID = 7 }, "V2: node 1 (mul) has id 7"},
		{"V3/later", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].In[0] = f.Nodes[2].Value(0) }, "V3: operand 0 is not a value from before"},
		{"V3/none", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].In[1] = ir.Value{} }, "V3: operand 1"},
		{"V3/other", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].In[1] = small(t).Arg(0) }, "V3: operand 1"},
		{"V4/type", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].Types[0] = f32(2) }, "V4: results are [f32[2]], should be [f32[B]]"},
		{"V4/rule", func(_ *ir.Module, f *ir.Func) { f.Nodes[1].Op = ops.And() }, "V4: takes integers or bools"},
		{"V4/argument", func(_ *ir.Module, f *ir.Func) { f.Args[0].Type = f32() }, "V4: argument x is f32, its value f32[B]"},
		{"V5", func(m *ir.Module, f *ir.Func) {
			g := called(t, f)
			m.Funcs = []*ir.Func{g}
			g.Nodes[1].Funcs[0] = g
		}, "V5: caller refers to itself"},
		{"V6/none", func(_ *ir.Module, f *ir.Func) { f.Outs[0].Value = ir.Value{} }, "V6: result y is not a value of this function"},
		{"V6/other", func(_ *ir.Module, f *ir.Func) { f.Outs[0].Value = small(t).Outs[0].Value }, "V6: result y"},
		{"V6/write", func(_ *ir.Module, f *ir.Func) { f.Outs[1].Value = f.Outs[0].Value }, "V6: t is f32 and gets f32[B]"},
		{"V7", func(_ *ir.Module, f *ir.Func) { f.Public = true; f.Syms = nil }, "V7: symbol B of f32[B] is not declared"},
		{"V8", func(m *ir.Module, f *ir.Func) {
			g := small(t)
			g.Name = "other"
			g.Nodes[3] = f.Nodes[3]
			m.Funcs = append(m.Funcs, g)
		}, "V8: a node (exp)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := small(t)
			m := &ir.Module{Name: "m", Funcs: []*ir.Func{f}}
			if err := ir.Verify(m); err != nil {
				t.Fatal(err)
			}
			tt.spoil(m, f)
			if err := ir.Verify(m); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestVerifyBirth: a run symbol needs no declaration, the op that gives birth to it is one.
func TestVerifyBirth(t *testing.T) {
	b := ir.NewFunc("find")
	x := b.Arg("x", ir.Input, f32(4))
	b.Out("places", b.Op1(ops.NonZero{Sym: "n"}, x))
	f := done(t, b)
	f.Public = true
	if err := ir.Verify(&ir.Module{Funcs: []*ir.Func{f}}); err != nil {
		t.Error(err)
	}
}

// TestBuilder: the first error is kept, what follows it does no harm, and it names function and op.
func TestBuilder(t *testing.T) {
	b := ir.NewFunc("bad")
	x := b.Arg("x", ir.Input, f32(2))
	y := b.Op(ops.Add(), x, b.Arg("n", ir.Input, ir.T(tensor.I32)))
	z := b.Op1(ops.Exp(), y[0])
	b.Out("z", b.Name(z, "z"))
	if _, err := b.Done(); err == nil || !strings.Contains(err.Error(), "bad: add: dtypes differ: f32[2] and i32") {
		t.Errorf("Done: %v", err)
	}
	if err := b.TakeErr(); err == nil || b.Err() != nil {
		t.Error("TakeErr does not forget")
	}
	for _, typ := range []ir.Type{{}, f32(-1), f32(1<<30, 1<<30)} {
		b := ir.NewFunc("f")
		b.Arg("x", ir.Input, typ)
		if b.Err() == nil {
			t.Errorf("an argument of type %v", typ)
		}
	}
}
