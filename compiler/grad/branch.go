package grad

import (
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

func argName(i int) string { return "a" + strconv.Itoa(i) }

// pullIf differentiates a branch by a branch: each side computes its forward part again beside its gradient, so that
// nothing has to be kept that the other side does not have.
func (d *diff) pullIf(n *ir.Node, dOut []ir.Value) ([]ir.Value, error) {
	in := []ir.Value{n.In[0]}
	active := make([]bool, len(n.In)-1)
	for i, v := range n.In[1:] {
		in, active[i] = append(in, d.read(v)), d.active[v]
	}
	for _, v := range dOut {
		if !v.IsZero() {
			in = append(in, v)
		}
	}
	sides := make([]*ir.Func, 2)
	for i, f := range n.Funcs {
		g, err := d.side(f, active, dOut)
		if err != nil {
			return nil, err
		}
		sides[i] = g
	}
	out := d.b.Region(ops.If{}, sides, in...)
	dIn := make([]ir.Value, len(n.In))
	next := 0
	for i, on := range active {
		if on {
			dIn[i+1] = out[next]
			next++
		}
	}
	return dIn, nil
}

// side is the function of operands and gradients of results that gives the gradients of the active operands.
func (d *diff) side(f *ir.Func, active []bool, dOut []ir.Value) (*ir.Func, error) {
	e := d.inner(f.Name)
	e.plain = true
	args := make([]ir.Value, len(f.Args))
	for i, a := range f.Args {
		args[i] = e.b.Arg(argName(i), ir.Input, a.Type)
	}
	outs, err := e.forward(f, args, active)
	if err != nil {
		return nil, err
	}
	seeds, _ := e.seedArgs(dOut)
	if err := e.backward(outs, seeds); err != nil {
		return nil, err
	}
	for i, on := range active {
		if on {
			e.b.Out("d", e.gradOr0(args[i]))
		}
	}
	return e.b.Done()
}
