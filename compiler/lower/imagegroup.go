package lower

import (
	"slices"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// walksPixels reports whether a group can follow a convolution strip by strip: nothing is stretched that differs from pixel to
// pixel.
func walksPixels(g *ir.Node) bool {
	for _, n := range g.Funcs[0].Nodes[1:] {
		op, ok := n.Op.(ops.Broadcast)
		if !ok {
			continue
		}
		for i, a := range op.Axes.Slice() {
			if a >= 2 && !n.In[0].Type().Dim(i).Is(1) {
				return false
			}
		}
	}
	return true
}

// imageEpilogue makes the step of a convolution and the group behind it. A bias that is added first, to a result that nothing else
// reads, is the kernel's.
func (g *grouper) imageEpilogue(conv *ir.Node, outs []int) (*plan.Step, error) {
	s := g.s
	images, _, _ := imageOp(conv.Op)
	first := s.staysFirst(conv)
	g.w.channelsLast, g.w.pixels, g.w.fixed = !first, true, true
	step := s.imageStep(conv, images)
	step.Image.Last = !first
	if op := conv.Op.(ops.Conv); !first || isPlanes(op, conv) {
		if bias, ok := g.bias(conv); ok {
			step.Image.Bias = true
			step.In = append(step.In, s.dense(bias))
		}
	}
	if g.summed != nil && len(outs) == 1 && g.wanted(outs[0]) { // the sum is a result: it is laid over by the kernel
		g.w.channelsLast, step.Image.Last = false, false
	}
	c, outs, places := g.placeImage(conv, outs)
	step.Out = []plan.Operand{c}
	s.locs[conv.Value(0)] = c
	if len(outs) == 0 {
		step.Ops += len(g.f.Nodes) - 1
		return step, nil
	}
	if err := g.reads(); err != nil {
		return nil, err
	}
	for _, o := range places {
		g.writes = append(g.writes, g.w.write(o))
	}
	t := g.w.step(s.l.p, step.Name, len(g.f.Nodes)-1, func(b *tile.Builder) { g.code(b, outs) })
	step.Ops += t.Ops
	step.Image.Epilogue = t.Tile.Prog
	step.In = append(step.In, t.In...)
	step.Out = append(step.Out, t.Out...)
	return step, nil
}

// wanted reports whether result i of the group is the sum with the bias, and shall lie channels first.
func (g *grouper) wanted(i int) bool {
	_, home := g.s.homes[g.n.Value(i)]
	return home && g.f.Outs[i].Value == g.summed.Value(0)
}

// bias finds what is added to each channel of the convolution before all else, and marks the addition as done.
func (g *grouper) bias(conv *ir.Node) (ir.Value, bool) {
	if g.s.isKept(conv) {
		return ir.Value{}, false
	}
	var add *ir.Node
	for _, n := range g.f.Nodes[1:] {
		for _, v := range n.In {
			if !g.isArg(v, conv) {
				continue
			}
			if add != nil || n.Op.Name() != ops.Add().Name() {
				return ir.Value{}, false
			}
			add = n
		}
	}
	for _, o := range g.f.Outs {
		if g.isArg(o.Value, conv) {
			return ir.Value{}, false
		}
	}
	if add == nil {
		return ir.Value{}, false
	}
	for _, v := range add.In {
		op, ok := v.Node.Op.(ops.Broadcast)
		if ok && slices.Equal(op.Axes.Slice(), []int{1}) && ir.IsArgs(v.Node.In[0].Node) && v.Node.In[0].Type().Dim(0) == conv.Types[0].Dim(1) {
			g.summed = add
			return g.n.In[v.Node.In[0].Res], true
		}
	}
	return ir.Value{}, false
}

// isArg reports whether v is the group's argument that the node gives.
func (g *grouper) isArg(v ir.Value, n *ir.Node) bool {
	return ir.IsArgs(v.Node) && g.n.In[v.Res].Node == n
}

// placeImage finds where the convolution's result lies: where the sum with the bias shall be, if that is a result, or where the first
// of the group's results does, if nothing else reads the convolution's. It gives the results left to compute and their places.
func (g *grouper) placeImage(conv *ir.Node, outs []int) (c plan.Operand, left []int, places []plan.Operand) {
	found := false
	for _, i := range outs {
		o := g.place(g.n.Value(i))
		if !found && g.summed != nil && g.f.Outs[i].Value == g.summed.Value(0) {
			c, found = o, true
			continue
		}
		left, places = append(left, i), append(places, o)
	}
	if !found && !g.s.isKept(conv) {
		for _, o := range places {
			if !found && o.Type == conv.Types[0] {
				c, found = o, true
			}
		}
	}
	if !found {
		c = g.place(conv.Value(0))
	}
	if g.summed != nil {
		g.access[g.summed.Value(0)] = access{c, strides(c)}
	}
	return c, left, places
}
