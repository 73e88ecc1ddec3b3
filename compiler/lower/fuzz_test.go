package lower_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
)

// graph grows random functions of f32 whose values are small whole numbers: every order of evaluation is exact, so what is
// compiled must agree with the interpreter to the bit.
type graph struct {
	r    *rand.Rand
	b    *ir.Builder
	vals []ir.Value
	deep int // nesting of regions
}

func (g *graph) pick() ir.Value {
	if g.r.IntN(3) == 0 {
		return g.vals[g.r.IntN(len(g.vals))]
	}
	near := max(0, len(g.vals)-6)
	return g.vals[near+g.r.IntN(len(g.vals)-near)]
}

// like is a value of the same shape, or v stretched or v itself.
func (g *graph) like(v ir.Value) ir.Value {
	var same []ir.Value
	for _, u := range g.vals {
		if u.Type() == v.Type() {
			same = append(same, u)
		}
	}
	for range 8 {
		u := g.pick()
		if axes, ok := g.fits(u.Type(), v.Type()); ok && g.r.IntN(2) == 0 {
			return ops.BroadcastTo(g.b, u, v.Type().Dims(), axes)
		}
	}
	if len(same) == 0 {
		return v
	}
	return same[g.r.IntN(len(same))]
}

// fits finds axes of t, from the right, that from's axes could become.
func (g *graph) fits(from, t ir.Type) ([]int, bool) {
	axes := make([]int, from.Rank())
	at := t.Rank() - 1
	for i := from.Rank() - 1; i >= 0; i-- {
		for at >= 0 && from.Dim(i) != t.Dim(at) && !from.Dim(i).Is(1) {
			at--
		}
		if at < 0 {
			return nil, false
		}
		axes[i] = at
		at--
	}
	return axes, true
}

func (g *graph) axis(v ir.Value) int { return g.r.IntN(v.Type().Rank()) }

// small folds values back into 0..4, so that they stay exact.
func (g *graph) small(v ir.Value) ir.Value {
	return g.b.Op1(ops.Mod(), v, ops.FullLike(g.b, 5, v))
}

// grow adds one value.
func (g *graph) grow() {
	v := g.pick()
	choices := []func(ir.Value) ir.Value{g.unary, g.binary, g.binary, g.binary, g.choose, g.again, g.reduce, g.permute, g.slice, g.reverse, g.flatten, g.concat, g.norm, g.norm, g.norm, g.matmul, g.matmul, g.scan, g.branch}
	if x := choices[g.r.IntN(len(choices))](v); !x.IsZero() {
		g.vals = append(g.vals, x)
	}
}

func (g *graph) unary(v ir.Value) ir.Value {
	return g.b.Op1([]ir.Op{ops.Neg(), ops.Abs(), ops.Sign(), ops.Floor()}[g.r.IntN(4)], v)
}

func (g *graph) binary(v ir.Value) ir.Value {
	op := []ir.Op{ops.Add(), ops.Sub(), ops.Mul(), ops.Max(), ops.Min()}[g.r.IntN(5)]
	return g.small(g.b.Op1(op, v, g.like(v)))
}

func (g *graph) choose(v ir.Value) ir.Value {
	return g.b.Op1(ops.Select{}, g.b.Op1(ops.Lt(), v, g.like(v)), g.like(v), v)
}

func (g *graph) again(v ir.Value) ir.Value {
	return g.b.Op1([]ir.Op{ops.Again{}, ops.StopGradient{}}[g.r.IntN(2)], v)
}

func (g *graph) reduce(v ir.Value) ir.Value {
	rank := v.Type().Rank()
	if rank == 0 {
		return ir.Value{}
	}
	from := g.r.IntN(rank)
	var axes []int
	for a := from; a <= from+g.r.IntN(rank-from); a++ {
		axes = append(axes, a)
	}
	return g.small(g.b.Op1([]ir.Op{ops.ReduceSum(axes...), ops.ReduceSum(axes...), ops.ReduceMax(axes...)}[g.r.IntN(3)], v))
}

// norm takes what the last axis folds to from each element, as softmax and norms do.
func (g *graph) norm(v ir.Value) ir.Value {
	rank := v.Type().Rank()
	if rank == 0 {
		return ir.Value{}
	}
	x := v
	if g.r.IntN(2) == 0 {
		x = g.small(g.b.Op1(ops.Mul(), v, g.like(v)))
	}
	row := g.b.Op1([]ir.Op{ops.ReduceSum(rank - 1), ops.ReduceMax(rank - 1), ops.ReduceMin(rank - 1)}[g.r.IntN(3)], x)
	if g.r.IntN(3) == 0 {
		row = g.small(g.b.Op1(ops.Add(), row, g.like(row)))
		g.vals = append(g.vals, row)
	}
	axes := make([]int, rank-1)
	for i := range axes {
		axes[i] = i
	}
	back := ops.BroadcastTo(g.b, row, v.Type().Dims(), axes)
	return g.small(g.b.Op1([]ir.Op{ops.Sub(), ops.Max(), ops.Add()}[g.r.IntN(3)], []ir.Value{v, x}[g.r.IntN(2)], back))
}

func (g *graph) permute(v ir.Value) ir.Value {
	return g.b.Op1(ops.Transpose{Perm: ir.MakeInts(g.r.Perm(v.Type().Rank())...)}, v)
}

func (g *graph) slice(v ir.Value) ir.Value {
	if v.Type().Rank() == 0 {
		return ir.Value{}
	}
	a := g.axis(v)
	n, ok := v.Type().Dim(a).Int()
	if !ok || n == 0 {
		return ir.Value{}
	}
	start := g.r.Int64N(n)
	if g.r.IntN(3) == 0 {
		return g.b.Op1(ops.Slice{Axis: a, Start: ir.Const(start), Len: ir.Const(start/2 + 1), Step: -2}, v)
	}
	return g.b.Op1(ops.Slice{Axis: a, Start: ir.Const(start), Len: ir.Const(1 + g.r.Int64N(n-start))}, v)
}

func (g *graph) reverse(v ir.Value) ir.Value {
	if v.Type().Rank() == 0 {
		return ir.Value{}
	}
	return g.b.Op1(ops.Reverse{Axis: g.axis(v)}, v)
}

func (g *graph) flatten(v ir.Value) ir.Value {
	if n := v.Type().Numel(); v.Type().Rank() > 1 && g.r.IntN(2) == 0 {
		return ops.ReshapeTo(g.b, v, n)
	}
	if v.Type().Rank() > 3 {
		return ir.Value{}
	}
	return ops.ReshapeTo(g.b, v, append([]ir.Dim{ir.Const(1)}, v.Type().Dims()...)...)
}

func (g *graph) concat(v ir.Value) ir.Value {
	if v.Type().Rank() == 0 {
		return ir.Value{}
	}
	if n, ok := v.Type().Numel().Int(); ok && n > 200 {
		return ir.Value{}
	}
	return g.b.Op1(ops.Concat{Axis: g.axis(v)}, v, g.like(v))
}

func (g *graph) matmul(v ir.Value) ir.Value {
	t := v.Type()
	if t.Rank() < 2 || t.Rank() > 3 {
		return ir.Value{}
	}
	w := g.like(v)
	if g.r.IntN(2) == 0 {
		return g.small(g.b.Op1(ops.MatMul{TransA: true}, v, w))
	}
	return g.small(g.b.Op1(ops.MatMul{TransB: true}, v, w))
}

// inner grows a region over some types; what it gives must have type want.
func (g *graph) inner(types []ir.Type, want ir.Type) (*ir.Func, ir.Value) {
	in := &graph{r: g.r, b: ir.NewFunc("region"), deep: g.deep + 1}
	for i, t := range types {
		x := in.b.Arg(fmt.Sprint("a", i), ir.Input, t)
		if t.DType == tensor.F32 {
			in.vals = append(in.vals, x)
		}
	}
	for range 1 + g.r.IntN(5) {
		in.grow()
	}
	var last ir.Value
	for _, v := range in.vals {
		if v.Type() == want {
			last = v
		}
	}
	in.b.Out("r", last)
	if g.r.IntN(2) == 0 {
		last = in.vals[len(in.vals)-1]
	}
	in.b.Out("s", last)
	f, err := in.b.Done()
	if err != nil {
		return nil, ir.Value{}
	}
	return f, last
}

func (g *graph) scan(v ir.Value) ir.Value {
	xs := g.pick()
	if g.deep > 1 || xs.Type().Rank() == 0 || xs.Type().Rank() > 3 || v.Type().Rank() > 3 {
		return ir.Value{}
	}
	inv := g.pick()
	types := []ir.Type{ir.T(tensor.I32), v.Type(), xs.Type().WithDims(xs.Type().Dims()[1:]...), inv.Type()}
	f, _ := g.inner(types, v.Type())
	if f == nil {
		return ir.Value{}
	}
	op := ops.Scan{Trip: xs.Type().Dim(0), Carried: 1, Scanned: 1, Reverse: g.r.IntN(2) == 0}
	out := g.b.Region(op, []*ir.Func{f}, v, xs, inv)
	g.vals = append(g.vals, out[0])
	return out[1]
}

func (g *graph) branch(v ir.Value) ir.Value {
	if g.deep > 1 {
		return ir.Value{}
	}
	w := g.pick()
	types := []ir.Type{v.Type(), w.Type()}
	yes, s := g.inner(types, v.Type())
	no, _ := g.inner(types, v.Type())
	if yes == nil || no == nil || s.Type() != no.Outs[1].Value.Type() {
		return ir.Value{}
	}
	flat := v
	for flat.Type().Rank() > 0 {
		flat = g.b.Op1(ops.ReduceMax(0), flat)
	}
	cond := g.b.Op1(ops.Gt(), flat, ops.Scalar(g.b, 2, tensor.F32))
	out := g.b.Region(ops.If{}, []*ir.Func{yes, no}, cond, v, w)
	g.vals = append(g.vals, out[0])
	return out[1]
}

// randomModule is a function of random ops and, of state, a running value that it writes.
func randomModule(seed uint64) (*ir.Module, error) {
	g := &graph{r: rand.New(rand.NewPCG(seed, 1)), b: ir.NewFunc("f")}
	g.b.Sym(ir.Symbol{Name: "N", Lo: ir.Const(1)})
	shapes := [][]any{{"N", 3}, {4}, {4, 3}, {2, "N", 3}, {}, {3, 3}}
	for i := range 4 {
		k := g.r.IntN(len(shapes))
		if i == 0 {
			k = 0 // N has to stand somewhere
		}
		g.vals = append(g.vals, g.b.Arg(fmt.Sprint("x", i), ir.Input, f32(shapes[k]...)))
	}
	state := g.b.Arg("s", ir.State, f32(4, 3))
	g.vals = append(g.vals, state)
	for range 4 + g.r.IntN(24) {
		g.grow()
	}
	next := g.small(g.b.Op1(ops.Add(), state, g.like(state)))
	g.vals = append(g.vals, next)
	for range g.r.IntN(4) {
		g.grow()
	}
	g.b.Write("s", next)
	for i := range 1 + g.r.IntN(4) {
		g.b.Out(fmt.Sprint("y", i), g.pick())
	}
	f, err := g.b.Done()
	if err != nil {
		return nil, err
	}
	f.Public = true
	m := &ir.Module{Name: "random", States: []ir.ParamInfo{{Name: "s", Type: f32(4, 3)}}, Funcs: []*ir.Func{f}}
	return m, ir.Verify(m)
}

// runRandom compares a random module, compiled, with the interpreter.
func runRandom(t *testing.T, seed uint64) {
	t.Helper()
	m, err := randomModule(seed)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if os.Getenv("NNC_SEED") != "" {
		fmt.Fprintln(os.Stderr, ir.Print(p.Graph))
		plan.Print(os.Stderr, p, p.Funcs[0])
	}
	model, err := runtime.New(p, runtime.Options{Threads: 1 + int(seed%2)})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	s, err := model.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	oracle := interp.NewMachine(m, 1)
	if err := oracle.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	f, _ := model.Func("f")
	for _, n := range []int{3, 1, 3} {
		named := map[string]tensor.Tensor{}
		var in []tensor.Tensor
		for i, a := range m.Funcs[0].Args {
			if a.Kind != ir.Input {
				continue
			}
			shape, err := a.Type.Shape(func(string) (int64, bool) { return int64(n), true })
			if err != nil {
				t.Fatal(err)
			}
			x := tensor.New(tensor.F32, shape...)
			for k := range x.Len() {
				x.SetFloat(k, float64((k*k+i*3+n)%7-2))
			}
			named[a.Name] = x
			in = append(in, x)
		}
		out := make([]tensor.Tensor, len(m.Funcs[0].Outs)-1)
		if err := s.Run(context.Background(), f, out, in); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want, err := oracle.Call(context.Background(), "f", named)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		state, _ := s.Get("s")
		wantState, _ := oracle.Get("s")
		bad := !same(state, wantState)
		k := 0
		for _, o := range m.Funcs[0].Outs {
			if o.Kind == ir.Result {
				bad = bad || !same(out[k], want[o.Name])
				k++
			}
		}
		if bad {
			if os.Getenv("NNC_SHOW_PLAN") != "" {
				fmt.Fprintln(os.Stderr, ir.Print(p.Graph))
				plan.Print(os.Stderr, p, p.Funcs[0])
			}
			t.Fatalf("seed %d, N = %d: the compiled function differs from the interpreter", seed, n)
		}
	}
}

// same compares numbers: 0 and -0 are one, as sums of both may come in any order.
func same(a, b tensor.Tensor) bool {
	if a.DType() != b.DType() || !a.SameDims(b) {
		return false
	}
	for i := range a.Len() {
		if a.Float(i) != b.Float(i) {
			return false
		}
	}
	return true
}

// TestRandom runs random graphs; NNC_SEED runs one, NNC_RUNS so many.
func TestRandom(t *testing.T) {
	if s := os.Getenv("NNC_SEED"); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		runRandom(t, seed)
		return
	}
	n, _ := strconv.ParseUint(os.Getenv("NNC_RUNS"), 10, 64)
	for seed := range max(n, 300) {
		runRandom(t, seed)
	}
}

// FuzzLower runs random graphs.
func FuzzLower(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { runRandom(t, seed) })
}
