package compiler

import (
	"math/rand/v2"

	"github.com/seed-350a5e16/nnc/ir"
)

// shuffle puts the nodes of every function into a random order that is still topological, so that no pass leans on the
// order it happens to get. A node stays behind those that give birth to symbols it mentions.
func shuffle(m *ir.Module, seed uint64) (*ir.Module, error) {
	r := rand.New(rand.NewPCG(seed, seed))
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		c := ir.NewCopier(ir.NewFunc(f.Name))
		c.Head(f)
		for _, n := range randomOrder(f, r) {
			c.Copy(n)
		}
		c.Tail(f)
		return c.B.Done()
	})
}

func randomOrder(f *ir.Func, r *rand.Rand) []*ir.Node {
	waits, users := make([]int, len(f.Nodes)), make([][]*ir.Node, len(f.Nodes))
	after := func(n *ir.Node, id int) {
		if id > 0 {
			waits[n.ID]++
			users[id] = append(users[id], n)
		}
	}
	type birth struct {
		sym string
		id  int
	}
	var births []birth
	var ready, order []*ir.Node
	for _, n := range f.Nodes[1:] {
		for _, v := range n.In {
			after(n, v.Node.ID)
		}
		for _, x := range births {
			if mentionsInside(n, x.sym) {
				after(n, x.id)
			}
		}
		if b, ok := n.Op.(ir.Birther); ok {
			for _, s := range b.Symbols(typesOf(n.In)) {
				births = append(births, birth{s.Name, n.ID})
			}
		}
		if waits[n.ID] == 0 {
			ready = append(ready, n)
		}
	}
	for len(ready) > 0 {
		i := r.IntN(len(ready))
		n := ready[i]
		ready[i] = ready[len(ready)-1]
		ready, order = ready[:len(ready)-1], append(order, n)
		for _, u := range users[n.ID] {
			if waits[u.ID]--; waits[u.ID] == 0 {
				ready = append(ready, u)
			}
		}
	}
	return order
}

// mentionsInside is mentions for one symbol, in what the node holds too.
func mentionsInside(n *ir.Node, sym string) bool {
	if mentions(n, map[string]bool{sym: true}) {
		return true
	}
	for _, f := range n.Funcs {
		for _, m := range f.Nodes[1:] {
			if mentionsInside(m, sym) {
				return true
			}
		}
	}
	return false
}
