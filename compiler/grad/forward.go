package grad

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// forward copies f into the builder, over args, and notes which values depend on the active arguments. It returns the
// results of f.
func (d *diff) forward(f *ir.Func, args []ir.Value, active []bool) ([]ir.Value, error) {
	f, err := d.flatten(f)
	if err != nil {
		return nil, err
	}
	c := ir.NewCopier(d.b)
	for i, v := range args {
		c.Set(f.Arg(i), v)
		d.active[v] = active[i] && isFloat(v.Type())
	}
	d.first = d.b.NumNodes()
	d.last = d.first
	for _, n := range f.Nodes[1:] {
		if w, ok := n.Op.(ops.While); ok && w.Bounded && d.anyActive(c.GetAll(n.In)) {
			d.b.At(n.Origin)
			c.SetAll(n, d.guardedScan(w, n, c.GetAll(n.In)))
		} else {
			c.Copy(n)
		}
		if err := d.b.Err(); err != nil {
			return nil, fmt.Errorf("gradient of %s: %w", f.Name, err)
		}
		d.noteActive()
	}
	d.outs = c.GetAll(outValues(f))
	return d.outs, nil
}

// noteActive looks at the nodes that are new since the last time.
func (d *diff) noteActive() {
	nodes := d.b.Func().Nodes
	for ; d.last < len(nodes); d.last++ {
		n := nodes[d.last]
		d.noteBirths(n)
		if _, stop := n.Op.(ops.StopGradient); stop || !d.anyActive(n.In) {
			continue
		}
		for _, v := range n.Values() {
			d.active[v] = isFloat(v.Type())
		}
	}
}

func (d *diff) noteBirths(n *ir.Node) {
	b, ok := n.Op.(ir.Birther)
	if !ok {
		return
	}
	types := make([]ir.Type, len(n.In))
	for i, v := range n.In {
		types[i] = v.Type()
	}
	for _, s := range b.Symbols(types) {
		d.open[s.Name] = !s.Bounded
	}
}

func (d *diff) anyActive(vs []ir.Value) bool {
	for _, v := range vs {
		if d.active[v] {
			return true
		}
	}
	return false
}

// flatten opens the calls in f but for those that have a gradient of their own: checkpoints, and composites with a
// gradient composite.
func (d *diff) flatten(f *ir.Func) (*ir.Func, error) {
	open := func(n *ir.Node) bool {
		switch op := n.Op.(type) {
		case ops.Call:
			return !op.Checkpoint && d.o.Composite(n.Funcs[0]) == nil
		case ops.Group:
			return true
		}
		return false
	}
	found := false
	for _, n := range f.Nodes {
		found = found || open(n)
	}
	if !found {
		return f, nil
	}
	return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
		if !open(n) {
			return nil
		}
		g, err := d.flatten(n.Funcs[0])
		if err != nil {
			c.B.Fail(err)
			return make([]ir.Value, len(n.Types))
		}
		return ir.Inline(c.B, g, c.GetAll(n.In), nil)
	})
}
