package grad

import "github.com/seed-350a5e16/nnc/ir"

// liveNodes marks the nodes that the given values need, and those that give birth to a symbol, since dims may need it.
func liveNodes(nodes []*ir.Node, need []ir.Value) []bool {
	live := make([]bool, len(nodes))
	for _, v := range need {
		live[v.Node.ID] = true
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		_, births := nodes[i].Op.(ir.Birther)
		if live[i] = live[i] || births; live[i] {
			for _, v := range nodes[i].In {
				live[v.Node.ID] = true
			}
		}
	}
	return live
}

// varies tells which results of f change smoothly with the marked arguments. Functions that nodes hold are not looked
// into: all their results depend on all they read.
func varies(f *ir.Func, args []bool) []bool {
	on := make([]bool, len(f.Nodes)) // whether a node's float results vary; of node 0 args says
	vary := func(v ir.Value) bool {
		if !isFloat(v.Type()) {
			return false
		}
		if v.Node.ID == 0 {
			return args[v.Res]
		}
		return on[v.Node.ID]
	}
	for _, n := range f.Nodes[1:] {
		for _, v := range n.In {
			on[n.ID] = on[n.ID] || vary(v)
		}
	}
	outs := make([]bool, len(f.Outs))
	for i, o := range f.Outs {
		outs[i] = vary(o.Value)
	}
	return outs
}

// needs tells which arguments of f the marked results change smoothly with.
func needs(f *ir.Func, outs []bool) []bool {
	on, args := make([]bool, len(f.Nodes)), make([]bool, len(f.Args))
	mark := func(v ir.Value) {
		switch {
		case !isFloat(v.Type()):
		case v.Node.ID == 0:
			args[v.Res] = true
		default:
			on[v.Node.ID] = true
		}
	}
	for i, o := range f.Outs {
		if outs[i] {
			mark(o.Value)
		}
	}
	for i := len(f.Nodes) - 1; i > 0; i-- {
		if on[i] {
			for _, v := range f.Nodes[i].In {
				mark(v)
			}
		}
	}
	return args
}
