package compiler

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

func normRules() []Rule {
	return []Rule{
		{"GateComoments", "comoments(where(s*(x - m) + t > 0, g, 0), x, m) => gated_comoments(g, x, m, s, t)", true, gateComoments},
	}
}

// gateComoments takes the mask of a relu behind a norm into the sums of the norm's gradient: what it lets through is then never stored.
func gateComoments(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Comoments)
	if !ok {
		return nil
	}
	masked := bare(n.In[0]).Node
	if _, ok := masked.Op.(ops.Select); !ok || !isConst(masked.In[2], 0) || isNegZero(masked.In[2]) {
		return nil
	}
	scale, shift, ok := gateOf(masked.In[0], n.In[1], n.In[2], op)
	if !ok {
		return nil
	}
	dims := n.In[2].Type().Dims()
	each := func(row ir.Value) ir.Value { return ops.BroadcastTo(b, row, dims, []int{op.Lead}) }
	return b.Op(ops.GatedComoments(op), masked.In[1], n.In[1], n.In[2], each(scale), each(shift))
}

// gateOf finds scale and shift, if cond is that scale*(x - at) + shift, or the relu of it, is greater than 0.
func gateOf(cond, x, at ir.Value, op ops.Comoments) (scale, shift ir.Value, ok bool) {
	n := bare(cond).Node
	if n.Op != ir.Op(ops.Gt()) || !isConst(n.In[1], 0) {
		return scale, shift, false
	}
	z := bare(n.In[0])
	if z.Node.Op == ir.Op(ops.Max()) && isConst(z.Node.In[1], 0) {
		z = bare(z.Node.In[0])
	}
	if z.Node.Op != ir.Op(ops.Add()) {
		return scale, shift, false
	}
	for i, product := range z.Node.In {
		product = bare(product)
		if product.Node.Op != ir.Op(ops.Mul()) {
			continue
		}
		for k, distance := range product.Node.In {
			d := bare(distance).Node
			if d.Op != ir.Op(ops.Sub()) || bare(d.In[0]) != bare(x) {
				continue
			}
			from, isRow := channelRow(d.In[1], op)
			scale, isScale := channelRow(product.Node.In[1-k], op)
			shift, isShift := channelRow(z.Node.In[1-i], op)
			if isRow && isScale && isShift && bare(from) == bare(at) {
				return scale, shift, true
			}
		}
	}
	return scale, shift, false
}

// channelRow is what v repeats, an element for each channel that op keeps apart, or for each channel of all leading places.
func channelRow(v ir.Value, op ops.Comoments) (ir.Value, bool) {
	v = bare(v)
	wide, ok := v.Node.Op.(ops.Broadcast)
	if !ok {
		return v, false
	}
	var axes []int
	for i := range op.Lead {
		axes = append(axes, i)
	}
	own := wide.Axes.Slice()
	return v.Node.In[0], slices.Equal(own, []int{op.Axis}) || slices.Equal(own, append(axes, op.Axis))
}

// bare looks through marks that a value is computed again.
func bare(v ir.Value) ir.Value {
	for {
		if _, ok := v.Node.Op.(ops.Again); !ok {
			return v
		}
		v = v.Node.In[0]
	}
}
