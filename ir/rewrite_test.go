package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// squares is a rule: x * x becomes x ** 2 of a broadcast two, to have something that fires.
func squares(c *ir.Copier, n *ir.Node) []ir.Value {
	if n.Op != ops.Mul() || n.In[0] != n.In[1] {
		return nil
	}
	x := c.Get(n.In[0])
	return []ir.Value{c.B.Op1(ops.Pow(), x, ops.FullLike(c.B, 2, x))}
}

func TestRewrite(t *testing.T) {
	f := small(t)
	before := ir.PrintFunc(f)
	g, err := ir.Rewrite(f, squares)
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.VerifyFunc(g); err != nil {
		t.Fatal(err)
	}
	if ir.PrintFunc(f) != before {
		t.Error("the old function changed")
	}
	if s := ir.PrintFunc(g); strings.Contains(s, "mul(") || !strings.Contains(s, "pow(x") || !strings.Contains(s, "write t") {
		t.Errorf("after the rule:\n%s", s)
	}
	same, err := ir.Rewrite(f, nil)
	if err != nil || ir.PrintFunc(same) != before {
		t.Errorf("a copy differs: %v\n%s", err, ir.PrintFunc(same))
	}
	if err := ir.Verify(&ir.Module{Funcs: []*ir.Func{f, rename(same, "copy")}}); err != nil {
		t.Errorf("the copy shares nodes: %v", err)
	}
}

func rename(f *ir.Func, name string) *ir.Func { f.Name = name; return f }

// TestRewriteModule: a function that several refer to is rewritten once, before them; a circle is an error.
func TestRewriteModule(t *testing.T) {
	f := small(t)
	a, b := rename(called(t, f), "a"), rename(called(t, f), "b")
	var order []string
	m, err := ir.RewriteModule(&ir.Module{Funcs: []*ir.Func{a, b}}, func(f *ir.Func) (*ir.Func, error) {
		order = append(order, f.Name)
		return ir.Rewrite(f, squares)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "small a b" {
		t.Errorf("visited %s", got)
	}
	if m.Funcs[0].Nodes[1].Funcs[0] != m.Funcs[1].Nodes[1].Funcs[0] {
		t.Error("one function became two")
	}
	if err := ir.Verify(m); err != nil {
		t.Error(err)
	}
	a.Nodes[1].Funcs[0] = a
	if _, err := ir.RewriteModule(&ir.Module{Funcs: []*ir.Func{a}}, func(f *ir.Func) (*ir.Func, error) { return f, nil }); err == nil ||
		!strings.Contains(err.Error(), "a refers to itself") {
		t.Errorf("a circle: %v", err)
	}
}

func TestInline(t *testing.T) {
	b := ir.NewFunc("outer")
	x := b.Arg("x", ir.Input, f32(3))
	three := func(d ir.Dim) ir.Dim {
		return d.Subst(func(string) (ir.Dim, bool) { return ir.Const(3), true })
	}
	outs := ir.Inline(b, small(t), []ir.Value{x, ops.Scalar(b, 0, tensor.F32)}, three)
	b.Out("y", outs[0])
	f := done(t, b)
	if err := ir.VerifyFunc(f); err != nil {
		t.Fatal(err)
	}
	if got := f.Outs[0].Value.Type(); got != f32(3) {
		t.Errorf("the result is %v", got)
	}
}

func TestSubstFunc(t *testing.T) {
	g := called(t, small(t))
	f, err := ir.SubstFunc(g, func(d ir.Dim) ir.Dim {
		return d.Subst(func(string) (ir.Dim, bool) { return ir.Const(5), true })
	})
	if err != nil {
		t.Fatal(err)
	}
	if f.Outs[0].Value.Type() != f32(5) || f.Nodes[1].Funcs[0].Outs[0].Value.Type() != f32(5) {
		t.Errorf("after B = 5:\n%s", ir.PrintFunc(f))
	}
}

// TestCopierHandsOn: names and origins survive a copy, and a rule is noted.
func TestCopierHandsOn(t *testing.T) {
	b := ir.NewFunc("f")
	x := b.Arg("x", ir.Input, f32(2))
	at := &ir.Origin{Calls: []ir.Frame{{Name: "layer"}}, Span: diag.Span{}}
	b.At(at)
	y := b.Name(b.Op1(ops.Exp(), x), "h")
	b.Out("y", y)
	f := done(t, b)
	c := ir.NewCopier(ir.NewFunc("g"))
	c.Rule = "Copy"
	c.DType = func(ir.DType) ir.DType { return tensor.F64 }
	c.Head(f)
	c.Copy(f.Nodes[1])
	c.Tail(f)
	g := done(t, c.B)
	n := g.Nodes[1]
	if n.Names[0] != "h" || n.Origin.Rule != "Copy" || n.Origin.Calls[0].Name != "layer" || at.Rule != "" {
		t.Errorf("names %v, origin %+v", n.Names, n.Origin)
	}
	if n.Types[0] != f32(2).WithDType(tensor.F64) {
		t.Errorf("retyped to %v", n.Types[0])
	}
}
