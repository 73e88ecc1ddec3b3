package lower_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// dims are constants and names.
func dims(list ...any) []ir.Dim {
	var ds []ir.Dim
	for _, d := range list {
		switch d := d.(type) {
		case int:
			ds = append(ds, ir.Const(int64(d)))
		case string:
			ds = append(ds, ir.Sym(d))
		}
	}
	return ds
}

func f32(list ...any) ir.Type { return ir.T(tensor.F32, dims(list...)...) }

// bias adds a row to every row of x.
func bias(b *ir.Builder, x, row ir.Value) ir.Value {
	return b.Op1(ops.Add(), x, ops.BroadcastTo(b, row, x.Type().Dims(), []int{x.Type().Rank() - 1}))
}

// module is a module of one public function.
func module(t *testing.T, b *ir.Builder) *ir.Module {
	t.Helper()
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	f.Public = true
	m := &ir.Module{Name: "test", Funcs: []*ir.Func{f}}
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// fill makes a tensor of varied values.
func fill(dt tensor.DType, seed int, shape ...int) tensor.Tensor {
	x := tensor.New(dt, shape...)
	for i := range x.Len() {
		v := math.Sin(float64(i*7+seed*13)) * 1.5
		if dt.IsInt() {
			v = float64((i*7 + seed) % 3)
		}
		x.SetFloat(i, v)
	}
	return x
}

// check compiles m, runs its only function on in, and compares with the interpreter. It returns the compiled program.
func check(t *testing.T, m *ir.Module, tol float64, in ...tensor.Tensor) *plan.Program {
	t.Helper()
	return checkAll(t, m, tol, in)
}

func checkAll(t *testing.T, m *ir.Module, tol float64, calls ...[]tensor.Tensor) *plan.Program {
	t.Helper()
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := model.Func(m.Funcs[0].Name)
	for _, in := range calls {
		out := make([]tensor.Tensor, len(m.Funcs[0].Outs))
		for range 2 { // the second call finds a used arena
			if err := f.Run(context.Background(), out, in); err != nil {
				t.Fatal(err)
			}
		}
		want, err := interp.Run(context.Background(), m.Funcs[0], in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			compare(t, m.Funcs[0].Outs[i].Name, out[i], want[i], tol)
		}
	}
	return p
}

func compare(t *testing.T, name string, got, want tensor.Tensor, tol float64) {
	t.Helper()
	if got.IsList() {
		for i, e := range want.Elems() {
			compare(t, name, got.Elems()[i], e, tol)
		}
		return
	}
	if got.DType() != want.DType() || !got.SameDims(want) {
		t.Fatalf("%s: got %v%v, want %v%v", name, got.DType(), got.Dims(), want.DType(), want.Dims())
	}
	for i := range want.Len() {
		g, w := got.Float(i), want.Float(i)
		if math.Abs(g-w) > tol*max(1, math.Abs(w)) || math.IsNaN(g) != math.IsNaN(w) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, g, w)
		}
	}
}

// kinds counts the steps of a function by name.
func kinds(p *plan.Program) map[string]int {
	n := map[string]int{}
	p.Funcs[0].Body.Each(func(s *plan.Step) { n[s.Name]++ })
	return n
}

// TestMLP: two layers are two calls of the gemm family; bias and activation are their epilogues.
func TestMLP(t *testing.T) {
	b := ir.NewFunc("mlp")
	x := b.Arg("x", ir.Input, f32("B", 20))
	w1, b1 := b.Arg("w1", ir.Input, f32(20, 33)), b.Arg("b1", ir.Input, f32(33))
	w2, b2 := b.Arg("w2", ir.Input, f32(33, 10)), b.Arg("b2", ir.Input, f32(10))
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	h := b.Op1(ops.Tanh(), bias(b, b.Op1(ops.MatMul{}, x, w1), b1))
	b.Out("y", bias(b, b.Op1(ops.MatMul{}, h, w2), b2))
	in := func(n int) []tensor.Tensor {
		return []tensor.Tensor{fill(tensor.F32, 1, n, 20), fill(tensor.F32, 2, 20, 33), fill(tensor.F32, 3, 33), fill(tensor.F32, 4, 33, 10), fill(tensor.F32, 5, 10)}
	}
	p := checkAll(t, module(t, b), 1e-5, in(7), in(1), in(64))
	if k := kinds(p); k["gemm"] != 2 || len(k) != 1 {
		t.Errorf("steps: %v", k)
	}
}

// region builds a function that a node holds.
func region(t *testing.T, build func(b *ir.Builder)) *ir.Func {
	t.Helper()
	b := ir.NewFunc("region")
	build(b)
	f, err := b.Done()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestScan: a recurrent layer walks its inputs and its stack in place, both ways.
func TestScan(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		b := ir.NewFunc("rnn")
		xs, h0 := b.Arg("xs", ir.Input, f32("T", "B", 5)), b.Arg("h0", ir.Input, f32("B", 8))
		w, u := b.Arg("w", ir.Input, f32(5, 8)), b.Arg("u", ir.Input, f32(8, 8))
		body := region(t, func(r *ir.Builder) {
			r.Arg("i", ir.Input, ir.T(tensor.I32))
			h, x := r.Arg("h", ir.Input, f32("B", 8)), r.Arg("x", ir.Input, f32("B", 5))
			w, u := r.Arg("w", ir.Input, f32(5, 8)), r.Arg("u", ir.Input, f32(8, 8))
			n := r.Op1(ops.Tanh(), r.Op1(ops.Add(), r.Op1(ops.MatMul{}, x, w), r.Op1(ops.MatMul{}, h, u)))
			r.Out("h", n)
			r.Out("hs", n)
		})
		out := b.Region(ops.Scan{Trip: ir.Sym("T"), Carried: 1, Scanned: 1, Reverse: reverse}, []*ir.Func{body}, h0, xs, w, u)
		b.Out("h", out[0])
		b.Out("hs", out[1])
		for _, s := range []string{"T", "B"} {
			b.Sym(ir.Symbol{Name: s, Lo: ir.Const(0)})
		}
		in := func(steps, n int) []tensor.Tensor {
			return []tensor.Tensor{fill(tensor.F32, 1, steps, n, 5), fill(tensor.F32, 2, n, 8), fill(tensor.F32, 3, 5, 8), fill(tensor.F32, 4, 8, 8)}
		}
		checkAll(t, module(t, b), 1e-5, in(6, 3), in(0, 3), in(1, 1))
	}
}

// TestTrade: carried values may change places, and the index counts.
func TestTrade(t *testing.T) {
	b := ir.NewFunc("trade")
	x, y := b.Arg("x", ir.Input, f32(4)), b.Arg("y", ir.Input, f32(4))
	body := region(t, func(r *ir.Builder) {
		i := r.Arg("i", ir.Input, ir.T(tensor.I32))
		x, y := r.Arg("x", ir.Input, f32(4)), r.Arg("y", ir.Input, f32(4))
		k := ops.BroadcastTo(r, r.Op1(ops.Cast{To: tensor.F32}, i), dims(4), nil)
		r.Out("x", y)
		r.Out("y", r.Op1(ops.Add(), x, k))
		r.Out("s", x)
	})
	out := b.Region(ops.Scan{Trip: ir.Const(5), Carried: 2}, []*ir.Func{body}, x, y)
	for i, v := range out {
		b.Out(string(rune('a'+i)), v)
	}
	check(t, module(t, b), 0, fill(tensor.F32, 1, 4), fill(tensor.F32, 2, 4))
}

// TestWhile: a bounded and an open loop; their conditions read what is carried.
func TestWhile(t *testing.T) {
	for _, op := range []ops.While{{Carried: 1}, {Carried: 1, Max: ir.Const(3), Bounded: true}} {
		b := ir.NewFunc("while")
		x, limit := b.Arg("x", ir.Input, f32(3)), b.Arg("limit", ir.Input, f32())
		args := func(r *ir.Builder) (ir.Value, ir.Value) {
			return r.Arg("x", ir.Input, f32(3)), r.Arg("limit", ir.Input, f32())
		}
		cond := region(t, func(r *ir.Builder) {
			x, limit := args(r)
			r.Out("more", r.Op1(ops.Lt(), r.Op1(ops.ReduceMax(0), x), limit))
		})
		body := region(t, func(r *ir.Builder) {
			x, _ := args(r)
			r.Out("x", r.Op1(ops.Add(), x, r.Op1(ops.Exp(), x)))
		})
		b.Out("x", b.Region(op, []*ir.Func{cond, body}, x, limit)[0])
		check(t, module(t, b), 1e-5, fill(tensor.F32, 1, 3), tensor.Scalar(float32(40)))
	}
}

// TestIf: either branch computes the results in the same place.
func TestIf(t *testing.T) {
	b := ir.NewFunc("if")
	x, c := b.Arg("x", ir.Input, f32("N")), b.Arg("c", ir.Input, ir.T(tensor.Bool))
	b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(0)})
	yes := region(t, func(r *ir.Builder) { r.Out("y", r.Op1(ops.Exp(), r.Arg("x", ir.Input, f32("N")))) })
	no := region(t, func(r *ir.Builder) { r.Out("y", r.Arg("x", ir.Input, f32("N"))) })
	y := b.Region(ops.If{}, []*ir.Func{yes, no}, c, x)[0]
	b.Out("y", b.Op1(ops.Neg(), y))
	checkAll(t, module(t, b), 1e-6, []tensor.Tensor{fill(tensor.F32, 1, 9), tensor.Scalar(true)}, []tensor.Tensor{fill(tensor.F32, 1, 9), tensor.Scalar(false)})
}

// TestViews: transposes, slices, reversals and reshapes are walked by strides, through elementwise code, products and Eval.
func TestViews(t *testing.T) {
	b := ir.NewFunc("views")
	x := b.Arg("x", ir.Input, f32(4, 6, 5))
	b.Out("transposed", b.Op1(ops.Transpose{Perm: ir.MakeInts(2, 0, 1)}, x))
	b.Out("sliced", b.Op1(ops.Neg(), b.Op1(ops.Slice{Axis: 1, Start: ir.Const(5), Len: ir.Const(3), Step: -2}, x)))
	rev := b.Op1(ops.Reverse{Axis: 0}, x)
	b.Out("reversed", b.Op1(ops.Reshape{Dims: ir.MakeDims(dims(12, 10)...)}, rev))
	b.Out("joined", b.Op1(ops.Concat{Axis: 1}, x, rev))
	col := b.Op1(ops.ReduceSum(2), rev)
	b.Out("spread", b.Op1(ops.Mul(), x, ops.BroadcastTo(b, col, dims(4, 6, 5), []int{0, 1})))
	head := b.Op1(ops.Reshape{Dims: ir.MakeDims(dims(6, 5)...)}, b.Op1(ops.Slice{Axis: 0, Start: ir.Const(1), Len: ir.Const(1)}, x))
	b.Out("product", b.Op1(ops.MatMul{}, head, ops.Permute(b, head, 1, 0)))
	b.Out("batched", b.Op1(ops.MatMul{TransB: true}, rev, x))
	b.Out("same", x)
	b.Out("again", x)
	check(t, module(t, b), 1e-5, fill(tensor.F32, 3, 4, 6, 5))
}

// TestMoves: permutations, parts and joins of every size of element, by the kernels of copies and by the tape.
func TestMoves(t *testing.T) {
	for _, dt := range []tensor.DType{tensor.F32, tensor.F16, tensor.U8, tensor.I64, tensor.I32} {
		b := ir.NewFunc("moves")
		x := b.Arg("x", ir.Input, ir.T(dt, dims("N", 7, 6, 20)...))
		b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(0)})
		for i, perm := range [][]int{{0, 2, 1, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {0, 1, 3, 2}} {
			b.Out("permuted"+string(rune('0'+i)), b.Op1(ops.Transpose{Perm: ir.MakeInts(perm...)}, x))
		}
		part := b.Op1(ops.Slice{Axis: 3, Start: ir.Const(3), Len: ir.Const(9), Step: 1}, x)
		b.Out("part", part)
		b.Out("joined", b.Op1(ops.Concat{Axis: 2}, part, b.Op1(ops.Reverse{Axis: 3}, part)))
		m := module(t, b)
		checkAll(t, m, 0, []tensor.Tensor{fill(dt, 3, 5, 7, 6, 20)}, []tensor.Tensor{fill(dt, 3, 0, 7, 6, 20)})
	}
}

// TestBorn: lengths that are born during the call, with a bound, and what is computed over them.
func TestBorn(t *testing.T) {
	b := ir.NewFunc("born")
	x := b.Arg("x", ir.Input, f32("N"))
	b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(0)})
	at := b.Op1(ops.NonZero{Sym: "K"}, b.Op1(ops.Gt(), x, ops.FullLike(b, 0.5, x)))
	flat := b.Op1(ops.Reshape{Dims: ir.MakeDims(ir.Sym("K"))}, at)
	picked := b.Op1(ops.Gather{}, x, flat)
	b.Out("picked", b.Op1(ops.Exp(), picked))
	b.Out("sum", b.Op1(ops.ReduceSum(0), picked))
	b.Out("at", at)
	m := module(t, b)
	checkAll(t, m, 1e-5, []tensor.Tensor{fill(tensor.F32, 1, 50)}, []tensor.Tensor{fill(tensor.F32, 2, 9)}, []tensor.Tensor{tensor.New(tensor.F32, 3)})
}

// TestLists: lists live outside the arena and outlast what they were made of.
func TestLists(t *testing.T) {
	b := ir.NewFunc("lists")
	x := b.Arg("x", ir.Input, f32(3))
	list := b.Op1(ops.ListNew{Elem: f32(3)})
	for range 3 {
		x = b.Op1(ops.Exp(), x)
		list = b.Op1(ops.ListAppend{}, list, x)
	}
	b.Out("list", list)
	b.Out("stack", b.Op1(ops.ListStack{N: ir.Const(3)}, list))
	check(t, module(t, b), 1e-4, tensor.Of([]float32{0.1, 0.2, -3}))
}

// TestWide: f64 runs by Eval alone: the oracle's arithmetic to the bit.
func TestWide(t *testing.T) {
	b := ir.NewFunc("wide")
	f64 := ir.T(tensor.F64, dims("N", 4)...)
	x, w := b.Arg("x", ir.Input, f64), b.Arg("w", ir.Input, ir.T(tensor.F64, dims(4, 4)...))
	b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1)})
	b.Out("y", b.Op1(ops.Tanh(), b.Op1(ops.MatMul{}, x, w)))
	check(t, module(t, b), 0, fill(tensor.F64, 1, 3, 4), fill(tensor.F64, 2, 4, 4))
}

// TestReduce: rows, columns and all of it; and of nothing.
func TestReduce(t *testing.T) {
	b := ir.NewFunc("reduce")
	x := b.Arg("x", ir.Input, f32("N", 3, "M"))
	for _, s := range []string{"N", "M"} {
		b.Sym(ir.Symbol{Name: s, Lo: ir.Const(0)})
	}
	for i, axes := range [][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}, {0, 2}} {
		b.Out("sum"+string(rune('a'+i)), b.Op1(ops.ReduceSum(axes...), x))
		b.Out("max"+string(rune('a'+i)), b.Op1(ops.ReduceMax(axes...), x))
		b.Out("min"+string(rune('a'+i)), b.Op1(ops.ReduceMin(axes...), x))
	}
	in := func(n, m int) []tensor.Tensor { return []tensor.Tensor{fill(tensor.F32, n, n, 3, m)} }
	checkAll(t, module(t, b), 1e-5, in(4, 70), in(1, 1), in(0, 5), in(5, 0))
}

// TestSamples: every sample of every op comes out as the interpreter says, whatever it is lowered to.
func TestSamples(t *testing.T) {
	for _, op := range ops.All() {
		s, ok := op.(ir.Sampler)
		if !ok {
			continue
		}
		t.Run(op.Name(), func(t *testing.T) {
			for _, sample := range s.Samples() {
				runSample(t, sample)
			}
		})
	}
}

func runSample(t *testing.T, s ir.Sample) {
	b := ir.NewFunc("sample")
	var args []ir.Value
	for i, ty := range s.In {
		args = append(args, b.Arg("x"+string(rune('a'+i)), ir.Input, ty))
	}
	for name := range s.Env {
		b.Sym(ir.Symbol{Name: name, Lo: ir.Const(0)})
	}
	for name := range s.Env {
		if !mentions(s.In, name) {
			return // nothing that is given would say how long that is
		}
	}
	outs := b.Op(s.Op, args...)
	if b.Err() != nil {
		t.Skip(b.Err())
	}
	for i, v := range outs {
		b.Out("y"+string(rune('a'+i)), v)
	}
	in := sampleInputs(t, s)
	if in == nil {
		return
	}
	check(t, module(t, b), max(s.Tol, 2e-5), in...)
}

func mentions(types []ir.Type, sym string) bool {
	for _, ty := range types {
		for _, d := range ty.Dims() {
			if d == ir.Sym(sym) {
				return true
			}
		}
	}
	return false
}

func sampleInputs(t *testing.T, s ir.Sample) []tensor.Tensor {
	if s.Data != nil {
		return s.Data
	}
	lo, hi := s.Lo, s.Hi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	var in []tensor.Tensor
	for k, ty := range s.In {
		if ty.IsList() {
			return nil
		}
		shape, err := ty.Shape(func(name string) (int64, bool) { n, ok := s.Env[name]; return n, ok })
		if err != nil {
			t.Fatal(err)
		}
		x := tensor.New(ty.DType, shape...)
		for i := range x.Len() {
			u := math.Mod(float64(i)*0.6180339887+float64(k)*0.37, 1)
			switch {
			case ty.DType == tensor.Key:
				tensor.Data[tensor.KeyElem](x)[i] = tensor.KeyElem{uint32(i), 7}
			case ty.DType.IsInt():
				x.SetInt(i, s.IntLo+int64(u*float64(max(1, s.IntHi-s.IntLo))))
			case ty.DType == tensor.Bool:
				x.SetInt(i, int64(u*2))
			default:
				x.SetFloat(i, lo+u*(hi-lo))
			}
		}
		in = append(in, x)
	}
	return in
}
