package grad

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// backward emits the gradient of everything active, given the gradients of outs (zero Values where there is none).
func (d *diff) backward(outs, seeds []ir.Value) error {
	d.findKept()
	for i, v := range outs {
		if !seeds[i].IsZero() {
			d.add(v, seeds[i])
		}
	}
	nodes := d.b.Func().Nodes
	for i := d.last - 1; i >= d.first; i-- {
		if err := d.node(nodes[i]); err != nil {
			return err
		}
		if err := d.b.Err(); err != nil {
			return fmt.Errorf("gradient of %s: %w", nodes[i].Op.Name(), err)
		}
	}
	return nil
}

// add adds g to the gradient of v, if v is active.
func (d *diff) add(v, g ir.Value) {
	if g.IsZero() || !d.active[v] {
		return
	}
	if old := d.grad[v]; !old.IsZero() {
		g = d.b.Op1(ops.Add(), old, g)
	}
	d.grad[v] = g
}

func (d *diff) node(n *ir.Node) error {
	dOut := make([]ir.Value, len(n.Types))
	any := false
	for i, v := range n.Values() {
		dOut[i] = d.grad[v]
		any = any || !dOut[i].IsZero()
	}
	if !any || !d.anyActive(n.In) {
		return nil
	}
	d.b.At(gradOrigin(n.Origin))
	dIn, err := d.pull(n, dOut)
	if err != nil {
		return err
	}
	for i, v := range n.In {
		if i < len(dIn) {
			d.add(v, dIn[i])
		}
	}
	return nil
}

// gradOrigin points a gradient node to its forward node.
func gradOrigin(o *ir.Origin) *ir.Origin {
	if o == nil {
		return &ir.Origin{Rule: "grad"}
	}
	return &ir.Origin{Span: o.Span, Calls: o.Calls, Rule: "grad", Of: o}
}

// pull gives the gradients of a node's inputs.
func (d *diff) pull(n *ir.Node, dOut []ir.Value) ([]ir.Value, error) {
	switch op := n.Op.(type) {
	case ops.Scan:
		return d.pullScan(op, n, dOut)
	case ops.If:
		return d.pullIf(n, dOut)
	case ops.Call:
		return d.pullCall(op, n, dOut)
	case ops.While:
		return nil, d.fail(n, diag.GradUnbounded, "a while without max can't be differentiated; write while c max n, or stop_gradient")
	case ir.VJPer:
		return d.pullOp(op, n, dOut), nil
	}
	return nil, d.fail(n, diag.NoGradient, "%s has no gradient; use stop_gradient if it is to count as a constant", n.Op.Name())
}

// pullOp asks the op. The rule sees a stand-in of the node whose inputs are what the backward part reads for them, and
// what the rule emits then reads for the stand-in's results likewise.
func (d *diff) pullOp(op ir.VJPer, n *ir.Node, dOut []ir.Value) []ir.Value {
	shadow := *n
	shadow.In = make([]ir.Value, len(n.In))
	for i, v := range n.In {
		shadow.In[i] = d.read(v)
	}
	results := make([]ir.Value, len(n.Types))
	for i, v := range n.Values() {
		results[i] = d.read(v)
	}
	from := d.b.NumNodes()
	dIn := op.VJP(d.b, &shadow, dOut)
	real := func(vs []ir.Value) {
		for i, v := range vs {
			if v.Node == &shadow {
				vs[i] = results[v.Res]
			}
		}
	}
	for _, m := range d.b.Func().Nodes[from:] {
		real(m.In)
	}
	real(dIn)
	return dIn
}
