package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// FuseMap is the rule that makes groups of elementwise ops; --off names it.
const FuseMap = "FuseMap"

// MapGroup is the kind of a fused group of elementwise ops over one shape.
const MapGroup = "map"

// groupOperands bounds the operands of a group, under the limit of tile programs; a product's epilogue needs one more.
const groupOperands = tile.MaxOperands - 2

// Fuse puts every elementwise op that tile programs know into a [ops.Group], the largest it can make. It is exact: the
// same ops compute the same elements.
//
// Ops of one shape that stand on one level make a group. The level of an op is the number of barriers before it: an op
// that is not elementwise, or of another shape, is one level below the elementwise ops that read it. A path from a group
// through anything else back into it would raise the level, so no order of the ops can break. An op whose readers are all
// deeper moves down to them: what it would have stored is then never stored.
//
// Literals and stretched operands are not members: each group holds its own copies of them.
func Fuse(m *ir.Module) (*ir.Module, error) {
	t := newTiler()
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) { return t.fuse(f) })
}

func (t *tiler) fuse(f *ir.Func) (*ir.Func, error) {
	g := &fuser{f: f, member: make([]bool, len(f.Nodes)), level: make([]int, len(f.Nodes)), group: make([]int, len(f.Nodes))}
	for _, n := range f.Nodes[1:] {
		g.member[n.ID] = t.fusible(n)
	}
	g.users, g.births = users(f), births(f)
	g.levels()
	g.sink()
	g.connect()
	return g.rebuild()
}

// fuser holds side tables by node.
type fuser struct {
	f      *ir.Func
	users  [][]*ir.Node // of any result
	births [][]*ir.Node // that give lengths of the node their values
	member []bool
	level  []int
	group  []int // the smallest id of a member's group
	isOut  []bool
}

func users(f *ir.Func) [][]*ir.Node {
	all := make([][]*ir.Node, len(f.Nodes))
	for _, n := range f.Nodes {
		for i, v := range n.In {
			if !reads(n.In[:i], v.Node) {
				all[v.Node.ID] = append(all[v.Node.ID], n)
			}
		}
	}
	return all
}

func reads(in []ir.Value, n *ir.Node) bool {
	for _, v := range in {
		if v.Node == n {
			return true
		}
	}
	return false
}

// fuses reports whether the edge from u to v may lie inside a group.
func (g *fuser) fuses(u, v *ir.Node) bool {
	return g.member[u.ID] && g.member[v.ID] && u.Types[0].SameShape(v.Types[0])
}

// weight is how many levels v stands at least below u, which it reads.
func (g *fuser) weight(u, v *ir.Node) int {
	if g.member[v.ID] && !g.fuses(u, v) && !ir.IsArgs(u) {
		return 1
	}
	return 0
}

func (g *fuser) levels() {
	for _, n := range g.f.Nodes[1:] {
		for _, v := range n.In {
			g.level[n.ID] = max(g.level[n.ID], g.level[v.Node.ID]+g.weight(v.Node, n))
		}
		for _, u := range g.births[n.ID] {
			g.level[n.ID] = max(g.level[n.ID], g.level[u.ID]+g.weight(u, n))
		}
	}
}

// sink moves members down to their readers, last ones first, where all readers are members of their shape. A result of the
// function may be computed late, too: moments wait for the step that they belong to.
func (g *fuser) sink() {
	g.isOut = make([]bool, len(g.f.Nodes))
	for _, o := range g.f.Outs {
		g.isOut[o.Value.Node.ID] = true
	}
	for i := len(g.f.Nodes) - 1; i > 0; i-- {
		n := g.f.Nodes[i]
		if !g.member[i] || len(g.users[i]) == 0 {
			continue
		}
		low := -1
		for _, u := range g.users[i] {
			if !g.fuses(n, u) {
				low = -1
				break
			}
			if low < 0 || g.level[u.ID] < low {
				low = g.level[u.ID]
			}
		}
		g.level[i] = max(g.level[i], low)
	}
}

// connect joins members that share an edge on one level, and all scalars of a level.
func (g *fuser) connect() {
	for i := range g.group {
		g.group[i] = i
	}
	scalars := map[int]int{}
	for _, n := range g.f.Nodes[1:] {
		if !g.member[n.ID] {
			continue
		}
		for _, v := range n.In {
			if u := v.Node; g.fuses(u, n) && g.level[u.ID] == g.level[n.ID] {
				g.union(u.ID, n.ID)
			}
		}
		if n.Types[0].Rank() == 0 {
			if first, ok := scalars[g.level[n.ID]]; ok {
				g.union(first, n.ID)
			} else {
				scalars[g.level[n.ID]] = n.ID
			}
		}
	}
	for i := range g.group {
		g.group[i] = g.find(i)
	}
}

func (g *fuser) find(i int) int {
	for g.group[i] != i {
		g.group[i] = g.group[g.group[i]]
		i = g.group[i]
	}
	return i
}

func (g *fuser) union(a, b int) {
	a, b = g.find(a), g.find(b)
	g.group[max(a, b)] = min(a, b)
}

// rebuild copies the function level by level: first the groups of a level, then everything else on it.
func (g *fuser) rebuild() (*ir.Func, error) {
	c := ir.NewCopier(ir.NewFunc(g.f.Name))
	c.Head(g.f)
	depth := 0
	for _, l := range g.level {
		depth = max(depth, l)
	}
	groups, rest := make([][]int, depth+1), make([][]*ir.Node, depth+1)
	members := make([][]*ir.Node, len(g.f.Nodes))
	for _, n := range g.f.Nodes[1:] {
		l := g.level[n.ID]
		if !g.member[n.ID] {
			rest[l] = append(rest[l], n)
			continue
		}
		head := g.group[n.ID]
		if len(members[head]) == 0 {
			groups[l] = append(groups[l], head)
		}
		members[head] = append(members[head], n)
	}
	gone := g.gone()
	for l := range groups {
		for _, head := range groups[l] {
			g.emit(c, members[head])
		}
		for _, n := range rest[l] {
			if !gone[n.ID] {
				c.Copy(n)
			}
		}
	}
	c.Tail(g.f)
	return c.B.Done()
}

// gone marks literals and stretches that only groups read: they hold their own copies, and one that is left over would
// make what it stretches seem to be needed outside.
func (g *fuser) gone() []bool {
	gone := make([]bool, len(g.f.Nodes))
	for i := len(g.f.Nodes) - 1; i > 0; i-- {
		n := g.f.Nodes[i]
		if _, stretch := n.Op.(ops.Broadcast); g.isOut[i] || !stretch && !isLit(n.Value(0)) {
			continue
		}
		gone[i] = true
		for _, u := range g.users[i] {
			gone[i] = gone[i] && (g.member[u.ID] || gone[u.ID])
		}
	}
	return gone
}

// emit makes groups of a list of members, cut where one would have too many operands.
func (g *fuser) emit(c *ir.Copier, members []*ir.Node) {
	for len(members) > 0 {
		n := len(members)
		for n > 1 && g.operands(members[:n]) > groupOperands {
			n -= max(1, n/8)
		}
		g.region(c, members[:n])
		members = members[n:]
	}
}

// operands counts what a group of these members reads and writes.
func (g *fuser) operands(members []*ir.Node) int {
	inside := nodeSet(members)
	seen, count := map[ir.Value]bool{}, 0
	for _, n := range members {
		for _, v := range n.In {
			if v = through(v); inside[v.Node] == nil && !isLit(v) && !seen[v] {
				seen[v] = true
				count++
			}
		}
		if g.escapes(n, inside) {
			count++
		}
	}
	return count
}

func nodeSet(nodes []*ir.Node) map[*ir.Node]*ir.Node {
	set := make(map[*ir.Node]*ir.Node, len(nodes))
	for _, n := range nodes {
		set[n] = n
	}
	return set
}

// escapes reports whether the member's value is read outside its group.
func (g *fuser) escapes(n *ir.Node, inside map[*ir.Node]*ir.Node) bool {
	if g.isOut[n.ID] {
		return true
	}
	for _, u := range g.users[n.ID] {
		if inside[u] == nil {
			return true
		}
	}
	return false
}

// through looks through a stretch to what is stretched.
func through(v ir.Value) ir.Value {
	for {
		if _, ok := v.Node.Op.(ops.Broadcast); !ok {
			return v
		}
		v = v.Node.In[0]
	}
}

func isLit(v ir.Value) bool { _, ok := v.Node.Op.(ops.Lit); return ok }

// region builds one group: its arguments are what it reads from outside, its results what is read outside.
func (g *fuser) region(c *ir.Copier, members []*ir.Node) {
	inside := nodeSet(members)
	b := ir.NewFunc(fmt.Sprintf("%s_group%d", g.f.Name, members[0].ID))
	in := ir.NewCopier(b)
	in.Rule = FuseMap
	var args []ir.Value
	var bring func(v ir.Value)
	bring = func(v ir.Value) {
		if !in.Get(v).IsZero() {
			return
		}
		if through(v) != v {
			bring(v.Node.In[0])
			in.Copy(v.Node)
			return
		}
		if isLit(v) {
			in.Copy(v.Node)
			return
		}
		in.Set(v, b.Arg(fmt.Sprintf("x%d", len(args)), ir.Input, v.Type()))
		args = append(args, v)
	}
	// Arguments come first: node 0 holds them all.
	for _, n := range members {
		for _, v := range n.In {
			if v = through(v); inside[v.Node] == nil && !isLit(v) {
				bring(v)
			}
		}
	}
	var outs []ir.Value
	for _, n := range members {
		for _, v := range n.In {
			if inside[v.Node] == nil {
				bring(v)
			}
		}
		out := in.Copy(n)
		if g.escapes(n, inside) {
			b.Out(fmt.Sprintf("y%d", len(outs)), out[0])
			outs = append(outs, n.Value(0))
		}
	}
	region, err := b.Done()
	if err != nil {
		c.B.Fail(err)
		return
	}
	c.B.At(members[len(members)-1].Origin)
	results := c.B.Region(ops.Group{Kind: MapGroup}, []*ir.Func{region}, c.GetAll(args)...)
	for i, v := range outs {
		c.Set(v, results[i])
		if len(v.Node.Names) > 0 {
			c.B.Name(results[i], v.Node.Names[0])
		}
	}
}
