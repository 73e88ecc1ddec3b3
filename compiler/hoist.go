package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// hoist moves work out of scans that needs no carried value. HoistInvariant moves what is the same in all rounds;
// HoistBatch moves what differs by the index or the slices, as one op over all rounds (the op's Batched), if it is dear,
// with the cheap work before it and the elementwise work right behind it. HandedOn makes an invariant of a carried value
// that no round changes; StackOfArg knows what the stack of an index, a slice or an invariant is.
func hoist(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			op, ok := n.Op.(ops.Scan)
			if !ok {
				return nil
			}
			h := &hoister{r: r, c: c, op: op, n: n, body: n.Funcs[0]}
			if !h.choose() {
				return nil
			}
			return h.emit()
		})
	})
}

// freedom says what a value of a loop's body depends on.
type freedom uint8

const (
	constant  freedom = iota // nothing: made in place
	invariant                // operands that are the same in all rounds
	free                     // the index or slices as well
	bound                    // a carried value
)

type hoister struct {
	r    *run
	c    *ir.Copier
	op   ops.Scan
	n    *ir.Node
	body *ir.Func

	kind []freedom // by node of the body, but for node 0
	move []bool    // nodes whose results leave the body
	born map[string]bool

	handedOn map[int]bool // carried values that no round changes
	any      bool
	argStack map[int]bool // results of the body that are arguments, but for carried ones
}

// choose decides which nodes to move, and reports whether there are any.
func (h *hoister) choose() bool {
	h.kind, h.move = make([]freedom, len(h.body.Nodes)), make([]bool, len(h.body.Nodes))
	h.born = bornIn(h.body)
	found := false
	for _, n := range h.body.Nodes[1:] {
		for _, v := range n.In {
			h.kind[n.ID] = max(h.kind[n.ID], h.freedom(v))
		}
		if h.wants(n) && h.r.fire(h.rule(n)) {
			h.move[n.ID], found = true, true
		}
	}
	return h.chooseArgs() || found
}

// chooseArgs looks at results of the body that are its arguments.
func (h *hoister) chooseArgs() bool {
	h.handedOn, h.argStack = map[int]bool{}, map[int]bool{}
	for i, o := range h.body.Outs {
		switch {
		case o.Value.Node.ID > 0 || h.freedom(o.Value) == bound:
		case i >= h.op.Carried:
			h.argStack[i] = h.r.fire("StackOfArg")
		case o.Value == h.body.Arg(i+1):
			h.handedOn[i] = h.r.fire("HandedOn")
		}
		if h.argStack[i] || h.handedOn[i] {
			h.any = true
		}
	}
	return h.any
}

func (h *hoister) rule(n *ir.Node) string {
	if h.kind[n.ID] == invariant {
		return "HoistInvariant"
	}
	return "HoistBatch"
}

// freedom of a value of the body. A carried value that the body hands on as it is counts as an invariant.
func (h *hoister) freedom(v ir.Value) freedom {
	i := v.Res - 1
	switch {
	case v.Node.ID > 0:
		return h.kind[v.Node.ID]
	case i < 0:
		return free
	case i < h.op.Carried && h.body.Outs[i].Value != v:
		return bound
	case i >= h.op.Carried && i < h.op.Carried+h.op.Scanned:
		return free
	}
	return invariant
}

func (h *hoister) wants(n *ir.Node) bool {
	if _, births := n.Op.(ir.Birther); births || len(n.Funcs) > 0 && h.kind[n.ID] != invariant {
		return false
	}
	switch h.kind[n.ID] {
	case invariant:
		return !isView(n.Op) && h.movable(n)
	case free:
		return h.movable(n) && (!isCheap(n.Op) || h.behindMoved(n))
	}
	return false
}

// movable reports whether n and all it needs can be computed outside.
func (h *hoister) movable(n *ir.Node) bool {
	if h.kind[n.ID] == free && !batchable(n) || mentions(n, h.born) {
		return false
	}
	for _, v := range n.In {
		if v.Node.ID > 0 && !h.move[v.Node.ID] && (!isCheap(v.Node.Op) && h.kind[v.Node.ID] != constant || !h.movable(v.Node)) {
			return false
		}
	}
	return true
}

// behindMoved reports whether n is elementwise work on something that was moved and is as large.
func (h *hoister) behindMoved(n *ir.Node) bool {
	if isView(n.Op) {
		return false
	}
	for _, v := range n.In {
		if h.move[v.Node.ID] && h.kind[v.Node.ID] == free && v.Type().SameShape(n.Types[0]) {
			return true
		}
	}
	return false
}

// isCheap is the op's own word on that.
func isCheap(op ir.Op) bool {
	c, ok := op.(ir.Cheaper)
	return ok && c.Cheap()
}

// isView reports whether the op's result need not be stored.
func isView(op ir.Op) bool {
	switch op.(type) {
	case ops.Broadcast, ops.Reshape, ops.Transpose, ops.Slice, ops.Again:
		return true
	}
	return false
}

// batchable reports whether the node's op has a batched form and its operands and results have room for an axis.
func batchable(n *ir.Node) bool {
	if _, ok := n.Op.(ir.Batcher); !ok {
		return false
	}
	for _, t := range n.Types {
		if t.IsList() || t.Rank() >= ir.MaxRank {
			return false
		}
	}
	for _, v := range n.In {
		if t := v.Type(); t.IsList() || t.Rank() >= ir.MaxRank {
			return false
		}
	}
	return true
}

// emit puts the moved nodes before the loop and the rest into a new one.
func (h *hoister) emit() []ir.Value {
	l := &newLoop{op: h.op, n: h.n, gone: h.move}
	m := &mover{c: h.c, trip: h.op.Trip, out: map[ir.Value]moved{}}
	for i := range h.body.Args {
		if v := h.body.Arg(i); h.freedom(v) != bound {
			m.out[v] = h.arg(i)
		}
	}
	for _, n := range h.body.Nodes[1:] {
		if !h.move[n.ID] {
			continue
		}
		for _, v := range n.Values() {
			if x := m.lift(v); x.batched {
				l.slices = append(l.slices, extra{v, x.v})
			} else {
				l.invs = append(l.invs, extra{v, x.v})
			}
		}
	}
	place := map[int]int{} // of results among the new loop's
	for k := range h.op.Carried {
		if h.handedOn[k] {
			l.invs = append(l.invs, extra{h.body.Arg(k + 1), h.c.Get(h.n.In[k])})
			continue
		}
		place[k] = len(l.carried)
		l.carried = append(l.carried, k)
	}
	for i := h.op.Carried; i < len(h.body.Outs); i++ {
		place[i] = len(l.carried) + len(l.stacks)
		l.stacks = append(l.stacks, h.body.Outs[i].Value)
	}
	if len(place) == 0 { // nothing is left for the loop to do
		return h.results(m, nil, place)
	}
	res, err := l.emit(h.c)
	if err != nil {
		h.c.B.Fail(err)
		return make([]ir.Value, len(h.n.Types))
	}
	return h.results(m, res, place)
}

// results are what the old loop gave: a stack of what was moved is what was moved.
func (h *hoister) results(m *mover, res []ir.Value, place map[int]int) []ir.Value {
	out := make([]ir.Value, len(h.n.Types))
	for i := range out {
		v := h.body.Outs[i].Value
		x, outside := m.out[v]
		switch {
		case h.handedOn[i]:
			out[i] = h.c.Get(h.n.In[i])
		case h.argStack[i] && !x.batched:
			out[i] = ops.Lead(h.c.B, x.v, h.op.Trip)
		case h.argStack[i] || i >= h.op.Carried && outside && x.batched && h.move[v.Node.ID]:
			out[i] = x.v
		default:
			out[i] = res[place[i]]
		}
	}
	return out
}

// arg is what the i-th argument of the body is outside: all rounds' indices, a scanned operand, an invariant.
func (h *hoister) arg(i int) moved {
	if i == 0 {
		return moved{h.c.B.Op1(ops.Iota{N: h.op.Trip, DType: tensor.I32}), true}
	}
	return moved{h.c.Get(h.n.In[i-1]), i > h.op.Carried && i <= h.op.Carried+h.op.Scanned}
}
