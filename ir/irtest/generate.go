package irtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A Case is a module made from bytes, with inputs for its function Main: any bytes make one, equal bytes an equal one.
type Case struct {
	Module *ir.Module
	Main   *ir.Func
	In     []tensor.Tensor
}

// A Generator makes cases. It may be used for any number of them, one at a time.
type Generator struct{ samples []ir.Sample }

// NewGenerator knows the samples of all ops.
func NewGenerator() *Generator { return &Generator{samples()} }

// Generate makes a module out of samples of ops, regions, calls, gradients, state, lists, random draws and symbols, as the
// bytes say. A fault of the generator is an error.
func (gen *Generator) Generate(data []byte) (*Case, error) {
	seed := [32]byte{}
	copy(seed[:], fmt.Sprint(len(data)))
	g := &generator{data: data, samples: gen.samples, rand: rand.New(rand.NewChaCha8(seed))}
	g.m = &ir.Module{Name: "generated", Doc: pick(g, "", "One line.", "Two lines,\n\n  with one between.")}
	f, err := g.main()
	if err != nil {
		return nil, err
	}
	g.m.Funcs = append(g.m.Funcs, f)
	if err := ir.Verify(g.m); err != nil {
		return nil, err
	}
	return &Case{g.m, f, g.in}, nil
}

type generator struct {
	data []byte
	rand *rand.Rand
	m    *ir.Module
	in   []tensor.Tensor // of main
	uniq int

	samples []ir.Sample
}

// next is a number from 0 to n-1 out of the bytes; when they are used up, 0.
func (g *generator) next(n int) int {
	if len(g.data) == 0 || n <= 1 {
		return 0
	}
	v := int(g.data[0])
	g.data = g.data[1:]
	if n > 256 && len(g.data) > 0 {
		v = v<<8 + int(g.data[0])
		g.data = g.data[1:]
	}
	return v % n
}

func pick[T any](g *generator, list ...T) T { return list[g.next(len(list))] }

func (g *generator) fresh(base string) string {
	g.uniq++
	return fmt.Sprintf("%s%d", base, g.uniq)
}

// A block is a function under construction, with the values that may be used in it.
type block struct {
	g     *generator
	b     *ir.Builder
	pool  []ir.Value
	depth int  // of regions that may still be opened
	main  bool // its arguments are those of Main: new ones may be added
	grads bool // only what has a gradient may be used
}

func (g *generator) main() (*ir.Func, error) {
	bl := &block{g: g, b: ir.NewFunc("main"), depth: 2, main: true}
	f := bl.b.Func()
	f.Public, f.Doc = true, pick(g, "", "Does nothing of use.")
	for range 1 + g.next(3) {
		bl.input(ir.T(tensor.F32, pick(g, consts(2, 3), consts(4), nil)...), ir.Sample{})
	}
	bl.symbols()
	bl.state()
	for n := 0; n < 30 && len(g.data) > 0; n++ {
		bl.step()
	}
	bl.results()
	return bl.b.Done()
}

func consts(n ...int64) []ir.Dim {
	dims := make([]ir.Dim, len(n))
	for i, v := range n {
		dims[i] = ir.Const(v)
	}
	return dims
}

// input is a new argument of Main with data from the domain of a sample; t may have symbols of s.Env.
func (bl *block) input(t ir.Type, s ir.Sample) ir.Value {
	v := bl.b.Arg(bl.g.fresh("a"), ir.Input, t)
	bound := Bind(ir.Sample{Op: ops.Neg(), In: []ir.Type{t}, Env: s.Env}).In[0]
	bl.g.in = append(bl.g.in, Random(bound, s, bl.g.rand))
	bl.pool = append(bl.pool, v)
	return v
}

// symbols adds two arguments that share a length, and perhaps a guard.
func (bl *block) symbols() {
	if bl.g.next(2) == 0 {
		return
	}
	s := ir.Symbol{Name: "B", Lo: ir.Const(1), Hi: ir.Const(9), Bounded: bl.g.next(2) == 1}
	if !s.Bounded {
		s.Hi = ir.Dim{}
	}
	bl.b.Sym(s)
	env := ir.Sample{Env: map[string]int64{"B": int64(1 + bl.g.next(4))}}
	bl.input(ir.T(tensor.F32, ir.Sym("B")), env)
	bl.input(ir.T(tensor.F32, ir.Sym("B"), ir.Const(3)), env)
	if bl.g.next(2) == 1 {
		bl.b.Guard(ir.Guard{A: ir.Sym("B").Mul(ir.Const(2)), B: ir.Sym("B").Add(ir.Const(1)), Rel: ">="})
	}
}

// state adds a param with an init and a state, both with paths.
func (bl *block) state() {
	g := bl.g
	if g.next(2) == 0 {
		return
	}
	t := ir.T(tensor.F32, consts(2, 3)...)
	init := ir.NewFunc("init.layer.0.w")
	key := init.Arg("key", ir.Key, ir.T(tensor.Key))
	init.Out("value", init.Op1(ops.Normal{Dims: ir.MakeDims(t.Dims()...)}, key))
	f, err := init.Done()
	if err != nil {
		bl.b.Fail(err)
		return
	}
	g.m.Funcs = append(g.m.Funcs, f)
	g.m.Params = append(g.m.Params, ir.ParamInfo{Name: "layer.0.w", Type: t, Init: f.Name, Doc: pick(g, "", "The weight.")})
	g.m.States = append(g.m.States, ir.ParamInfo{Name: "opt.m", Type: t})
	for _, a := range []ir.Arg{{Name: "layer.0.w", Kind: ir.Param}, {Name: "opt.m", Kind: ir.State}} {
		bl.pool = append(bl.pool, bl.b.Arg(a.Name, a.Kind, t))
		g.in = append(g.in, Random(t, ir.Sample{}, g.rand))
	}
}

// results returns what nothing else uses, at most eight values, and writes the state.
func (bl *block) results() {
	used := map[ir.Value]bool{}
	f := bl.b.Func()
	for _, n := range f.Nodes {
		for _, v := range n.In {
			used[v] = true
		}
	}
	count := 0
	for i := len(bl.pool) - 1; i >= 0 && count < 8; i-- {
		if v := bl.pool[i]; (!used[v] || i < 1) && !v.Type().IsList() && v.Type().DType != tensor.Key {
			bl.b.Out(pick(bl.g, "y", "out.r", "h_layer{l}", "if")+fmt.Sprint(count), v)
			count++
		}
	}
	if i := f.FindArg(ir.State, "opt.m"); i >= 0 {
		if same := bl.like(f.Arg(i).Type()); len(same) > 0 {
			bl.b.Write("opt.m", same[len(same)-1])
		}
	}
}

// like lists the values of a type.
func (bl *block) like(t ir.Type) []ir.Value {
	var vs []ir.Value
	for _, v := range bl.pool {
		if v.Type() == t {
			vs = append(vs, v)
		}
	}
	return vs
}

func (bl *block) any() ir.Value { return pick(bl.g, bl.pool...) }

// keep adds results to the pool, some of them with a name that a printer has to look at twice.
func (bl *block) keep(vs ...ir.Value) {
	for _, v := range vs {
		if v.IsZero() {
			return
		}
		bl.b.Name(v, pick(bl.g, "", "", "h", "h", "x1", "if", "f32", "a.b.3", "7", "size", "where", "α β"))
		bl.pool = append(bl.pool, v)
	}
}

func (bl *block) step() {
	kinds := []func(){bl.sample, bl.sample, bl.sample, bl.elementwise, bl.elementwise}
	if bl.depth > 0 {
		kinds = append(kinds, bl.branch, bl.scan, bl.while, bl.call, bl.gradient, bl.list)
	}
	pick(bl.g, kinds...)()
}

// elementwise is arithmetic on values that are there.
func (bl *block) elementwise() {
	x := bl.any()
	if !x.Type().DType.IsFloat() || x.Type().IsList() || x.Type().Layout != ir.RowMajor {
		return
	}
	y := pick(bl.g, bl.like(x.Type())...)
	if bl.g.next(2) == 0 {
		bl.keep(bl.b.Op1(pick(bl.g, ops.Tanh(), ops.Sigmoid(), ops.Neg(), ops.Sin()), x))
		return
	}
	bl.keep(bl.b.Op1(pick(bl.g, ops.Add(), ops.Mul(), ops.Sub(), ops.Max()), x, y))
}
