package lower

import "github.com/seed-350a5e16/nnc/ir"

// births lists, for each node, the nodes that give the symbols in its types, attributes and regions their values. No edge
// says so: a pass that changes the order of nodes has to ask.
func births(f *ir.Func) [][]*ir.Node {
	born := map[string]*ir.Node{}
	list := make([][]*ir.Node, len(f.Nodes))
	for _, n := range f.Nodes[1:] {
		if len(born) > 0 {
			seen := map[*ir.Node]bool{}
			eachSymbol(n, func(name string) {
				if u := born[name]; u != nil && !seen[u] {
					seen[u] = true
					list[n.ID] = append(list[n.ID], u)
				}
			})
		}
		if b, ok := n.Op.(ir.Birther); ok {
			for _, s := range b.Symbols(typesOf(n.In)) {
				born[s.Name] = n
			}
		}
	}
	return list
}

// eachSymbol visits the symbols in a node's types, attributes and regions.
func eachSymbol(n *ir.Node, visit func(name string)) {
	dim := func(d ir.Dim) ir.Dim {
		for _, name := range d.Syms() {
			visit(name)
		}
		return d
	}
	ir.MapAttrs(n.Op, dim, nil)
	for _, t := range n.Types {
		t.MapDims(dim)
	}
	for _, f := range n.Funcs {
		for _, m := range f.Nodes {
			eachSymbol(m, visit)
		}
	}
}
