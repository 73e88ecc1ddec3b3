package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// scan lowers a counted loop. Carried values lie in the places of the loop's results; scanned operands and stacks are
// walked in place, by a stride a round.
func (s *scope) scan(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Scan)
	if !ok {
		return false, nil
	}
	f := n.Funcs[0]
	loop := &plan.Loop{Var: s.l.fn.Loops, Trip: op.Trip, Reverse: op.Reverse}
	s.l.fn.Loops++
	inner := s.l.newScope(s.l.newBody(), f)
	homes := s.carry(n, op.Carried)
	if usesArg(f, 0) {
		at := s.body.fresh(s.l, ir.T(tensor.I32))
		loop.Index = &at
		inner.locs[f.Arg(0)] = at
	}
	for i, v := range n.In {
		arg := f.Arg(i + 1)
		switch {
		case i < op.Carried:
			inner.locs[arg] = homes[i]
		case i < op.Carried+op.Scanned:
			inner.locs[arg] = looped(s.at(v), loop.Var)
		default:
			inner.locs[arg] = s.at(v)
		}
	}
	for i := op.Carried; i < len(n.Types); i++ {
		homes = append(homes, looped(s.place(n.Value(i)), loop.Var))
	}
	if err := inner.run(f, homes, op.Carried); err != nil {
		return false, err
	}
	loop.Body = inner.body.finish(s.l)
	s.body.add(&plan.Step{Name: "loop", Loop: loop, Origin: n.Origin})
	return true, nil
}

// carry places the carried values of a loop and copies their first ones there.
func (s *scope) carry(n *ir.Node, carried int) []plan.Operand {
	homes := make([]plan.Operand, carried)
	for i := range homes {
		homes[i] = s.place(n.Value(i))
		s.copyTo(s.at(n.In[i]), homes[i])
	}
	return homes
}

// usesArg reports whether anything in f reads its i-th argument.
func usesArg(f *ir.Func, i int) bool {
	for _, n := range f.Nodes {
		for _, v := range n.In {
			if v == f.Arg(i) {
				return true
			}
		}
	}
	for _, o := range f.Outs {
		if o.Value == f.Arg(i) {
			return true
		}
	}
	return false
}

// while lowers a loop that runs as long as its condition holds.
func (s *scope) while(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.While)
	if !ok {
		return false, nil
	}
	loop := &plan.Loop{Var: s.l.fn.Loops, While: true, Max: op.Max, Bound: op.Bounded}
	s.l.fn.Loops++
	homes := s.carry(n, op.Carried)
	loop.Test = s.body.fresh(s.l, ir.T(tensor.Bool))
	outs := [][]plan.Operand{{loop.Test}, homes}
	var bodies [2]plan.Body
	for k, f := range n.Funcs {
		inner := s.l.newScope(s.l.newBody(), f)
		for i, v := range n.In {
			if i < op.Carried {
				inner.locs[f.Arg(i)] = homes[i]
			} else {
				inner.locs[f.Arg(i)] = s.at(v)
			}
		}
		if err := inner.run(f, outs[k], len(outs[k])); err != nil {
			return false, err
		}
		bodies[k] = inner.body.finish(s.l)
	}
	loop.Cond, loop.Body = bodies[0], bodies[1]
	s.body.add(&plan.Step{Name: "while", Loop: loop, Origin: n.Origin})
	return true, nil
}

// branch lowers an if: both branches compute the results in the same places, one of them runs.
func (s *scope) branch(n *ir.Node) (bool, error) {
	if _, ok := n.Op.(ops.If); !ok {
		return false, nil
	}
	step := &plan.Step{Name: "if", If: &plan.If{}, In: []plan.Operand{s.dense(n.In[0])}, Origin: n.Origin}
	args := make([]plan.Operand, len(n.In))
	for i, v := range n.In[1:] {
		args[i+1] = s.at(v)
	}
	homes := make([]plan.Operand, len(n.Types))
	for i := range homes {
		homes[i] = s.place(n.Value(i))
	}
	for k, f := range n.Funcs {
		inner := s.l.newScope(s.l.newBody(), f)
		for i := range f.Args {
			inner.locs[f.Arg(i)] = args[i+1]
		}
		if err := inner.run(f, homes, 0); err != nil {
			return false, err
		}
		*step.Bodies()[k] = inner.body.finish(s.l)
	}
	s.body.add(step)
	return true, nil
}

// concat copies its parts to their places.
func (s *scope) concat(n *ir.Node) (bool, error) {
	op, ok := n.Op.(ops.Concat)
	if !ok || s.l.isBoxed(n.Types[0]) {
		return false, nil
	}
	for _, v := range n.In {
		if s.l.isBoxed(v.Type()) {
			return false, nil
		}
	}
	whole := s.place(n.Value(0))
	st := strides(whole)
	at := ir.Const(0)
	for _, v := range n.In {
		part := whole
		part.Type = v.Type()
		part = withStrides(shifted(part, at.Mul(st[op.Axis])), v.Type().Dims(), st)
		s.copyTo(s.at(v), part)
		at = at.Add(v.Type().Dim(op.Axis))
	}
	return true, nil
}
