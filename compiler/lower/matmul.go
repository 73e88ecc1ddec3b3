package lower

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// matmul lowers a product of f32 to a call of the gemm family, which walks its operands by strides. A product that one
// group reads, and nothing else, waits for that group and takes it as its epilogue.
func (s *scope) matmul(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.MatMul)
	if !ok || n.Types[0].DType != tensor.F32 || s.l.isBoxed(n.Types[0]) {
		return false, nil
	}
	if s.waits(n) {
		s.later[n] = true
		return true, nil
	}
	step := s.gemm(n, op)
	step.Out = []plan.Operand{s.place(n.Value(0))}
	s.body.add(step)
	return true, nil
}

// product is the step of a product of any kind, without its output.
func (s *scope) product(n *ir.Node) *plan.Step {
	if op, ok := n.Op.(ops.QMatMul); ok {
		return s.qgemm(n, op)
	}
	return s.gemm(n, n.Op.(ops.MatMul))
}

// gemm is the step of a product, without its output.
func (s *scope) gemm(n *ir.Node, op ops.MatMul) *plan.Step {
	a, b := flipped(s.at(n.In[0]), op.TransA), flipped(s.at(n.In[1]), op.TransB)
	a, b = s.walkable(a, n.In[0], op.TransA), s.walkable(b, n.In[1], op.TransB)
	r := n.Types[0].Rank()
	g := &plan.Gemm{Lead: n.Types[0].Dims()[:r-2], M: a.Type.Dim(-2), N: b.Type.Dim(-1), K: a.Type.Dim(-1), Epilogue: -1}
	return &plan.Step{Name: "gemm", Ops: 1, Gemm: g, In: []plan.Operand{a, b}, Origin: n.Origin}
}

// flipped is an operand with its last two axes swapped, if swap.
func flipped(o plan.Operand, swap bool) plan.Operand {
	if !swap {
		return o
	}
	st, dims := strides(o), o.Type.Dims()
	k := len(dims) - 1
	st[k], st[k-1] = st[k-1], st[k]
	dims[k], dims[k-1] = dims[k-1], dims[k]
	return withStrides(o, dims, st)
}

// walkable copies an operand that strides forbid: kernels want one of the last two axes without gaps, and one stride for
// all others.
func (s *scope) walkable(o plan.Operand, v ir.Value, swap bool) plan.Operand {
	st := strides(o)
	if !o.Strided || (st[len(st)-1].Is(1) || st[len(st)-2].Is(1)) && oneLead(o.Type.Dims(), st) {
		return o
	}
	return flipped(s.dense(v), swap)
}

// oneLead reports whether all axes but the last two are walked with one stride.
func oneLead(dims, st []ir.Dim) bool {
	for i := range max(0, len(dims)-3) {
		if st[i] != st[i+1].Mul(dims[i+1]) {
			return false
		}
	}
	return true
}

// waits reports whether the first to read the product is a group that reads it element by element: its epilogue. Others
// may read the product, too: then it is kept.
func (s *scope) waits(n *ir.Node) bool {
	return n.Types[0].Rank() == 2 && s.waitsForGroup(n)
}

func (s *scope) waitsForGroup(n *ir.Node) bool {
	if len(s.users[n.ID]) == 0 {
		return false
	}
	g := s.users[n.ID][0]
	op, ok := g.Op.(ops.Group)
	if !ok || op.Kind != MapGroup || !s.takesOne(g, n) {
		return false
	}
	f := g.Funcs[0]
	for i, v := range g.In {
		if v.Node != n {
			continue
		}
		for _, m := range f.Nodes[1:] {
			if _, stretched := m.Op.(ops.Broadcast); stretched && m.In[0] == f.Arg(i) {
				return false
			}
		}
	}
	return len(f.Outs) > 0 && f.Outs[0].Value.Type().SameShape(n.Types[0])
}

// takesOne reports whether no product waits for the group yet.
func (s *scope) takesOne(g, n *ir.Node) bool {
	for _, v := range g.In {
		if v.Node != n && s.later[v.Node] {
			return false
		}
	}
	return true
}

// isKept reports whether anything but one node reads n.
func (s *scope) isKept(n *ir.Node) bool {
	for _, o := range s.f.Outs {
		if o.Value.Node == n {
			return true
		}
	}
	return len(s.users[n.ID]) > 1
}

// waiting is the product that waits for a group, or nil.
func (s *scope) waiting(g *ir.Node) *ir.Node {
	for _, v := range g.In {
		if s.later[v.Node] {
			return v.Node
		}
	}
	return nil
}

// standsIn reports whether a value of type t can lie where a result will: each element in the bytes of its own.
func standsIn(o plan.Operand, t ir.Type) bool {
	return !o.Strided && o.Root.Kind != plan.Box && o.Type.SameShape(t) && o.Type.DType.Size() == t.DType.Size()
}

// epilogue makes the step of a product and the group behind it. C lies where the group's first result of its size does, if
// nothing else reads it.
func (g *grouper) epilogue(product *ir.Node, outs []int) (*plan.Step, error) {
	s := g.s
	var c plan.Operand
	found := false
	places := make([]plan.Operand, len(outs))
	for k, i := range outs {
		places[k] = s.place(g.n.Value(i))
		if !found && !s.isKept(product) && standsIn(places[k], product.Types[0]) {
			c, found = places[k], true
			c.Type = product.Types[0]
		}
	}
	if !found {
		c = s.place(product.Value(0))
	}
	s.locs[product.Value(0)] = c
	if err := g.reads(); err != nil {
		return nil, err
	}
	for _, o := range places {
		g.writes = append(g.writes, g.w.write(o))
	}
	g.w.fixed = true
	t := g.w.step(s.l.p, "gemm", len(g.f.Nodes)-1, func(b *tile.Builder) { g.code(b, outs) })
	step := s.product(product)
	step.Ops += t.Ops
	step.Gemm.Epilogue = t.Tile.Prog
	step.In = append(step.In, t.In...)
	step.Out = append([]plan.Operand{c}, t.Out...)
	return step, nil
}
