package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// FuseRowsRule is the rule that joins groups across the reductions of their rows.
const FuseRowsRule = "FuseRows"

// RowsGroup is the kind of a fused group that folds rows: ops over [..., cols], reductions over the last axis, ops over what
// these give, and ops that read it stretched back.
const RowsGroup = "rows"

// Limits of a group of rows. A phase walks the row once more, and computes what it needs again.
const (
	maxPhases     = 3
	maxRecomputed = 6 // ops of a group that comes before the first reduction
)

// FuseRows joins reductions over the last axis with the groups around them, so that softmax or a norm is one step. It
// runs behind [Fuse]. It is exact: what a phase needs of an earlier one is computed again, to the same bits.
func FuseRows(m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, fuseRows)
}

func fuseRows(f *ir.Func) (*ir.Func, error) {
	r := &rowFuser{f: f, users: users(f), births: births(f), set: make([]*rowSet, len(f.Nodes)), isOut: make([]bool, len(f.Nodes))}
	for _, o := range f.Outs {
		r.isOut[o.Value.Node.ID] = true
	}
	r.after = make([][]*ir.Node, len(f.Nodes))
	for _, n := range f.Nodes {
		r.after[n.ID] = append(r.after[n.ID], r.users[n.ID]...)
		for _, u := range r.births[n.ID] {
			r.after[u.ID] = append(r.after[u.ID], n)
		}
	}
	any := false
	for _, n := range f.Nodes[1:] {
		if r.set[n.ID] == nil && isRowReduction(n) {
			any = r.start(n) || any
		}
	}
	if !any {
		return ir.Rewrite(f, nil)
	}
	return r.rebuild()
}

// isRowReduction reports whether n folds the last axis of an f32 tensor.
func isRowReduction(n *ir.Node) bool {
	op, ok := n.Op.(ops.Reduce)
	if !ok || n.Types[0].DType != tensor.F32 {
		return false
	}
	if _, ok = rowReductions()[op.Name()]; !ok {
		return false
	}
	axes := op.Axes.Slice()
	return len(axes) == 1 && axes[0] == n.In[0].Type().Rank()-1
}

// rowSet is a group of rows in the making.
type rowSet struct {
	full  ir.Type // the shape of a domain; its dtype counts for nothing
	row   ir.Type // the shape without the last axis
	nodes []*ir.Node
	maps  int // groups among them
}

func (s *rowSet) has(n *ir.Node) bool {
	for _, m := range s.nodes {
		if m == n {
			return true
		}
	}
	return false
}

type rowFuser struct {
	f      *ir.Func
	users  [][]*ir.Node
	births [][]*ir.Node
	after  [][]*ir.Node // users, and those whose lengths a node gives
	set    []*rowSet    // by node
	isOut  []bool
}

// start grows a group from a reduction. It is kept if it joins the reduction with a group.
func (r *rowFuser) start(n *ir.Node) bool {
	s := &rowSet{full: n.In[0].Type(), row: n.Types[0], nodes: []*ir.Node{n}}
	for grown := true; grown; {
		grown = false
		for _, m := range s.nodes {
			for _, v := range m.In {
				grown = r.try(s, v.Node) || grown
			}
			for _, u := range r.users[m.ID] {
				grown = r.try(s, u) || grown
			}
		}
	}
	s.nodes = r.trim(s)
	if s.maps == 0 || len(s.nodes) < 2 {
		return false
	}
	for _, m := range s.nodes {
		r.set[m.ID] = s
	}
	return true
}

// trim drops stretches that nothing in the group reads.
func (r *rowFuser) trim(s *rowSet) []*ir.Node {
	var keep []*ir.Node
	for _, n := range s.nodes {
		if _, ok := n.Op.(ops.Broadcast); ok {
			used := false
			for _, u := range r.users[n.ID] {
				used = used || s.has(u)
			}
			if !used {
				continue
			}
		}
		keep = append(keep, n)
	}
	return keep
}

// try adds a node if it fits and the group stays one step.
func (r *rowFuser) try(s *rowSet, n *ir.Node) bool {
	if ir.IsArgs(n) || r.set[n.ID] != nil || s.has(n) || !r.eligible(s, n) {
		return false
	}
	s.nodes = append(s.nodes, n)
	if !stretchesRows(s) || !r.convex(s) || r.operands(s) > groupOperands || r.phases(s) > maxPhases {
		s.nodes = s.nodes[:len(s.nodes)-1]
		return false
	}
	if _, ok := n.Op.(ops.Group); ok {
		s.maps++
	}
	return true
}

// eligible reports whether a node computes over the rows of the group.
func (r *rowFuser) eligible(s *rowSet, n *ir.Node) bool {
	switch op := n.Op.(type) {
	case ops.Reduce:
		return isRowReduction(n) && n.In[0].Type().SameShape(s.full)
	case ops.Broadcast:
		return n.Types[0].SameShape(s.full) && n.In[0].Type().SameShape(s.row) && isLeading(op.Axes) && s.has(n.In[0].Node)
	case ops.Group:
		return op.Kind == MapGroup && r.takesGroup(s, n)
	}
	return false
}

// isLeading reports whether axes are 0, 1, 2 and so on.
func isLeading(axes ir.Ints) bool {
	for i, a := range axes.Slice() {
		if i != a {
			return false
		}
	}
	return true
}

// takesGroup reports whether a group of ops computes over the rows, or over the full domain: behind a reduction, or so
// cheap that computing it again is nothing. The epilogue of a product stays with it.
func (r *rowFuser) takesGroup(s *rowSet, n *ir.Node) bool {
	t := n.Types[0]
	behind := false
	for _, v := range n.In {
		if _, ok := v.Node.Op.(ops.MatMul); ok {
			return false
		}
		behind = behind || s.has(v.Node)
	}
	if t.SameShape(s.row) {
		return behind
	}
	return t.SameShape(s.full) && (behind || cheap(n.Funcs[0]))
}

// dearOps are those that take long enough to be worth a store and a load.
func dearOps() map[string]bool {
	return map[string]bool{"exp": true, "log": true, "tanh": true, "sigmoid": true, "erf": true, "sin": true, "cos": true,
		"tan": true, "pow": true, "expm1": true, "log1p": true, "softplus": true, "log_sigmoid": true}
}

// cheap reports whether a group is a few ops of a cycle each.
func cheap(f *ir.Func) bool {
	dear := dearOps()
	for _, n := range f.Nodes[1:] {
		if dear[n.Op.Name()] {
			return false
		}
	}
	return len(f.Nodes) <= maxRecomputed+1
}

// stretchesRows reports whether groups stretch what comes from inside the set along the rows only: the same shape may be
// stretched the other way.
func stretchesRows(s *rowSet) bool {
	for _, n := range s.nodes {
		if _, ok := n.Op.(ops.Group); !ok {
			continue
		}
		f := n.Funcs[0]
		for _, m := range f.Nodes[1:] {
			op, ok := m.Op.(ops.Broadcast)
			if !ok || !ir.IsArgs(m.In[0].Node) || !s.has(n.In[m.In[0].Res].Node) {
				continue
			}
			if !m.Types[0].SameShape(s.full) || !m.In[0].Type().SameShape(s.row) || !isLeading(op.Axes) {
				return false
			}
		}
	}
	return true
}

// convex reports whether no path leaves the group and comes back. Other groups count as one node each.
func (r *rowFuser) convex(s *rowSet) bool {
	seen := make([]bool, len(r.f.Nodes))
	for _, n := range s.nodes {
		if !r.leaves(s, n, seen) {
			return false
		}
	}
	return true
}

// leaves follows what comes after n, outside of the set; false if a way leads back.
func (r *rowFuser) leaves(s *rowSet, n *ir.Node, seen []bool) bool {
	for _, u := range r.after[n.ID] {
		if seen[u.ID] {
			continue
		}
		if s.has(u) {
			if s.has(n) {
				continue
			}
			return false
		}
		unit := []*ir.Node{u}
		if other := r.set[u.ID]; other != nil {
			unit = other.nodes
		}
		for _, m := range unit {
			seen[m.ID] = true
		}
		for _, m := range unit {
			if !r.leaves(s, m, seen) {
				return false
			}
		}
	}
	return true
}

// operands counts what the group reads and writes.
func (r *rowFuser) operands(s *rowSet) int {
	seen, count := map[ir.Value]bool{}, 0
	for _, n := range s.nodes {
		for _, v := range n.In {
			if !s.has(v.Node) && !seen[v] {
				seen[v] = true
				count++
			}
		}
		for _, v := range n.Values() {
			if r.escapes(s, v) {
				count++
			}
		}
		count += stretches(n)
	}
	return count
}

// stretches counts the arguments that a group stretches: such a one is walked in another way than where it is read as it
// is, or stretched otherwise.
func stretches(n *ir.Node) int {
	count := 0
	for _, f := range n.Funcs {
		for _, m := range f.Nodes[1:] {
			if _, ok := m.Op.(ops.Broadcast); ok && ir.IsArgs(m.In[0].Node) {
				count++
			}
		}
	}
	return count
}

// escapes reports whether v is needed outside of the group.
func (r *rowFuser) escapes(s *rowSet, v ir.Value) bool {
	if r.isOut[v.Node.ID] {
		for _, o := range r.f.Outs {
			if o.Value == v {
				return true
			}
		}
	}
	for _, u := range r.users[v.Node.ID] {
		if s.has(u) {
			continue
		}
		for _, w := range u.In {
			if w == v {
				return true
			}
		}
	}
	return false
}

// phases is how many reductions stand behind each other, at most.
func (r *rowFuser) phases(s *rowSet) int {
	depth, most := map[*ir.Node]int{}, 0
	for _, n := range inOrder(s.nodes) {
		d := 0
		for _, v := range n.In {
			d = max(d, depth[v.Node])
		}
		if _, ok := n.Op.(ops.Reduce); ok {
			d++
		}
		depth[n] = d
		most = max(most, d)
	}
	return most
}

func inOrder(nodes []*ir.Node) []*ir.Node {
	list := append([]*ir.Node(nil), nodes...)
	for i := range list {
		for k := i; k > 0 && list[k].ID < list[k-1].ID; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
	return list
}

// rebuild copies the function; a group comes where all that it reads is there.
func (r *rowFuser) rebuild() (*ir.Func, error) {
	c := ir.NewCopier(ir.NewFunc(r.f.Name))
	c.Head(r.f)
	done := make([]bool, len(r.f.Nodes))
	done[0] = true
	var emit func(n *ir.Node)
	emit = func(n *ir.Node) {
		if done[n.ID] {
			return
		}
		s := r.set[n.ID]
		nodes := []*ir.Node{n}
		if s != nil {
			nodes = inOrder(s.nodes)
		}
		for _, m := range nodes {
			done[m.ID] = true
		}
		for _, m := range nodes {
			for _, v := range m.In {
				emit(v.Node)
			}
			for _, u := range r.births[m.ID] {
				emit(u)
			}
		}
		if s == nil {
			c.Copy(n)
		} else {
			r.region(c, s, nodes)
		}
	}
	for _, n := range r.f.Nodes[1:] {
		emit(n)
	}
	c.Tail(r.f)
	return c.B.Done()
}

// region builds a group's function and its node.
func (r *rowFuser) region(c *ir.Copier, s *rowSet, nodes []*ir.Node) {
	b := ir.NewFunc(fmt.Sprintf("%s_rows%d", r.f.Name, nodes[0].ID))
	in := ir.NewCopier(b)
	in.Rule = FuseRowsRule
	var args, outs []ir.Value
	for _, n := range nodes {
		for _, v := range n.In {
			if !s.has(v.Node) && in.Get(v).IsZero() {
				in.Set(v, b.Arg(fmt.Sprintf("x%d", len(args)), ir.Input, v.Type()))
				args = append(args, v)
			}
		}
	}
	for _, n := range nodes {
		b.At(n.Origin)
		if _, ok := n.Op.(ops.Group); ok {
			in.SetAll(n, ir.Inline(b, n.Funcs[0], in.GetAll(n.In), nil))
		} else {
			in.Copy(n)
		}
		for _, v := range n.Values() {
			if !r.escapes(s, v) {
				continue
			}
			b.Out(fmt.Sprintf("y%d", len(outs)), in.Get(v))
			outs = append(outs, v)
		}
	}
	region, err := b.Done()
	if err != nil {
		c.B.Fail(err)
		return
	}
	c.B.At(nodes[len(nodes)-1].Origin)
	results := c.B.Region(ops.Group{Kind: RowsGroup}, []*ir.Func{region}, c.GetAll(args)...)
	for i, v := range outs {
		c.Set(v, results[i])
		if v.Res < len(v.Node.Names) {
			c.B.Name(results[i], v.Node.Names[v.Res])
		}
	}
}
