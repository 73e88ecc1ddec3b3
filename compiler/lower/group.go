package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// group lowers a fused group to one tile program.
func (s *scope) group(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Group)
	if !ok {
		return false, nil
	}
	if op.Kind == RowsGroup {
		return true, s.rows(n)
	}
	if op.Kind != MapGroup {
		return false, fmt.Errorf("no lowering for groups of kind %q", op.Kind)
	}
	f := n.Funcs[0]
	g := &grouper{s: s, n: n, f: f, access: map[ir.Value]access{}, vals: map[ir.Value]tile.Value{}, loads: map[int]tile.Value{}}
	outs := g.outs()
	if len(outs) == 0 {
		return true, nil
	}
	g.w = newWalk(f.Outs[outs[0]].Value.Type().Dims())
	if product := s.waiting(n); product != nil {
		step, err := g.follow(product, outs)
		if err != nil {
			return false, err
		}
		delete(s.later, product) // others that read it find it computed
		s.body.add(step)
		return true, nil
	}
	g.w.channelsLast = g.readsLast()
	if err := g.reads(); err != nil {
		return false, err
	}
	for _, i := range outs {
		g.writes = append(g.writes, g.w.write(g.place(n.Value(i))))
	}
	step := g.w.step(s.l.p, "tile", len(f.Nodes)-1, func(b *tile.Builder) { g.code(b, outs) })
	step.Origin = n.Origin
	s.body.add(step)
	return true, nil
}

// grouper lowers one group.
type grouper struct {
	s      *scope
	n      *ir.Node
	f      *ir.Func
	w      *walk
	access map[ir.Value]access     // of values that are loaded
	vals   map[ir.Value]tile.Value // of values that are computed
	loads  map[int]tile.Value      // by operand
	writes []int
	summed *ir.Node // the addition of a bias that a kernel does
}

// access is an operand of the walk.
type access struct {
	at plan.Operand
	st []ir.Dim
}

// outs are the results that must be computed; one that is an argument under identities lies where the argument does.
func (g *grouper) outs() []int {
	var list []int
	for i, o := range g.f.Outs {
		v := o.Value
		for isIdentity(v.Node.Op) {
			v = v.Node.In[0]
		}
		if _, wanted := g.s.homes[g.n.Value(i)]; ir.IsArgs(v.Node) && !wanted && !g.s.later[g.n.In[v.Res].Node] {
			g.s.locs[g.n.Value(i)] = g.s.at(g.n.In[v.Res])
			continue
		}
		list = append(list, i)
	}
	return list
}

// reads finds how each argument and stretched argument is walked.
func (g *grouper) reads() error {
	for i, v := range g.n.In {
		at := g.at(v)
		g.access[g.f.Arg(i)] = access{at, strides(at)}
	}
	for _, n := range g.f.Nodes[1:] {
		op, ok := n.Op.(ops.Broadcast)
		if !ok {
			continue
		}
		if a, ok := g.access[n.In[0]]; ok {
			g.access[n.Value(0)] = access{a.at, stretch(a.st, n.In[0].Type(), op)}
		}
	}
	used := map[ir.Value]bool{}
	for _, n := range g.f.Nodes[1:] {
		if _, ok := n.Op.(ops.Broadcast); ok || n == g.summed {
			continue
		}
		for _, v := range n.In {
			used[v] = true
		}
	}
	for _, o := range g.f.Outs {
		used[o.Value] = true
	}
	for _, n := range g.f.Nodes {
		for _, v := range n.Values() {
			a, ok := g.access[v]
			if !ok || !used[v] {
				continue
			}
			if len(a.st) != len(g.w.dims) {
				return fmt.Errorf("a group over %v reads %v", g.w.dims, v.Type())
			}
			g.w.read(a.at, a.st)
		}
	}
	return nil
}

func (g *grouper) code(b *tile.Builder, outs []int) {
	for _, n := range g.f.Nodes[1:] {
		if _, ok := g.access[n.Value(0)]; ok {
			continue
		}
		g.vals[n.Value(0)] = g.emit(b, n)
	}
	g.stores(b, outs, func(v ir.Value) tile.Value { return g.value(b, v) })
}

// stores writes the results, behind all loads: a result may lie on an operand.
func (g *grouper) stores(b *tile.Builder, outs []int, value func(ir.Value) tile.Value) {
	vals := make([]tile.Value, len(outs))
	for k, i := range outs {
		vals[k] = value(g.f.Outs[i].Value)
	}
	for k, v := range vals {
		b.Store(g.writes[k], v)
	}
}

func (g *grouper) emit(b *tile.Builder, n *ir.Node) tile.Value {
	if isConst(n) {
		return g.lit(b, n)
	}
	if _, ok := n.Op.(ops.Broadcast); ok { // of a literal
		return g.vals[n.In[0]]
	}
	in := make([]tile.Value, len(n.In))
	for i, v := range n.In {
		in[i] = g.value(b, v)
	}
	return g.s.l.p.tiler.ops[n.Op.Name()](b, dtypes[n.Types[0].DType], in)
}

// value is a computed value, or the load of an operand, once for each.
func (g *grouper) value(b *tile.Builder, v ir.Value) tile.Value {
	a, ok := g.access[v]
	if !ok {
		return g.vals[v]
	}
	i := g.w.find(a.at, a.st)
	if t, ok := g.loads[i]; ok {
		return t
	}
	g.loads[i] = b.Load(i)
	return g.loads[i]
}

// lit is a constant of the program, of the bits that the op itself evaluates to.
func (g *grouper) lit(b *tile.Builder, n *ir.Node) tile.Value {
	t, ok := evalConst(n)
	if !ok {
		return b.Const(dtypes[n.Types[0].DType], 0)
	}
	dt := dtypes[t.DType()]
	if t.DType().IsInt() {
		return b.ConstInt(dt, t.Int(0))
	}
	return b.Const(dt, t.Float(0))
}
