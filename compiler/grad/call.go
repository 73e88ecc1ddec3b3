package grad

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// pullCall differentiates a call that flatten left whole.
func (d *diff) pullCall(op ops.Call, n *ir.Node, dOut []ir.Value) ([]ir.Value, error) {
	if op.Checkpoint {
		return d.pullCheckpoint(n, dOut)
	}
	return d.pullComposite(n, d.o.Composite(n.Funcs[0]), dOut)
}

// pullComposite calls the gradient composite: arguments, results and gradients of the float results in, gradients of the
// float arguments out.
func (d *diff) pullComposite(n *ir.Node, g *ir.Func, dOut []ir.Value) ([]ir.Value, error) {
	var in []ir.Value
	for _, v := range n.In {
		in = append(in, d.read(v))
	}
	in = append(in, n.Values()...)
	for i, t := range n.Types {
		if !isFloat(t) {
			continue
		}
		if dOut[i].IsZero() {
			dOut[i] = zeros(d.b, t)
		}
		in = append(in, dOut[i])
	}
	out := d.b.Region(ops.Call{}, []*ir.Func{g}, in...)
	dIn := make([]ir.Value, len(n.In))
	next := 0
	for i, v := range n.In {
		if isFloat(v.Type()) {
			dIn[i] = out[next]
			next++
		}
	}
	return dIn, nil
}

// pullCheckpoint runs the function again on its arguments and differentiates that run.
func (d *diff) pullCheckpoint(n *ir.Node, dOut []ir.Value) ([]ir.Value, error) {
	e := d.inner(n.Funcs[0].Name)
	e.plain = true
	args, active := make([]ir.Value, len(n.In)), make([]bool, len(n.In))
	for i, v := range n.In {
		args[i], active[i] = e.b.Arg(argName(i), ir.Input, v.Type()), d.active[v]
	}
	outs, err := e.forward(n.Funcs[0], args, active)
	if err != nil {
		return nil, err
	}
	seeds, seedOf := e.seedArgs(dOut)
	if err := e.backward(outs, seeds); err != nil {
		return nil, err
	}
	var where []int
	for i, v := range args {
		if !e.grad[v].IsZero() {
			where = append(where, i)
			e.b.Out("d", e.grad[v])
		}
	}
	f, err := e.b.Done()
	if err != nil {
		return nil, err
	}
	var in []ir.Value
	for _, v := range n.In {
		in = append(in, d.b.Op1(ops.Again{}, v))
	}
	for _, i := range seedOf {
		in = append(in, dOut[i])
	}
	dIn := make([]ir.Value, len(n.In))
	for i, v := range inlineLive(d.b, f, in) {
		dIn[where[i]] = v
	}
	return dIn, nil
}

// seedArgs adds an argument for each gradient that there is; seedOf are their places.
func (d *diff) seedArgs(dOut []ir.Value) (seeds []ir.Value, seedOf []int) {
	seeds = make([]ir.Value, len(dOut))
	for i, v := range dOut {
		if !v.IsZero() {
			seeds[i] = d.b.Arg("d"+argName(i), ir.Input, v.Type())
			seedOf = append(seedOf, i)
		}
	}
	return seeds, seedOf
}
