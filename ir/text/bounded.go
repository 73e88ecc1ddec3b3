package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// bounded fails if a loop without a bound lies between a target and the loss: its rounds can't be kept for the way back.
func (e eval) bounded(f *ir.Func, targets []target, at diag.Span) {
	moved := make([]bool, len(f.Args))
	for _, t := range targets {
		if t.arg >= 0 {
			moved[t.arg] = true
		}
	}
	needed := make([]bool, len(f.Outs))
	needed[0] = true
	if n := unboundedLoop(f, moved, needed); n != nil {
		span := at
		if n.Origin != nil {
			span = n.Origin.Span
		}
		e.m.fail(span, diag.GradUnbounded, "a loop without a bound can't be differentiated (from %v); write while c max n, or stop_gradient", at)
	}
}

// unboundedLoop finds a loop of f without a bound that gets values which depend on moved arguments and gives some that the
// needed results depend on.
func unboundedLoop(f *ir.Func, moved, needed []bool) *ir.Node {
	want := map[ir.Value]bool{}
	var todo []ir.Value
	for i, o := range f.Outs {
		if needed[i] {
			todo = append(todo, o.Value)
		}
	}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if want[v] {
			continue
		}
		want[v] = true
		if _, stop := v.Node.Op.(ops.StopGradient); !stop {
			todo = append(todo, v.Node.In...)
		}
	}
	reached := map[ir.Value]bool{}
	for i, m := range moved {
		reached[f.Arg(i)] = m
	}
	for _, n := range f.Nodes[1:] {
		if found := visitLoop(n, want, reached); found != nil {
			return found
		}
	}
	return nil
}

func visitLoop(n *ir.Node, want, reached map[ir.Value]bool) *ir.Node {
	hit, used := false, false
	for _, v := range n.In {
		hit = hit || reached[v]
	}
	for _, v := range n.Values() {
		used = used || want[v]
	}
	if _, stop := n.Op.(ops.StopGradient); stop || !hit {
		return nil
	}
	for _, v := range n.Values() {
		reached[v] = v.Type().DType.IsFloat()
	}
	if used && isUnbounded(n) {
		return n
	}
	if _, refers := n.Op.(ir.Referrer); refers || !used {
		return nil
	}
	for _, g := range n.Funcs { // inside, all operands and results may matter
		if found := unboundedLoop(g, all(len(g.Args), g), all(len(g.Outs), nil)); found != nil {
			return found
		}
	}
	return nil
}

func isUnbounded(n *ir.Node) bool {
	w, ok := n.Op.(ops.While)
	return ok && !w.Bounded
}

// all marks everything, of a function's arguments only the floats.
func all(n int, f *ir.Func) []bool {
	out := make([]bool, n)
	for i := range out {
		out[i] = f == nil || f.Args[i].Type.DType.IsFloat()
	}
	return out
}
