package text

import (
	"fmt"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A ctx is one ir.Func under construction: a function, a loop body, a branch. What it uses from the ctx around it becomes an
// argument, so that regions capture nothing.
type ctx struct {
	m  *elab
	b  *ir.Builder
	up *ctx // nil for a function that sees nothing around it

	outer   []ir.Value // of argument i: the value of up that it stands for; the zero Value for the function's own
	caps    map[ir.Value]ir.Value
	shadows map[*variable]*shadow
	order   []*shadow
	names   map[string]int
	lits    map[ops.Lit]ir.Value
	dims    map[ops.DimOf]ir.Value

	loop    *scanLoop      // of a scan's body
	grad    diag.Span      // where the function is differentiated; zero if it is not
	pure    string         // why neither writes nor draws may be; "" if they may
	still   string         // why no writes may be
	sealed  bool           // a composite: it can't see params or state
	facts   bool           // of a root: asserts say that dims are equal
	refers  bool           // a function that nodes refer to: arguments keep the kinds of params and state
	initial *ir.Type       // what creations without a shape make, in initial values
	syms    map[string]int // of a root: run symbols by base name
}

// A variable is a name with a value that may change: a local, or the current value of a param or state.
type variable struct {
	name string
	home *ctx // nil for what is stored
	val  value
	st   *stored
}

// A shadow is a variable of elsewhere as a ctx sees it.
type shadow struct {
	v       *variable
	first   value // the arguments that stand for it; nil if it was never read
	cur     value
	written bool
	span    diag.Span // of the last write
}

func newCtx(m *elab, name string, up *ctx) *ctx {
	return &ctx{m: m, b: ir.NewFunc(name), up: up, caps: map[ir.Value]ir.Value{}, shadows: map[*variable]*shadow{},
		names: map[string]int{}, lits: map[ops.Lit]ir.Value{}, dims: map[ops.DimOf]ir.Value{}}
}

// region is a ctx for a loop body or branch.
func (c *ctx) region(name string) *ctx {
	r := newCtx(c.m, name, c)
	r.pure, r.still, r.initial, r.sealed = c.pure, c.still, nil, c.sealed
	return r
}

func (c *ctx) owns(v ir.Value) bool {
	nodes := c.b.Func().Nodes
	return v.Node != nil && v.Node.ID < len(nodes) && nodes[v.Node.ID] == v.Node
}

// use makes a value of this ctx or one around it usable here.
func (c *ctx) use(v ir.Value) ir.Value {
	if c.owns(v) {
		return v
	}
	if in, ok := c.caps[v]; ok {
		return in
	}
	if c.up == nil {
		panic(fmt.Sprintf("%s uses a value of another function", c.b.Func().Name))
	}
	in := c.arg("v", ir.Input, c.up.use(v))
	c.caps[v] = in
	return in
}

// arg adds an argument that stands for a value of the ctx around.
func (c *ctx) arg(name string, kind ir.ArgKind, outer ir.Value) ir.Value {
	return c.newArg(name, kind, outer.Type(), outer)
}

func (c *ctx) newArg(name string, kind ir.ArgKind, t ir.Type, outer ir.Value) ir.Value {
	if kind == ir.Input || kind == ir.Key {
		name = c.unique(name)
	}
	c.outer = append(c.outer, outer)
	return c.b.Arg(name, kind, t)
}

// unique is the name, with a number behind it if it is taken.
func (c *ctx) unique(name string) string {
	c.names[name]++
	if n := c.names[name]; n > 1 {
		return c.unique(name + "_" + strconv.Itoa(n))
	}
	return name
}

// read is the current value of a variable.
func (c *ctx) read(v *variable) value {
	if v.home == c {
		return v.val
	}
	if s := c.shadows[v]; s != nil && s.cur != nil {
		return s.cur
	}
	s := c.shadow(v)
	switch {
	case v.st != nil && c.up == nil:
		s.first = c.storedArg(v.st)
	case c.up == nil:
		panic("a variable of another function: " + v.name)
	case v.st != nil && v.st.table != nil && c.sealed:
		s.first = c.storedArg(v.st)
	default:
		s.first = c.bring(v, c.up.read(v))
	}
	s.cur = s.first
	return s.cur
}

func (c *ctx) shadow(v *variable) *shadow {
	s := c.shadows[v]
	if s == nil {
		s = &shadow{v: v}
		c.shadows[v] = s
		c.order = append(c.order, s)
	}
	return s
}

// storedArg is a param or state as an argument of a function, a table as the constant it is.
func (c *ctx) storedArg(s *stored) value {
	if s.table != nil {
		return &tens{v: c.op(ops.Tab{Table: s.table, DType: s.typ.DType}), ones: s.ones}
	}
	return &tens{v: c.newArg(s.path, storedKind(s), s.typ, ir.Value{}), ones: s.ones}
}

func storedKind(s *stored) ir.ArgKind {
	if s.param {
		return ir.Param
	}
	return ir.State
}

// bring makes arguments of a variable's tensors.
func (c *ctx) bring(v *variable, val value) value {
	kind, name := ir.Input, v.name
	if v.st != nil && v.st.table == nil && c.refers {
		kind, name = storedKind(v.st), v.st.path
	}
	return mapTens(val, func(leaf string, t *tens) *tens {
		n := name
		if leaf != "" {
			n += "." + leaf
		}
		return &tens{v: c.arg(n, kind, c.up.use(t.v)), ones: t.ones, run: t.run}
	})
}

// mapTens replaces the tensors of a value.
func mapTens(val value, f func(leaf string, t *tens) *tens) value {
	switch x := val.(type) {
	case *tens:
		return f("", x)
	case *tree:
		out := &tree{leaves: make([]leaf, len(x.leaves))}
		for i, l := range x.leaves {
			out.leaves[i] = leaf{l.name, f(l.name, l.val)}
		}
		return out
	}
	return val
}

// tensors lists the tensors of a value.
func tensors(val value) []*tens {
	var ts []*tens
	mapTens(val, func(_ string, t *tens) *tens { ts = append(ts, t); return t })
	return ts
}

// write changes a variable.
func (c *ctx) write(v *variable, val value, at diag.Span) {
	if v.home == c {
		v.val = val
		return
	}
	if v.st != nil && c.up == nil && c.sealed {
		panic("a composite writes " + v.name)
	}
	s := c.shadow(v)
	s.cur, s.written, s.span = val, true, at
}

// ensure makes arguments for a variable that was written but never read.
func (c *ctx) ensure(v *variable) *shadow {
	s := c.shadow(v)
	if s.first == nil {
		cur, written := s.cur, s.written
		s.cur = nil
		c.read(v)
		if written {
			s.cur = cur
		}
	}
	return s
}

// written lists the shadows that were written, in the order they were first seen.
func (c *ctx) written() []*shadow {
	var ws []*shadow
	for _, s := range c.order {
		if s.written {
			ws = append(ws, s)
		}
	}
	return ws
}

// op applies an op with one result.
func (c *ctx) op(op ir.Op, in ...ir.Value) ir.Value { return c.ops(op, nil, in)[0] }

// ops applies an op; what the op refuses is an error at the present place.
func (c *ctx) ops(op ir.Op, fs []*ir.Func, in []ir.Value) []ir.Value {
	own := make([]ir.Value, len(in))
	for i, v := range in {
		own[i] = c.use(v)
	}
	c.m.count()
	c.b.At(c.m.origin())
	var out []ir.Value
	if r, ok := op.(ir.Region); ok {
		out = c.b.Region(r, fs, own...)
	} else {
		out = c.b.Op(op, own...)
	}
	if err := c.b.TakeErr(); err != nil {
		c.m.fail(c.m.span, diag.OpConstraint, "%v", err)
	}
	return out
}

// lit is a scalar constant.
func (c *ctx) lit(text string, dt ir.DType) ir.Value {
	l := ops.Lit{V: text, DType: dt}
	if v, ok := c.lits[l]; ok {
		return v
	}
	v := c.op(l)
	c.lits[l] = v
	return v
}

func (c *ctx) int(n int64, dt ir.DType) ir.Value { return c.lit(strconv.FormatInt(n, 10), dt) }

// dim is the value of a dim as a scalar.
func (c *ctx) dim(d ir.Dim, dt ir.DType) ir.Value {
	if n, ok := d.Int(); ok {
		return c.int(n, dt)
	}
	o := ops.DimOf{D: d, DType: dt}
	if v, ok := c.dims[o]; ok {
		return v
	}
	v := c.op(o)
	c.dims[o] = v
	return v
}

// runSym is a fresh name for a run symbol of the function around.
func (c *ctx) runSym(base string) string {
	root := c
	for root.up != nil {
		root = root.up
	}
	if root.syms == nil {
		root.syms = map[string]int{}
	}
	root.syms[base]++
	return base + "_" + strconv.Itoa(root.syms[base])
}

// root is the outermost ctx.
func (c *ctx) root() *ctx {
	for c.up != nil {
		c = c.up
	}
	return c
}

// done ends the function with its arguments in a new order: argument i of the new list is order[i] of the old.
func (c *ctx) done(order []int) *ir.Func {
	f, err := c.b.Done()
	if err != nil {
		c.m.fail(c.m.span, diag.OpConstraint, "%v", err)
	}
	reorder(f, order)
	outer := make([]ir.Value, len(order))
	for i, o := range order {
		outer[i] = c.outer[o]
	}
	c.outer = outer
	return f
}

func reorder(f *ir.Func, order []int) {
	head := f.Nodes[0]
	args, types, to := make([]ir.Arg, len(order)), make([]ir.Type, len(order)), make([]int, len(order))
	for i, o := range order {
		args[i], types[i], to[o] = f.Args[o], head.Types[o], i
	}
	move := func(v *ir.Value) {
		if v.Node == head {
			v.Res = to[v.Res]
		}
	}
	for _, n := range f.Nodes[1:] {
		for i := range n.In {
			move(&n.In[i])
		}
	}
	for i := range f.Outs {
		move(&f.Outs[i].Value)
	}
	f.Args, head.Types = args, types
}

// argPlaces are the places of the arguments that stand for a value.
func argPlaces(val value) []int {
	var at []int
	for _, t := range tensors(val) {
		at = append(at, t.v.Res)
	}
	return at
}

// rest appends to order the arguments that are not in it.
func (c *ctx) rest(order []int) []int {
	in := make([]bool, len(c.outer))
	for _, o := range order {
		in[o] = true
	}
	for i := range c.outer {
		if !in[i] {
			order = append(order, i)
		}
	}
	return order
}

// name gives the tensors of a local their name, as a hint to the printer.
func (c *ctx) name(name string, val value) {
	mapTens(val, func(leaf string, t *tens) *tens {
		if leaf != "" {
			leaf = "." + leaf
		}
		if c.owns(t.v) && t.v.Type().DType != tensor.Invalid {
			c.b.Name(t.v, name+leaf)
		}
		return t
	})
}
