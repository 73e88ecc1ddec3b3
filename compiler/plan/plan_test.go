package plan

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
)

// TestDimProg: a compiled dim has the value that the dim has.
func TestDimProg(t *testing.T) {
	b, n := ir.Sym("B"), ir.Sym("N")
	three := ir.Const(3)
	dims := []ir.Dim{
		ir.Const(0), ir.Const(-7), b, b.Add(n), b.Mul(n).Sub(three), b.Mul(ir.Const(-1)), b.Mul(b).Mul(ir.Const(-2)).Add(n),
		b.FloorDiv(three), b.Mod(three).Mul(n), b.Add(n).FloorDiv(n.Add(three)), b.Min(n).Add(three), b.Max(n.Mul(three)).Mul(b),
		b.FloorDiv(three).Mod(n), b.Sub(three).FloorDiv(ir.Const(2)).Add(ir.Const(1)),
	}
	slots := map[string]int{"B": 0, "N": 1}
	for _, d := range dims {
		p, err := CompileDim(d, func(s string) (int, bool) { i, ok := slots[s]; return i, ok })
		if err != nil {
			t.Fatalf("%v: %v", d, err)
		}
		for _, v := range [][]int64{{1, 1}, {7, 2}, {64, 9}, {-5, 4}} {
			want, err := d.Eval(func(s string) (int64, bool) { i, ok := slots[s]; return v[i], ok })
			if err != nil {
				t.Fatalf("%v: %v", d, err)
			}
			if got, err := p.Eval(v); err != nil || got != want {
				t.Errorf("%v at %v: got %d, %v, want %d", d, v, got, err, want)
			}
		}
	}
	if _, err := CompileDim(b, func(string) (int, bool) { return 0, false }); err == nil {
		t.Error("an unknown symbol compiles")
	}
}
