package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// scope lowers the nodes of one function or region into a body.
type scope struct {
	l      *lowerer
	body   *body
	f      *ir.Func
	users  [][]*ir.Node
	locs   map[ir.Value]plan.Operand // where values lie
	homes  map[ir.Value]plan.Operand // where values shall lie
	copies map[ir.Value]plan.Operand // dense copies of strided ones
	lasts  map[ir.Value]plan.Operand // copies of images, channels last
	later  map[*ir.Node]bool         // products and convolutions that the group that reads them will emit
}

func (l *lowerer) newScope(b *body, f *ir.Func) *scope {
	return &scope{l: l, body: b, f: f, users: users(f), locs: map[ir.Value]plan.Operand{}, homes: map[ir.Value]plan.Operand{},
		copies: map[ir.Value]plan.Operand{}, lasts: map[ir.Value]plan.Operand{}, later: map[*ir.Node]bool{}}
}

// rule lowers a node if it is of the rule's kind.
type rule struct {
	name  string
	apply func(s *scope, n *ir.Node) (bool, error)
}

// rules are tried in order; the last one takes everything.
func rules() []rule {
	return []rule{
		{"constants and views take no step", (*scope).free},
		{"a group is one tile program", (*scope).group},
		{"a product is one call of the gemm family", (*scope).matmul},
		{"a product of bytes is one call of the qgemm family", (*scope).qmatmul},
		{"images lie channels last and have kernels", (*scope).image},
		{"sums and extremes of rows are tile programs, sums of columns are products", (*scope).reduce},
		{"statistics of channels are of the last axis where channels lie last", (*scope).moments},
		{"a counted loop keeps its body", (*scope).scan},
		{"a while loop keeps both bodies", (*scope).while},
		{"a branch keeps both bodies", (*scope).branch},
		{"a call is its callee's steps", (*scope).call},
		{"parts are written to their places", (*scope).concat},
		{"padding is zeros, and what lies among them", (*scope).pad},
		{"an update is a copy, and what lies over it", (*scope).update},
		{"a count is a tile program", (*scope).iota},
		{"what has no kernel is evaluated", (*scope).eval},
	}
}

// run lowers all of f; results come to lie in homes. The first carried ones are copied there at the end: their homes hold
// the old values until then.
func (s *scope) run(f *ir.Func, homes []plan.Operand, carried int) error {
	for i, o := range f.Outs {
		if i >= carried {
			s.home(o.Value, homes[i])
		}
	}
	all := rules()
	for _, n := range f.Nodes[1:] {
		if err := s.node(all, n); err != nil {
			return fmt.Errorf("node %d, %s: %w", n.ID, n.Op.Name(), err)
		}
	}
	s.settle(f, homes)
	return nil
}

func (s *scope) node(all []rule, n *ir.Node) error {
	if b, ok := n.Op.(ir.Birther); ok {
		for _, sym := range b.Symbols(typesOf(n.In)) {
			s.l.declare(sym)
		}
	}
	for _, r := range all {
		done, err := r.apply(s, n)
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("no rule takes it")
}

// home asks that v be computed in place at o, if it is computed at all and not promised elsewhere. Of a view in another shape the dense copy
// shall lie there.
func (s *scope) home(v ir.Value, o plan.Operand) {
	whole := v
	for {
		if _, ok := v.Node.Op.(ops.Reshape); !ok {
			break
		}
		v = v.Node.In[0]
		o.Type = v.Type()
	}
	computed := !s.isFree(v.Node) || v != whole && !o.Strided
	if _, taken := s.homes[v]; !taken && computed && !s.l.isBoxed(v.Type()) {
		s.homes[v] = o
	}
}

// settle copies results that do not lie at home yet. What one copy overwrites and another reads is set aside first: a loop
// may trade its carried values.
func (s *scope) settle(f *ir.Func, homes []plan.Operand) {
	type move struct{ from, to plan.Operand }
	var moves []move
	written := map[plan.Root]bool{}
	for i, o := range f.Outs {
		if from := s.at(o.Value); !sameOperand(from, homes[i]) {
			moves = append(moves, move{from, homes[i]})
			written[homes[i].Root] = true
		}
	}
	for i, m := range moves {
		if written[m.from.Root] {
			t := s.body.fresh(s.l, m.from.Type)
			s.copyTo(m.from, t)
			moves[i].from = t
		}
	}
	for _, m := range moves {
		s.copyTo(m.from, m.to)
	}
}

func sameOperand(a, b plan.Operand) bool {
	if a.Root != b.Root || a.Off != b.Off || a.Strided != b.Strided || a.Strides != b.Strides || len(a.Loops) != len(b.Loops) {
		return false
	}
	for i := range a.Loops {
		if a.Loops[i] != b.Loops[i] {
			return false
		}
	}
	return true
}

// place is where a result shall be computed.
func (s *scope) place(v ir.Value) plan.Operand {
	o, ok := s.homes[v]
	if !ok {
		o = s.body.fresh(s.l, v.Type())
	}
	s.locs[v] = o
	return o
}

// at is where a value lies, maybe strided.
func (s *scope) at(v ir.Value) plan.Operand {
	if o, ok := s.locs[v]; ok {
		return o
	}
	o, ok := s.constOf(v.Node)
	if !ok {
		o, _ = s.viewOf(v.Node)
	}
	s.locs[v] = o
	return o
}

// dense is where a value lies in row-major order, without gaps.
func (s *scope) dense(v ir.Value) plan.Operand {
	o := s.at(v)
	if !o.Strided {
		return o
	}
	if c, ok := s.copies[v]; ok {
		return c
	}
	c, ok := s.homes[v]
	if !ok {
		c = s.body.fresh(s.l, v.Type())
	}
	s.copyTo(o, c)
	s.copies[v] = c
	return c
}

// copyTo emits a copy.
func (s *scope) copyTo(from, to plan.Operand) {
	if s.relays(from, to) {
		s.relayout(from, to)
		return
	}
	if !from.Strided && !to.Strided {
		s.body.add(&plan.Step{Name: "copy", Ops: 1, Copy: true, In: []plan.Operand{from}, Out: []plan.Operand{to}})
		return
	}
	w := newWalk(from.Type.Dims())
	in, out := w.read(from, strides(from)), w.write(to)
	s.body.add(w.step(s.l.p, "copy", 1, func(b *tile.Builder) {
		b.Store(out, b.Load(in))
	}))
}

// free takes constants and views: they lie somewhere already.
func (s *scope) free(n *ir.Node) (bool, error) { return s.isFree(n), nil }

// isFree reports whether a node needs no step. Views of boxed values are computed: a box is a whole tensor.
func (s *scope) isFree(n *ir.Node) bool {
	if ir.IsArgs(n) || isConst(n) {
		return true
	}
	if len(n.Types) != 1 || len(n.In) == 0 || s.l.isBoxed(n.Types[0]) || s.l.isBoxed(n.In[0].Type()) {
		return false
	}
	switch n.Op.(type) {
	case ops.Broadcast, ops.Transpose, ops.Slice, ops.Reverse, ops.Reshape, ops.StopGradient, ops.Again:
		return true
	}
	return false
}

func isConst(n *ir.Node) bool {
	if len(n.In) > 0 || len(n.Funcs) > 0 {
		return false
	}
	switch n.Op.(type) {
	case ops.Lit, ops.Tab:
		return true
	case ops.Iota:
		size, ok := n.Types[0].Numel().Int()
		return ok && 0 <= size && size <= maxIotaConst
	}
	return false
}

// maxIotaConst is the greatest count from 0 that lies in the program as a constant.
const maxIotaConst = 4096

// constOf evaluates literals, tables and short counts, once for each value of the program.
func (s *scope) constOf(n *ir.Node) (plan.Operand, bool) {
	if !isConst(n) {
		return plan.Operand{}, false
	}
	t, ok := evalConst(n)
	if !ok {
		return plan.Operand{}, false
	}
	return s.l.p.constant(t), true
}

// evalConst is the value of a literal, table or count.
func evalConst(n *ir.Node) (tensor.Tensor, bool) {
	e, ok := n.Op.(ir.Evaler)
	if !ok || len(n.Types) != 1 {
		return tensor.Tensor{}, false
	}
	shape, err := n.Types[0].Shape(func(string) (int64, bool) { return 0, false })
	if err != nil {
		return tensor.Tensor{}, false
	}
	out := []tensor.Tensor{tensor.New(n.Types[0].DType, shape...)}
	return out[0], e.Eval(nil, out) == nil
}

func typesOf(vs []ir.Value) []ir.Type {
	ts := make([]ir.Type, len(vs))
	for i, v := range vs {
		ts[i] = v.Type()
	}
	return ts
}

// eval is the step of an op without a kernel.
func (s *scope) eval(n *ir.Node) (bool, error) {
	if _, ok := n.Op.(ir.Evaler); !ok {
		return false, fmt.Errorf("it can't be evaluated")
	}
	step := &plan.Step{Name: n.Op.Name(), Ops: 1, Eval: n.Op, Origin: n.Origin}
	for _, v := range n.In {
		step.In = append(step.In, s.dense(v))
	}
	for _, v := range n.Values() {
		step.Out = append(step.Out, s.place(v))
	}
	if b, ok := n.Op.(ir.Birther); ok {
		for _, sym := range b.Symbols(typesOf(n.In)) {
			step.Births = append(step.Births, sym.Name)
		}
	}
	s.body.add(step)
	return true, nil
}

// call lowers the callee's nodes as if they stood here.
func (s *scope) call(n *ir.Node) (bool, error) {
	if _, ok := n.Op.(ops.Call); !ok {
		return false, nil
	}
	f := n.Funcs[0]
	inner := s.l.newScope(s.body, f)
	for i, v := range n.In {
		inner.locs[f.Arg(i)] = s.at(v)
	}
	homes := make([]plan.Operand, len(f.Outs))
	for i := range f.Outs {
		homes[i] = s.place(n.Value(i))
	}
	return true, inner.run(f, homes, 0)
}
