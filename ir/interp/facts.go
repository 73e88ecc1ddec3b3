package interp

import "github.com/seed-350a5e16/nnc/ir"

// facts are what is worked out once about a function: where results lie in the list of values, and which die where.
type facts struct {
	first []int   // of node i: the place of its first result
	count int     // of values
	dies  [][]int // at node i: the values that no one reads any more
	nodes []nodeFacts
}

// nodeFacts are what the environment gave for a node when its gen was that: the op with dims bound, the shapes of the
// results. A node without symbols keeps them for good.
type nodeFacts struct {
	gen    int
	static bool
	op     ir.Op
	shapes [][]int
}

func study(f *ir.Func) *facts {
	fc := &facts{first: make([]int, len(f.Nodes)), nodes: make([]nodeFacts, len(f.Nodes)), dies: make([][]int, len(f.Nodes))}
	for i, n := range f.Nodes {
		fc.first[i] = fc.count
		fc.count += len(n.Types)
		fc.nodes[i].static = isStatic(n)
	}
	last := make([]int, fc.count)
	for i, n := range f.Nodes {
		for r := range n.Types {
			last[fc.first[i]+r] = i // unused results die at once
		}
		for _, v := range n.In {
			last[fc.place(v)] = i
		}
	}
	for _, o := range f.Outs {
		last[fc.place(o.Value)] = -1
	}
	for p, i := range last {
		if i >= 0 {
			fc.dies[i] = append(fc.dies[i], p)
		}
	}
	return fc
}

func (fc *facts) place(v ir.Value) int { return fc.first[v.Node.ID] + v.Res }

// isStatic reports whether no symbol stands in the node's attributes or result types.
func isStatic(n *ir.Node) bool {
	static := true
	look := func(d ir.Dim) ir.Dim {
		static = static && d.IsConst()
		return d
	}
	ir.MapAttrs(n.Op, look, nil)
	for _, t := range n.Types {
		t.MapDims(look)
	}
	return static
}
