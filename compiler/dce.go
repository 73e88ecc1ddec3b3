package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// dce drops what no result needs: DropNode a node; DropResult and DropOperand what a loop, a branch or a group gives,
// carries or takes for nothing. Functions that are referred to keep their signatures.
func dce(r *run, m *ir.Module) (*ir.Module, error) {
	d := &sweeper{r: r, done: map[*ir.Func]*ir.Func{}}
	out := *m
	out.Funcs = make([]*ir.Func, len(m.Funcs))
	for i, f := range m.Funcs {
		g, err := d.whole(f)
		if err != nil {
			return nil, err
		}
		out.Funcs[i] = g
	}
	return &out, nil
}

type sweeper struct {
	r    *run
	done map[*ir.Func]*ir.Func // functions that keep their signature
}

// whole sweeps a function that keeps its signature.
func (d *sweeper) whole(f *ir.Func) (*ir.Func, error) {
	if g, ok := d.done[f]; ok {
		return g, nil
	}
	g, err := d.rebuild(d.analyse(f, all(len(f.Outs))), all(len(f.Args)))
	d.done[f] = g
	return g, err
}

// liveness says what of a function is needed for the results in outs.
type liveness struct {
	f     *ir.Func
	outs  []bool
	live  []bool // by node
	args  []bool
	trims map[*ir.Node]*trim // of nodes that hold regions
}

// trim says what of a node with regions is kept.
type trim struct {
	regions []*liveness
	args    [][]bool // of each region
	in      []bool   // operands
	out     []bool   // results
	op      ir.Op
}

func (d *sweeper) analyse(f *ir.Func, outs []bool) *liveness {
	l := &liveness{f: f, outs: outs, live: make([]bool, len(f.Nodes)), args: make([]bool, len(f.Args)), trims: map[*ir.Node]*trim{}}
	used := map[ir.Value]bool{}
	mark := func(v ir.Value) {
		used[v] = true
		if l.live[v.Node.ID] = true; v.Node.ID == 0 {
			l.args[v.Res] = true
		}
	}
	for i, o := range f.Outs {
		if outs[i] {
			mark(o.Value)
		}
	}
	for i := len(f.Nodes) - 1; i > 0; i-- {
		n := f.Nodes[i]
		if _, births := n.Op.(ir.Birther); births { // dims may stand on it
			l.live[i] = true
		}
		if !l.live[i] {
			continue
		}
		t := d.trimOf(n, used)
		if t != nil {
			l.trims[n] = t
		}
		for k, v := range n.In {
			if t == nil || t.in[k] {
				mark(v)
			}
		}
	}
	return l
}

// trimOf is what is kept of a node with regions whose results are used as said; nil for other nodes.
func (d *sweeper) trimOf(n *ir.Node, used map[ir.Value]bool) *trim {
	out := make([]bool, len(n.Types))
	for i, v := range n.Values() {
		out[i] = used[v]
	}
	switch op := n.Op.(type) {
	case ops.Scan:
		return d.trimScan(op, n, out)
	case ops.While:
		return d.trimWhile(op, n, out)
	case ops.If:
		return d.trimPlain(n, 1, out)
	case ops.Group:
		return d.trimPlain(n, 0, out)
	}
	return nil
}

func (d *sweeper) trimScan(op ops.Scan, n *ir.Node, out []bool) *trim {
	body := n.Funcs[0]
	l := d.analyse(body, out)
	for grow(l.args[1:], out, op.Carried) {
		l = d.analyse(body, out)
	}
	in := append(append([]bool(nil), out[:op.Carried]...), l.args[1+op.Carried:]...)
	t := &trim{regions: []*liveness{l}, args: [][]bool{append([]bool{true}, in...)}, in: in, out: out}
	op.Scanned = count(in[op.Carried : op.Carried+op.Scanned])
	op.Carried = count(out[:op.Carried])
	t.op = op
	return t
}

// grow adds to out the first n of args and reports whether there was something to add.
func grow(args, out []bool, n int) bool {
	grew := false
	for k := range n {
		grew = grew || args[k] && !out[k]
		out[k] = out[k] || args[k]
	}
	return grew
}

func (d *sweeper) trimWhile(op ops.While, n *ir.Node, out []bool) *trim {
	cond := d.analyse(n.Funcs[0], []bool{true})
	grow(cond.args, out, op.Carried)
	body := d.analyse(n.Funcs[1], out)
	for grow(body.args, out, op.Carried) {
		body = d.analyse(n.Funcs[1], out)
	}
	in := make([]bool, len(n.In))
	for i := range in {
		if in[i] = cond.args[i] || body.args[i]; i < op.Carried {
			in[i] = out[i]
		}
	}
	op.Carried = count(out)
	return &trim{regions: []*liveness{cond, body}, args: [][]bool{in, in}, in: in, out: out, op: op}
}

// trimPlain trims regions that all take the operands behind the first few.
func (d *sweeper) trimPlain(n *ir.Node, first int, out []bool) *trim {
	t := &trim{in: make([]bool, len(n.In)), out: out, op: n.Op}
	for i := range first {
		t.in[i] = true
	}
	for _, f := range n.Funcs {
		l := d.analyse(f, out)
		t.regions = append(t.regions, l)
		for i, on := range l.args {
			t.in[first+i] = t.in[first+i] || on
		}
	}
	for range n.Funcs {
		t.args = append(t.args, t.in[first:])
	}
	return t
}

// rebuild copies what is alive. Arguments are those in args.
func (d *sweeper) rebuild(l *liveness, args []bool) (*ir.Func, error) {
	c := ir.NewCopier(ir.NewFunc(l.f.Name))
	c.Func = d.whole
	if count(args) == len(args) {
		c.Head(l.f)
	} else {
		partialHead(c, l.f, args)
	}
	for _, n := range l.f.Nodes[1:] {
		if !l.live[n.ID] {
			d.r.count("DropNode")
			continue
		}
		t := l.trims[n]
		if t == nil {
			c.Copy(n)
			continue
		}
		if err := d.trimmed(c, n, t); err != nil {
			return nil, err
		}
	}
	for i, o := range l.f.Outs {
		switch {
		case !l.outs[i]:
		case o.Kind == ir.Write:
			c.B.Write(o.Name, c.Get(o.Value))
		default:
			c.B.Out(o.Name, c.Get(o.Value))
		}
	}
	return c.B.Done()
}

// partialHead is the head of a region, which has no symbols of its own, with some of its arguments.
func partialHead(c *ir.Copier, f *ir.Func, args []bool) {
	c.B.Func().Span = f.Span
	for i, a := range f.Args {
		if args[i] {
			c.Set(f.Arg(i), c.B.Arg(a.Name, a.Kind, a.Type))
		}
	}
}

// trimmed emits a node with what is kept of its regions, operands and results.
func (d *sweeper) trimmed(c *ir.Copier, n *ir.Node, t *trim) error {
	fs := make([]*ir.Func, len(t.regions))
	for i, l := range t.regions {
		f, err := d.rebuild(l, t.args[i])
		if err != nil {
			return err
		}
		fs[i] = f
	}
	var in []ir.Value
	for i, v := range n.In {
		if t.in[i] {
			in = append(in, c.Get(v))
		} else {
			d.r.count("DropOperand")
		}
	}
	c.B.At(n.Origin)
	res := c.B.Region(t.op.(ir.Region), fs, in...)
	next := 0
	for i := range n.Types {
		if !t.out[i] {
			d.r.count("DropResult")
			continue
		}
		c.Set(n.Value(i), res[next])
		if i < len(n.Names) {
			c.B.Name(res[next], n.Names[i])
		}
		next++
	}
	return nil
}

func all(n int) []bool {
	s := make([]bool, n)
	for i := range s {
		s[i] = true
	}
	return s
}

func count(s []bool) int {
	n := 0
	for _, b := range s {
		if b {
			n++
		}
	}
	return n
}
