package ir

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDimCanonical(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"B", "B"}, {"2*3 + 1", "7"}, {"N + 1 - 1", "N"}, {"T*B + B*T", "2*B*T"}, {"1 + N", "N + 1"},
		{"(2*B)//2", "B"}, {"(B + 1)//2", "((B + 1)//2)"}, {"((B + 1)//2)*N*2", "2*((B + 1)//2)*N"}, {"B%1", "0"},
		{"3*(B//2)", "3*(B//2)"}, {"min(B, B + 1)", "B"}, {"max(3, 5)", "5"}, {"min(N, B)", "min(B, N)"},
		{"-B*T - 3", "-B*T - 3"}, {"(A//2)*(B//2)", "(A//2)*(B//2)"}, {"(H - 2)//2 + 1", "(H//2)"}, {"(H - 1)//2 + 1", "((H + 1)//2)"}, {"(3*H + 5)%2", "((H + 1)%2)"}, {"7//2", "3"}, {"-7//2", "-4"}, {"-7%3", "2"},
	} {
		d, err := ParseDim(c.in)
		if err != nil || d.String() != c.want {
			t.Errorf("%s: %v (%v), want %s", c.in, d, err, c.want)
		}
	}
	for _, bad := range []string{"", "B +", "(B", "B//0", "3 $", "min(3)"} {
		if d, err := ParseDim(bad); err == nil {
			t.Errorf("%q parsed as %v", bad, d)
		}
	}
}

func TestDimDiv(t *testing.T) {
	b, n := Sym("B"), Sym("N")
	if q, ok := b.Mul(n).Mul(Const(6)).Div(b.Mul(Const(2))); !ok || q != n.Mul(Const(3)) {
		t.Errorf("6BN / 2B = %v %v", q, ok)
	}
	if _, ok := b.Add(Const(1)).Div(Const(2)); ok {
		t.Error("(B + 1) / 2 divides")
	}
}

func TestDimUpper(t *testing.T) {
	bound := func(name string) (Dim, Dim, bool) { return Const(0), Sym("B"), name == "r" }
	if u := Sym("r").Mul(Const(2)).Sub(Sym("r").FloorDiv(Const(3))).Upper(bound); u != Sym("B").Mul(Const(2)) {
		t.Errorf("upper bound %v", u)
	}
}

// TestDimRing: random expressions keep their value through printing, parsing and reordering.
func TestDimRing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	env := func(s string) (int64, bool) { return map[string]int64{"A": 3, "B": 5, "N": 12}[s], true }
	for range 2000 {
		d, want := randomDim(r, 4)
		got, err := d.Eval(env)
		if err != nil || got != want {
			t.Fatalf("%v = %d (%v), want %d", d, got, err, want)
		}
		again, err := ParseDim(d.String())
		if err != nil || again != d {
			t.Fatalf("%v parses as %v (%v)", d, again, err)
		}
	}
}

func randomDim(r *rand.Rand, depth int) (Dim, int64) {
	if depth == 0 || r.IntN(4) == 0 {
		i := r.IntN(4)
		if i == 3 {
			n := r.Int64N(7) - 2
			return Const(n), n
		}
		return Sym([]string{"A", "B", "N"}[i]), []int64{3, 5, 12}[i]
	}
	a, x := randomDim(r, depth-1)
	b, y := randomDim(r, depth-1)
	switch k := r.IntN(7); {
	case k == 0:
		return a.Sub(b), x - y
	case k == 1:
		return a.Mul(b), x * y
	case k == 2 && y > 0:
		return a.FloorDiv(Const(y)), floorDiv(x, y)
	case k == 3 && y > 0:
		return a.Mod(Const(y)), x - floorDiv(x, y)*y
	case k == 4:
		return a.Min(b), min(x, y)
	case k == 5:
		return a.Max(b), max(x, y)
	}
	return a.Add(b), x + y
}

// TestDimOfAnySize: a dim that would become too large to work with saturates, as numbers do.
func TestDimOfAnySize(t *testing.T) {
	d := Sym("A").Add(Sym("B")).Add(Sym("C"))
	for range 40 {
		d = d.Mul(d.Add(Sym("D")))
	}
	if n, ok := d.Int(); ok && n != math.MaxInt64 || len(d.String()) > maxDimText {
		t.Errorf("a dim of %d letters", len(d.String()))
	}
}
