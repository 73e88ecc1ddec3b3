package lower_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

// anyBytes is a tensor of random numbers of its dtype.
func anyBytes(r *rand.Rand, dt tensor.DType, shape ...int) tensor.Tensor {
	x := tensor.New(dt, shape...)
	for i := range x.Len() {
		x.SetInt(i, int64(int32(r.Uint32())))
	}
	return x
}

func widen(b *ir.Builder, v ir.Value) ir.Value { return b.Op1(ops.Cast{To: tensor.I32}, v) }

// TestQMatMul: products of bytes of random shapes, signed or not, with a zero point or not, transposed or not, alone or with
// what follows as their epilogue, are one step each and agree with the interpreter.
func TestQMatMul(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 9))
	for i := range 60 {
		m, n, k := 1+r.IntN(40), 1+r.IntN(90), 1+r.IntN(140)
		dt := []tensor.DType{tensor.U8, tensor.I8}[r.IntN(2)]
		t.Run(fmt.Sprintf("%d/%dx%dx%d", i, m, k, n), func(t *testing.T) {
			b := ir.NewFunc("q")
			a := b.Arg("a", ir.Input, ir.T(dt, dims("M", k)...))
			b.Sym(ir.Symbol{Name: "M", Lo: ir.Const(0)})
			op := ops.MatMul{TransB: r.IntN(2) == 0}
			wide, shape := dims(k, n), []int{k, n}
			if op.TransB {
				wide, shape = dims(n, k), []int{n, k}
			}
			w, z := b.Arg("w", ir.Input, ir.T(tensor.I8, wide...)), b.Arg("z", ir.Input, ir.T(tensor.I32))
			x := widen(b, a)
			if zero := r.IntN(3); zero == 0 {
				x = b.Op1(ops.Sub(), x, ops.Spread(b, z, x.Type().Dims()))
			} else if zero == 1 {
				x = b.Op1(ops.Add(), x, ops.FullLike(b, 77, x))
			}
			y := b.Op1(op, x, widen(b, w))
			in := []tensor.Tensor{anyBytes(r, dt, m, k), anyBytes(r, tensor.I8, shape...), anyBytes(r, tensor.I32)}
			if r.IntN(2) == 0 {
				s := b.Arg("s", ir.Input, f32(n))
				in = append(in, fill(tensor.F32, i, n))
				f := b.Op1(ops.Cast{To: tensor.F32}, y)
				y = b.Op1(ops.Mul(), f, ops.Spread(b, s, f.Type().Dims()))
				if r.IntN(2) == 0 {
					b.Out("c", f) // the product itself is read twice
				}
			}
			b.Out("y", y)
			p := check(t, module(t, b), 0, in...)
			if n := kinds(p); n["qgemm"] != 1 || n["matmul"]+n["qmatmul"] > 0 {
				t.Errorf("steps: %v", n)
			}
		})
	}
}

// TestRequantise: what a product of bytes is scaled, rounded and clamped to is written by its epilogue, and read as bytes by the
// next.
func TestRequantise(t *testing.T) {
	b := ir.NewFunc("two")
	a, w, v := b.Arg("a", ir.Input, ir.T(tensor.U8, dims(9, 33)...)), b.Arg("w", ir.Input, ir.T(tensor.I8, dims(33, 40)...)), b.Arg("v", ir.Input, ir.T(tensor.I8, dims(40, 7)...))
	y := b.Op1(ops.Cast{To: tensor.F32}, b.Op1(ops.MatMul{}, widen(b, a), widen(b, w)))
	y = b.Op1(ops.Round(), b.Op1(ops.Mul(), y, ops.FullLike(b, 0.003, y)))
	y = b.Op1(ops.Min(), b.Op1(ops.Max(), y, ops.FullLike(b, -128, y)), ops.FullLike(b, 127, y))
	b.Out("y", b.Op1(ops.MatMul{}, widen(b, y), widen(b, v)))
	r := rand.New(rand.NewPCG(1, 2))
	p := check(t, module(t, b), 0, anyBytes(r, tensor.U8, 9, 33), anyBytes(r, tensor.I8, 33, 40), anyBytes(r, tensor.I8, 40, 7))
	if k := kinds(p); k["qgemm"] != 2 || len(k) != 1 {
		t.Errorf("steps: %v", k)
	}
	p.Funcs[0].Body.Each(func(s *plan.Step) {
		if s.In[0].Type.DType != tensor.U8 {
			t.Errorf("%v is not of bytes", s.In[0])
		}
	})
}

// TestQuantisedWorkloads: the quantised workloads that are set beside other runtimes have a kernel for every step, and their
// plans survive the file.
func TestQuantisedWorkloads(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"qmatmul":     {"qgemm": 1},
		"dynq_linear": {"qgemm": 1, "reduce": 2, "tile": 2},
	} {
		m, err := text.Load("../../bench/models/"+file+".nn", &text.Options{Set: map[string]string{"m": "7", "k": "21", "n": "50"}})
		if err != nil {
			t.Fatal(err)
		}
		p, err := compiler.Compile(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		p.Func("run").Body.Each(func(s *plan.Step) { got[s.Name]++ })
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: steps %v, want %v", file, got, want)
		}
		var f bytes.Buffer
		if err := plan.Encode(&f, p); err != nil {
			t.Fatal(err)
		}
		q, err := plan.Decode(f.Bytes(), ops.Set(), true)
		if err != nil {
			t.Fatal(err)
		}
		var before, after bytes.Buffer
		plan.Print(&before, p, p.Func("run"))
		plan.Print(&after, q, q.Func("run"))
		if before.String() != after.String() {
			t.Errorf("%s: %s became %s", file, &before, &after)
		}
		if ops := runtime.EvalOps(&plan.Program{Funcs: []*plan.Func{q.Func("run")}}); len(ops) > 0 {
			t.Errorf("%s: no kernel for %v", file, ops)
		}
	}
}
