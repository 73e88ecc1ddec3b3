package ir_test

import (
	"math"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

const printed = `graph m
param w: f32[2] = init.w
state t: f32
table k: f64[2] = [0.5, inf]

fn small(x: f32[B], state t: f32) -> (y: f32[B], write t: f32)
  where B: shape 1..
  local
{
  x1: f32[B] := mul(x, x)
  x2: f32[B] := add(x1, x)
  x3: f32 := exp(t)
  return x2, x3
}

fn main(x: f32[B], state t: f32, size n: i64) -> (sum: f32[B], r: f32[B])
  where B: shape 1..8
  guard B == 2*n
  public
{
  y: f32[B], x1: f32 := call(x, t, fn = small)
  h: f32[B] := exp(y)
  h1: f32[B] := neg(h)
  c: f64[2] := tab(table = k, dtype = f64)
  half: f32 := lit(v = "1/2", dtype = f32)
  r: f32[B] := reverse(h1)
  return h1, r
}
`

// TestPrint holds the printed form of everything that has one to a page.
func TestPrint(t *testing.T) {
	b := ir.NewFunc("main")
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1), Hi: ir.Const(8), Bounded: true})
	x := b.Arg("x", ir.Input, ir.T(tensor.F32, ir.Sym("B")))
	s := b.Arg("t", ir.State, f32())
	b.Arg("n", ir.Size, ir.T(tensor.I64))
	b.Guard(ir.Guard{A: ir.Sym("B"), B: ir.Sym("n").Mul(ir.Const(2)), Rel: "=="})
	m := &ir.Module{Name: "m",
		Params: []ir.ParamInfo{{Name: "w", Type: f32(2), Init: "init.w"}},
		States: []ir.ParamInfo{{Name: "t", Type: f32()}}}
	table := m.Table("k", tensor.Of([]float64{0.5, math.Inf(1)}))
	if again := m.Table("other", tensor.Of([]float64{0.5, math.Inf(1)})); again != table || len(m.Tables) != 1 {
		t.Error("equal tables are two")
	}
	y := b.Region(ops.Call{}, []*ir.Func{small(t)}, x, s)[0]
	b.Name(y, "y")
	h := b.Name(b.Op1(ops.Exp(), y), "h")
	h = b.Name(b.Op1(ops.Neg(), h), "h")
	b.Name(b.Op1(ops.Tab{Table: table, DType: tensor.F64}), "c")
	b.Name(b.Op1(ops.Lit{V: "1/2", DType: tensor.F32}), "half")
	b.Out("sum", h)
	b.Out("r", b.Name(b.Op1(ops.Reverse{}, h), "r"))
	f := done(t, b)
	f.Public = true
	m.Funcs = []*ir.Func{f}
	if got := ir.Print(m); got != printed {
		t.Errorf("got\n%s", got)
	}
}
