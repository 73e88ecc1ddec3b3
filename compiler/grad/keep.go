package grad

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// cheap reports whether a node's results are better computed again than kept.
func cheap(n *ir.Node) bool {
	op, ok := n.Op.(ir.Cheaper)
	return ok && op.Cheap() && len(n.In) > 0
}

// findKept marks the forward values that a dear op reads: they lie in memory whatever the backward part does. Of a
// broadcast it is the operand, since the broadcast itself may never be stored.
func (d *diff) findKept() {
	d.kept = map[ir.Value]bool{}
	for _, n := range d.b.Func().Nodes[d.first:d.last] {
		if cheap(n) {
			continue
		}
		for _, v := range n.In {
			d.keep(v)
		}
	}
}

func (d *diff) keep(v ir.Value) {
	for {
		switch v.Node.Op.(type) {
		case ops.Broadcast, ops.Reshape, ops.Transpose, ops.Again:
			v = v.Node.In[0]
			continue
		}
		d.kept[v] = true
		return
	}
}

// read is what the backward part reads for the forward value v.
func (d *diff) read(v ir.Value) ir.Value {
	switch {
	case d.stays(v):
		return v
	case d.isView(v):
		return d.view(v)
	}
	return d.again(v)
}

// isView reports whether v is a view of a value that stays where it is: made again it costs nothing, and may be merged.
func (d *diff) isView(v ir.Value) bool {
	switch v.Node.Op.(type) {
	case ops.Broadcast, ops.Reshape, ops.Transpose, ops.Slice:
		return d.stays(v.Node.In[0]) || d.isView(v.Node.In[0])
	}
	return false
}

func (d *diff) view(v ir.Value) ir.Value {
	if d.stays(v) {
		return v
	}
	if w, ok := d.views[v]; ok {
		return w
	}
	d.views[v] = d.b.Op1(v.Node.Op, d.view(v.Node.In[0]))
	return d.views[v]
}

// stays reports whether v is read where it is: it is no forward value, or kept, or dear.
func (d *diff) stays(v ir.Value) bool {
	id := v.Node.ID
	return d.plain || id < d.first || id >= d.last || d.kept[v] || !cheap(v.Node)
}

// again computes v again. What it starts from is read through the op again, so that CSE finds no equal of the copy;
// constants are left as they are.
func (d *diff) again(v ir.Value) ir.Value {
	if w, ok := d.copies[v]; ok {
		return w
	}
	w := v
	switch {
	case len(v.Node.In) == 0 && !ir.IsArgs(v.Node):
	case d.stays(v):
		w = d.b.Op1(ops.Again{}, v)
	default:
		in := make([]ir.Value, len(v.Node.In))
		for i, x := range v.Node.In {
			in[i] = d.again(x)
		}
		outs := d.b.Op(v.Node.Op, in...)
		for i, o := range v.Node.Values() {
			d.copies[o] = outs[i]
		}
		return outs[v.Res]
	}
	d.copies[v] = w
	return w
}
