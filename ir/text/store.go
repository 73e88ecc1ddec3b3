package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// param declares a param.
func (m *elab) param(ev eval, d *syntax.Param, e *entry, path string) value {
	t, ones := ev.tensorType(d.Type)
	m.constantDims(t, path, d.Type.Span)
	return m.newStored(ev, &stored{name: relative(path, ev.inst.path), path: path, typ: t, ones: ones, param: true, doc: d.Doc, init: d.Init, span: e.span})
}

func (m *elab) newStored(ev eval, s *stored) *stored {
	s.inst, s.scope = ev.inst, ev.s
	s.v = &variable{name: s.path, st: s}
	return s
}

func (m *elab) constantDims(t ir.Type, path string, at diag.Span) {
	for _, d := range t.Dims() {
		if _, ok := d.Int(); !ok && !m.probing {
			m.fail(at, diag.NotConstant, "%s is %v; the dims of params and state are known when compiling", path, t)
		}
	}
}

// stateDecl declares a state: a tensor, one for each leaf of a group, or the leaves of its initial value.
func (m *elab) stateDecl(ev eval, d *syntax.State, e *entry, path string) value {
	base := stored{path: path, doc: d.Doc, init: d.Init, span: e.span}
	if d.Type.Kind == syntax.TensorType {
		base.typ, base.ones = ev.tensorType(d.Type)
		m.constantDims(base.typ, path, d.Type.Span)
		base.name = relative(path, ev.inst.path)
		return m.newStored(ev, &base)
	}
	if d.Type.Kind != syntax.TreeType {
		m.fail(d.Type.Span, diag.WrongType, "a state is a tensor or a tree, not %s", d.Type.Name)
	}
	var ms []member
	add := func(leaf string, t ir.Type, ones uint16, part bool) {
		s := base
		s.name, s.path, s.typ, s.ones = leaf, path+"."+leaf, t, ones
		if part {
			s.leaf = leaf
		}
		ms = append(ms, member{leaf, m.newStored(ev, &s)})
	}
	if d.Type.Of != nil {
		for _, mb := range ev.groupOf(d.Type.Of).members() {
			add(mb.name, mb.s.typ, mb.s.ones, false)
		}
	} else {
		for _, l := range m.leavesOf(ev, d).leaves {
			m.constantDims(l.val.typ(), path+"."+l.name, d.Init.At())
			add(l.name, l.val.typ(), 0, true)
		}
	}
	return &group{name: path, list: func() []member { return ms }, memo: ms}
}

// leavesOf finds the leaves of a state by its initial value.
func (m *elab) leavesOf(ev eval, d *syntax.State) *tree {
	c := newCtx(m, "", nil)
	c.pure = "the initial value of a state"
	ev.c = c
	t, ok := ev.runtime(ev.value(d.Init)).(*tree)
	if !ok {
		m.fail(d.Init.At(), diag.WrongType, "%s is not a tree", spell(d.Init))
	}
	return t
}

// initialValue computes the initial value of a param or state, in c.
func (e eval) initialValue(s *stored, c *ctx) *tens {
	defer e.m.at(s.span)()
	ev := eval{m: e.m, c: c, s: s.scope, inst: s.inst, keys: e.keys}
	old, still := c.initial, c.still
	c.initial, c.still = &s.typ, "an initial value"
	defer func() { c.initial, c.still = old, still }()
	if s.init == nil {
		return &tens{v: ev.full(c.lit(zeroText(s.typ.DType), s.typ.DType), s.typ.Dims())}
	}
	defer e.m.at(s.init.At())()
	v := ev.load(ev.raw(s.init))
	if s.leaf != "" {
		t, ok := v.(*tree)
		if !ok || t.find(s.leaf) == nil {
			silent()
		}
		v = t.find(s.leaf)
	}
	t := ev.tens(v, s.typ.DType)
	if t.typ().Rank() == 0 {
		t = &tens{v: ev.full(t.v, s.typ.Dims())}
	}
	if t.typ() != s.typ {
		e.m.fail(s.init.At(), diag.WrongType, "%s is declared %v, its initial value is %v", s.path, s.typ, t.typ())
	}
	return t
}

func zeroText(dt ir.DType) string {
	if dt.String() == "bool" {
		return "false"
	}
	return "0"
}

// walk visits the params and state of an instance and its parts, in the order of declaration.
func (m *elab) walk(i *instance, f func(*stored)) {
	for _, e := range i.order {
		switch e.decl.(type) {
		case *syntax.Param, *syntax.State, *syntax.Instance:
			m.walkValue(m.resolve(i, e), i, f)
		}
	}
}

func (m *elab) walkValue(v value, owner *instance, f func(*stored)) {
	switch v := v.(type) {
	case *stored:
		f(v)
	case *group:
		for _, mb := range v.members() {
			f(mb.s)
		}
	case *instance:
		if len(v.path) > len(owner.path) || owner.path == "" && v != owner {
			m.walk(v, f)
		}
	case *array:
		for _, x := range v.elems {
			m.walkValue(x, owner, f)
		}
	}
}

// declareStores lists params and state in the module, and makes the functions of their initial values.
func (m *elab) declareStores() {
	seen := map[string]bool{}
	m.walk(m.root, func(s *stored) {
		if seen[s.path] {
			return
		}
		seen[s.path] = true
		m.order[s] = len(m.order)
		info := ir.ParamInfo{Name: s.path, Type: s.typ, Doc: s.doc}
		if s.init != nil && !isZeroLiteral(s.init) {
			m.guard(func() { info.Init = m.initFunc(s) })
		}
		if s.param {
			m.module.Params = append(m.module.Params, info)
		} else {
			m.module.States = append(m.module.States, info)
		}
	})
}

// isZeroLiteral reports whether an initial value is written 0: that needs no function.
func isZeroLiteral(x syntax.Expr) bool {
	n, ok := syntax.Unparen(x).(*syntax.Number)
	return ok && n.Text == "0"
}

// initFunc makes the function init.PATH: a key gives the first value.
func (m *elab) initFunc(s *stored) string {
	c := newCtx(m, m.funcName("init."+s.path), nil)
	c.rootKey()
	if !s.param {
		c.pure = "the initial value of a state"
	}
	e := eval{m: m, c: c, keys: &keyer{home: c}}
	t := e.initialValue(s, c)
	c.b.Out(s.path, c.use(t.v))
	if len(c.outer) > 1 {
		m.fail(s.init.At(), diag.NotConstant, "the initial value of %s uses %s; it may use config only", s.path, c.b.Func().Args[1].Name)
	}
	f := c.done(c.rest(nil))
	f.Span = s.span
	m.add(f)
	return f.Name
}
