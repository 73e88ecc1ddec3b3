package grad

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// scanPull differentiates one scan. Its body is differentiated in joint, a function of the body's arguments, then the
// gradients of its results, then an accumulator for each invariant with a gradient. The joint function is then cut in
// two: the forward part, which stacks what the backward part reads of it, and the backward part, the body of a scan in
// reverse.
type scanPull struct {
	d     *diff
	op    ops.Scan
	n     *ir.Node
	dOut  []ir.Value
	joint *diff
	args  []ir.Value // of joint: the body's

	carried []int // carried values with a gradient
	seeds   []ir.Value
	stacks  []int // stacked results with a gradient: places among the results
	slices  []int // scanned operands with a gradient: places among the operands
	invs    []int // invariants with a gradient: places among the operands
	accs    []ir.Value
	results []ir.Value // of the backward body: carried, accumulators, slices
}

func (d *diff) pullScan(op ops.Scan, n *ir.Node, dOut []ir.Value) ([]ir.Value, error) {
	for _, sym := range op.Trip.Syms() {
		if d.open[sym] {
			return nil, d.fail(n, diag.GradUnbounded, "a scan whose bounds are known only in the run can't be differentiated; write while c max n, or stop_gradient")
		}
	}
	s := &scanPull{d: d, op: op, n: n, dOut: dOut, joint: d.inner(n.Funcs[0].Name)}
	if err := s.differentiate(); err != nil {
		return nil, err
	}
	cut, err := s.cut()
	if err != nil {
		return nil, err
	}
	if err := cut.forward(); err != nil {
		return nil, err
	}
	return cut.backward()
}

// flow finds the carried values through which a gradient flows, and the operands that have one.
func (s *scanPull) flow() (active []bool) {
	body, c := s.n.Funcs[0], s.op.Carried
	in := make([]bool, len(s.n.In)+1) // arguments of the body; the index is none
	for i, v := range s.n.In {
		in[i+1] = s.d.active[v]
	}
	out := make([]bool, len(body.Outs))
	for i, v := range s.dOut {
		out[i] = !v.IsZero()
	}
	grow := func(more, to []bool) (grew bool) {
		for k := range c {
			grew = grew || more[k] && !to[k]
			to[k] = to[k] || more[k]
		}
		return grew
	}
	for grow(varies(body, in), in[1:]) {
	}
	for grow(needs(body, out)[1:], out) {
	}
	for k := range c {
		if in[k+1] && out[k] { // even if no round reads the value: the last one's result may come from elsewhere
			s.carried = append(s.carried, k)
		}
	}
	for i, need := range needs(body, out) {
		in[i] = in[i] && need
	}
	return in
}

func (s *scanPull) differentiate() error {
	body, j := s.n.Funcs[0], s.joint
	active := s.flow()
	s.args = make([]ir.Value, len(body.Args))
	for i, a := range body.Args {
		s.args[i] = j.b.Arg(argName(i), ir.Input, a.Type)
	}
	outs, err := j.forward(body, s.args, active)
	if err != nil {
		return err
	}
	seeds := make([]ir.Value, len(outs))
	for _, k := range s.carried {
		seeds[k] = j.b.Arg("dc"+argName(k), ir.Input, outs[k].Type())
		s.seeds = append(s.seeds, seeds[k])
	}
	for k := s.op.Carried; k < len(outs); k++ {
		if !s.dOut[k].IsZero() {
			seeds[k] = j.b.Arg("ds"+argName(k), ir.Input, outs[k].Type())
			s.seeds, s.stacks = append(s.seeds, seeds[k]), append(s.stacks, k)
		}
	}
	if err := j.backward(outs, seeds); err != nil {
		return err
	}
	s.collect()
	return j.b.Err()
}

// collect lists the results of the backward body.
func (s *scanPull) collect() {
	j := s.joint
	for _, k := range s.carried {
		s.results = append(s.results, j.gradOr0(s.args[k+1]))
	}
	var stacked []ir.Value
	for i := s.op.Carried; i < len(s.n.In); i++ {
		v := s.args[i+1]
		g := j.grad[v]
		switch {
		case g.IsZero():
		case i < s.op.Carried+s.op.Scanned:
			s.slices, stacked = append(s.slices, i), append(stacked, g)
		default:
			acc := j.b.Arg("acc"+argName(i), ir.Input, v.Type())
			s.invs, s.accs = append(s.invs, i), append(s.accs, acc)
			s.results = append(s.results, j.b.Op1(ops.Add(), acc, g))
		}
	}
	s.results = append(s.results, stacked...)
}

// scanCut is the joint function cut in two.
type scanCut struct {
	*scanPull
	live    []bool     // nodes of the joint function that the backward body needs
	keep    []ir.Value // forward values that are stacked for it
	scanned []int      // scanned operands that it reads
	reads   []int      // invariants that it reads
}

func (s *scanPull) cut() (*scanCut, error) {
	c := &scanCut{scanPull: s}
	nodes := s.joint.b.Func().Nodes
	c.live = liveNodes(nodes[:], s.results)
	for _, n := range nodes[s.joint.last:] {
		if c.live[n.ID] {
			c.need(n.In)
		}
	}
	c.need(s.results)
	slices.Sort(c.scanned)
	slices.Sort(c.reads)
	for _, v := range c.keep {
		if v.Type().IsList() || v.Type().Rank() >= ir.MaxRank {
			return nil, s.d.fail(v.Node, diag.NoGradient, "%v can't be kept for the gradient of the loop", v.Type())
		}
	}
	return c, nil
}

// need notes what the backward body reads of the forward part.
func (c *scanCut) need(vs []ir.Value) {
	for _, v := range vs {
		i := v.Res - 1 // place among the operands
		switch {
		case v.Node.ID >= c.joint.last || c.isConst(v):
		case v.Node.ID > 0:
			appendNew(&c.keep, v)
		case i < 0 || i >= len(c.n.In): // the index, a gradient, an accumulator
		case i < c.op.Carried:
			appendNew(&c.keep, v)
		case i < c.op.Carried+c.op.Scanned:
			appendNew(&c.scanned, i)
		default:
			appendNew(&c.reads, i)
		}
	}
}

func (c *scanCut) isConst(v ir.Value) bool {
	return v.Node.ID > 0 && v.Node.ID < c.joint.last && len(v.Node.In) == 0
}

func appendNew[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}

// forward gives the node a body that stacks what is kept, and the results for it.
func (c *scanCut) forward() error {
	body := c.n.Funcs[0]
	cp := ir.NewCopier(ir.NewFunc(body.Name))
	for i, a := range body.Args {
		cp.Set(c.args[i], cp.B.Arg(a.Name, ir.Input, a.Type))
	}
	for _, n := range c.joint.b.Func().Nodes[1:c.joint.last] {
		cp.Copy(n)
	}
	for i, v := range c.joint.outs {
		cp.B.Out(body.Outs[i].Name, cp.Get(v))
	}
	types := slices.Clone(c.n.Types)
	for _, v := range c.keep {
		cp.B.Out("kept", cp.Get(v))
		t := v.Type()
		types = append(types, t.WithDims(append([]ir.Dim{c.op.Trip}, t.Dims()...)...))
	}
	f, err := cp.B.Done()
	c.n.Funcs, c.n.Types = []*ir.Func{f}, types
	return err
}

// backward emits the scan in reverse and gives the gradients of the operands.
func (c *scanCut) backward() ([]ir.Value, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	d, results := c.d, len(c.n.Types)-len(c.keep)
	var in []ir.Value
	for _, k := range c.carried {
		in = append(in, orZeros(d.b, c.dOut[k], c.n.Types[k]))
	}
	for _, i := range c.invs {
		in = append(in, zeros(d.b, c.n.In[i].Type()))
	}
	op := ops.Scan{Trip: c.op.Trip, Carried: len(in), Reverse: !c.op.Reverse}
	for _, i := range c.scanned {
		in = append(in, d.read(c.n.In[i]))
	}
	for i := range c.keep {
		in = append(in, c.n.Value(results+i))
	}
	for _, k := range c.stacks {
		in = append(in, c.dOut[k])
	}
	op.Scanned = len(in) - op.Carried
	for _, i := range c.reads {
		in = append(in, d.read(c.n.In[i]))
	}
	out := d.b.Region(op, []*ir.Func{body}, in...)
	dIn := make([]ir.Value, len(c.n.In))
	for i, place := range slices.Concat(c.carried, c.invs, c.slices) {
		dIn[place] = out[i]
	}
	return dIn, nil
}

func orZeros(b *ir.Builder, v ir.Value, t ir.Type) ir.Value {
	if v.IsZero() {
		return zeros(b, t)
	}
	return v
}

// body is the backward body: index; gradients of carried values, accumulators; slices of scanned operands, of what was
// kept, of gradients of stacks; invariants.
func (c *scanCut) body() (*ir.Func, error) {
	cp := ir.NewCopier(ir.NewFunc(c.n.Funcs[0].Name))
	arg := func(v ir.Value) {
		cp.Set(v, cp.B.Arg(argName(len(cp.B.Func().Args)), ir.Input, v.Type()))
	}
	arg(c.args[0])
	carried := len(c.carried)
	for _, v := range slices.Concat(c.seeds[:carried], c.accs) {
		arg(v)
	}
	for _, i := range c.scanned {
		arg(c.args[i+1])
	}
	for _, v := range slices.Concat(c.keep, c.seeds[carried:]) {
		arg(v)
	}
	for _, i := range c.reads {
		arg(c.args[i+1])
	}
	for _, n := range c.joint.b.Func().Nodes[1:] {
		switch {
		case !c.live[n.ID] || n.ID < c.joint.last && !c.isConst(n.Value(0)):
		case c.isAgain(n):
			cp.Set(n.Value(0), cp.Get(n.In[0]))
		default:
			cp.Copy(n)
		}
	}
	for _, v := range c.results {
		cp.B.Out("d", cp.Get(v))
	}
	return cp.B.Done()
}

// isAgain reports whether n marks a forward value as read again: in a body of its own there is nothing to merge with.
func (c *scanCut) isAgain(n *ir.Node) bool {
	_, ok := n.Op.(ops.Again)
	return ok && n.In[0].Node.ID < c.joint.last
}
