package irtest

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// operands picks up to n float values, each once.
func (bl *block) operands(n int) []ir.Value {
	all := bl.floats()
	var vs []ir.Value
	for len(vs) < n && len(all) > 0 {
		i := bl.g.next(len(all))
		vs = append(vs, all[i])
		all = append(all[:i:i], all[i+1:]...)
	}
	return vs
}

func typesOf(vs []ir.Value) []ir.Type {
	ts := make([]ir.Type, len(vs))
	for i, v := range vs {
		ts[i] = v.Type()
	}
	return ts
}

// region makes a function of these types; body gives its results from the block in which a few steps were made.
func (bl *block) region(name string, in []ir.Type, body func(q *block, args []ir.Value) []ir.Value) *ir.Func {
	q := &block{g: bl.g, b: ir.NewFunc(name), depth: bl.depth - 1, grads: bl.grads}
	args := make([]ir.Value, len(in))
	for i, t := range in {
		args[i] = q.b.Arg(bl.g.fresh(pick(bl.g, "", "v", "x")+"p"), ir.Input, t)
		if !t.IsList() {
			q.pool = append(q.pool, args[i])
		}
	}
	for range 1 + bl.g.next(4) {
		if len(q.floats()) > 0 {
			q.step()
		}
	}
	for i, v := range body(q, args) {
		q.b.Out(string(rune('p'+i)), v)
	}
	f, err := q.b.Done()
	if err != nil {
		bl.b.Fail(err)
	}
	return f
}

// last is one of the newest values of a type, which there is.
func (bl *block) last(t ir.Type) ir.Value {
	same := bl.like(t)
	return same[len(same)-1-bl.g.next(min(2, len(same)))]
}

func (bl *block) branch() {
	in := bl.operands(2)
	if len(in) == 0 {
		return
	}
	cond := bl.b.Op1(ops.Gt(), bl.sum(in[0]), bl.b.Op1(ops.Lit{V: "0.25", DType: tensor.F32}))
	side := func() *ir.Func {
		return bl.region("side", typesOf(in), func(q *block, _ []ir.Value) []ir.Value {
			return []ir.Value{q.last(in[0].Type())}
		})
	}
	then := side()
	other := side()
	if bl.g.next(4) == 0 {
		other = then // two places may hold the same function
	}
	bl.keep(results(bl.b.Region(ops.If{}, []*ir.Func{then, other}, append([]ir.Value{cond}, in...)...))...)
}

func (bl *block) scan() {
	carried, rest := bl.operands(1), bl.operands(2)
	if len(carried) == 0 {
		return
	}
	op := ops.Scan{Trip: ir.Const(int64(bl.g.next(4))), Carried: 1, Scanned: bl.g.next(2), Reverse: bl.g.next(2) == 1}
	in := carried
	if t := rest[0].Type(); op.Scanned == 1 && t.Rank() == ir.MaxRank {
		return
	}
	if op.Scanned == 1 {
		in = append(in, ops.Lead(bl.b, rest[0], op.Trip))
	}
	in = append(in, rest...)
	args, err := op.BodyTypes(typesOf(in))
	if err != nil {
		bl.b.Fail(err)
		return
	}
	body := bl.region("round", args, func(q *block, _ []ir.Value) []ir.Value {
		out := []ir.Value{q.last(carried[0].Type())}
		if y := q.any(); bl.g.next(2) == 1 && y.Type().Rank() < ir.MaxRank && !y.Type().IsList() && !runDims(y.Type()) && y.Type().Layout == ir.RowMajor {
			out = append(out, y)
		}
		return out
	})
	bl.keep(results(bl.b.Region(op, []*ir.Func{body}, in...))...)
}

func (bl *block) while() {
	in := bl.operands(1 + bl.g.next(2))
	if len(in) == 0 {
		return
	}
	zero := bl.b.Op1(ops.Lit{V: "0", DType: tensor.I32})
	all := append([]ir.Value{zero, in[0]}, in[1:]...)
	types := typesOf(all)
	limit := func(q *block, v string) ir.Value { return q.b.Op1(ops.Lit{V: v, DType: tensor.I32}) }
	cond := bl.region("cond", types, func(q *block, args []ir.Value) []ir.Value {
		return []ir.Value{q.b.Op1(ops.Lt(), args[0], limit(q, "3"))}
	})
	body := bl.region("body", types, func(q *block, args []ir.Value) []ir.Value {
		return []ir.Value{q.b.Op1(ops.Add(), args[0], limit(q, "1")), q.last(types[1])}
	})
	op := ops.While{Carried: 2, Max: ir.Const(int64(bl.g.next(5))), Bounded: bl.grads || bl.g.next(2) == 1}
	bl.keep(results(bl.b.Region(op, []*ir.Func{cond, body}, all...))...)
}

func (bl *block) call() {
	in := bl.operands(2)
	if len(in) == 0 {
		return
	}
	f := bl.region(bl.g.fresh("part."), typesOf(in), func(q *block, _ []ir.Value) []ir.Value {
		return []ir.Value{q.last(in[0].Type())}
	})
	if f == nil {
		return
	}
	f.Composite = pick(bl.g, "", "softmax", `attention(causal = true)`)
	op := ops.Call{Checkpoint: bl.g.next(2) == 1}
	bl.keep(results(bl.b.Region(op, []*ir.Func{f}, in...))...)
	if bl.g.next(2) == 1 {
		bl.keep(results(bl.b.Region(op, []*ir.Func{f}, in...))...)
	}
}

// gradient differentiates a function; all in it has a gradient.
func (bl *block) gradient() {
	in := bl.operands(2)
	if len(in) == 0 {
		return
	}
	saved := bl.grads
	bl.grads = true
	f := bl.region(bl.g.fresh("loss."), typesOf(in), func(q *block, args []ir.Value) []ir.Value {
		return []ir.Value{q.sum(q.b.Op1(ops.Mul(), args[0], q.last(in[0].Type())))}
	})
	bl.grads = saved
	if f != nil {
		bl.keep(results(bl.b.Region(ops.Grad{Wrt: ir.MakeInts(0)}, []*ir.Func{f}, in...))...)
	}
}

// list grows a list in a loop and takes it apart.
func (bl *block) list() {
	in := bl.operands(1)
	if len(in) == 0 || bl.grads || in[0].Type().Rank() == ir.MaxRank {
		return
	}
	t := in[0].Type()
	list := bl.b.Op1(ops.ListNew{Elem: t})
	op := ops.Scan{Trip: ir.Const(3), Carried: 2}
	body := bl.region("grow", []ir.Type{ir.T(tensor.I32), ir.ListOf(t), t}, func(q *block, args []ir.Value) []ir.Value {
		return []ir.Value{q.b.Op1(ops.ListAppend{}, args[1], args[2]), q.last(t)}
	})
	out := bl.b.Region(op, []*ir.Func{body}, list, in[0])
	if out[0].IsZero() {
		return
	}
	bl.keep(out[1], bl.b.Op1(ops.ListStack{N: ir.Const(3)}, out[0]), bl.b.Op1(ops.ListLen{}, out[0]))
	bl.keep(bl.b.Op1(ops.ListAt{}, out[0], bl.b.Op1(ops.Lit{V: "2", DType: tensor.I32})))
}
