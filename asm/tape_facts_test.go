package asm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// factOps are those that tapeFacts draws conclusions from, and a few others.
var factOps = []tile.Op{tile.Add, tile.Sub, tile.Mul, tile.Div, tile.Min, tile.Max, tile.Fma, tile.Neg, tile.Abs, tile.Relu, tile.Sqrt,
	tile.Rsqrt, tile.Recip, tile.Exp, tile.Tanh, tile.Sigmoid, tile.Erf, tile.Floor}

var factFloats = []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -3, 1e-45, -1e-45, 1e-30, 3e38, -3e38,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}

// factProgram computes n values of two operands, and stores each of them.
func factProgram(t *testing.T, r *rand.Rand, n int) *tile.Program {
	var b tile.Builder
	vals := []tile.Value{b.Load(b.In("x", tile.F32)), b.Load(b.In("y", tile.F32)), b.F32(factFloats[r.IntN(len(factFloats))])}
	pick := func() tile.Value { return vals[len(vals)-1-min(r.IntN(len(vals)), r.IntN(len(vals)))] }
	for range n {
		op := factOps[r.IntN(len(factOps))]
		in := []tile.Value{pick(), pick(), pick()}[:op.Arity()]
		vals = append(vals, b.Op(op, in...))
	}
	for i, v := range vals {
		b.Store(b.Out("o"+itoa(i), tile.F32), v)
	}
	p, err := b.Program()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTapeFacts runs random programs over all pairs of edge values, and holds what is known of their values against the values.
func TestTapeFacts(t *testing.T) {
	const n = 9
	cols := len(factFloats) * len(factFloats)
	known := map[string]int{}
	for seed := range uint64(3000) {
		p := factProgram(t, rand.New(rand.NewPCG(seed, 7)), n)
		f := factsOf(p)
		a := tile.Args{Rows: 1, Cols: cols}
		mem := make([][]float32, len(p.Operands))
		for i := range mem {
			mem[i] = make([]float32, cols)
			a.Slots[i].Ptr = unsafe.Pointer(&mem[i][0])
		}
		for i := range cols {
			mem[0][i], mem[1][i] = factFloats[i/len(factFloats)], factFloats[i%len(factFloats)]
		}
		tile.Run(p, &a)
		values := map[tile.Value][]float32{}
		for _, in := range p.Code {
			if in.Op == tile.Store {
				values[in.In[0]] = mem[in.Arg]
			}
		}
		for v, x := range values {
			zero := slices.ContainsFunc(x, func(e float32) bool { return e == 0 })
			minus := slices.ContainsFunc(x, func(e float32) bool { return e == e && math.Signbit(float64(e)) })
			if f.nonzero[v] && zero || f.plus[v] && minus {
				t.Fatalf("seed %d, v%d: nonzero %v, plus %v: %v\n%v", seed, v, f.nonzero[v], f.plus[v], x, p)
			}
			count(known, "nonzero", f.nonzero[v])
			count(known, "plus", f.plus[v])
			for w, y := range values {
				if v == w || !f.follows(v, w) {
					continue
				}
				count(known, "follows", true)
				for i := range x {
					if y[i] != y[i] && x[i] == x[i] {
						t.Fatalf("seed %d: v%d is no NaN where v%d is one\n%v", seed, v, w, p)
					}
				}
			}
		}
	}
	for _, k := range []string{"nonzero", "plus", "follows"} {
		if known[k] < 1000 {
			t.Errorf("%s was known %d times: too few to show anything", k, known[k])
		}
	}
}

func count(m map[string]int, key string, is bool) {
	if is {
		m[key]++
	}
}

// TestTapeExtremes holds which handlers min and max take for what is known of their operands.
func TestTapeExtremes(t *testing.T) {
	load := "tile(x: f32, y: f32, out z: f32)\nv0: f32 = load x\nv1: f32 = load y\n"
	for _, c := range []struct{ name, code, want string }{
		{"nothing", "v2: f32 = max v0 v1\nstore z v2\n", "max/t"},
		{"constant", "v2: f32 = const 2\nv3: f32 = min v0 v2\nstore z v3\n", "minacc/i"},
		{"zero", "v2: f32 = const 0\nv3: f32 = max v2 v0\nstore z v3\n", "relu"},
		{"minus zero", "v2: f32 = const -0\nv3: f32 = max v0 v2\nstore z v3\n", "max/i"},
		{"nan", "v2: f32 = const nan\nv3: f32 = max v0 v2\nstore z v3\n", "maxapart/i"},
		{"no negatives", "v2: f32 = abs v0\nv3: f32 = abs v1\nv4: f32 = max v2 v3\nstore z v4\n", "maxapart/m"},
		{"one of the other", "v2: f32 = add v0 v1\nv3: f32 = abs v2\nv4: f32 = const 1\nv5: f32 = add v3 v4\nv6: f32 = max v1 v5\nstore z v6\n", "maxacc/t"},
		{"zeros may meet", "v2: f32 = add v0 v1\nv3: f32 = max v1 v2\nstore z v3\n", "max/t"},
		{"not of the other", "v2: f32 = abs v0\nv3: f32 = const 1\nv4: f32 = add v2 v3\nv5: f32 = max v1 v4\nstore z v5\n", "maxapart/t"},
	} {
		names, ok := WideHandlers(mustTile(t, load+c.code))
		if !ok || !slices.Contains(names, c.want) {
			t.Errorf("%s: %v, want %s", c.name, names, c.want)
		}
	}
}
