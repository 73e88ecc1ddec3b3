package text

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// offered reports whether a function can be elaborated for itself: its arguments are tensors of a known number of axes,
// sizes, trees of a group, or compile-time values that are given or have a default.
func offered(decl *syntax.Fn, consts map[string]int64) bool {
	for _, a := range decl.Args {
		_, given := consts[a.Name.Name]
		switch {
		case a.Const:
			if a.Default == nil && !given {
				return false
			}
		case a.Type.Kind == syntax.TreeType && a.Type.Of != nil, a.Type.Kind == syntax.DimType:
		case a.Type.Kind != syntax.TensorType || a.Type.Name == "key":
			return false
		default:
			for _, d := range a.Type.Dims {
				if d.Kind != syntax.DimExpr {
					return false
				}
			}
		}
	}
	return true
}

// function elaborates a function for itself: its arguments are the graph's. consts are values of const arguments.
func (m *elab) function(f *fnv, name string, consts map[string]int64) *ir.Func {
	c := newCtx(m, name, nil)
	in := eval{m: m, c: c, s: newScope(f.scope), inst: f.inst, keys: &keyer{home: c}}
	fr := &frame{name: name, decl: f.decl, inst: f.inst}
	m.span = f.decl.Name.Span
	in.rootArgs(f, consts)
	vs := m.within(fr, func() []value { return in.body(f) })
	m.span = f.decl.Name.Span
	for i, v := range vs {
		out := patternName(resultName(f.decl, i), consts)
		mapTens(in.rootResult(v), func(leaf string, t *tens) *tens {
			c.b.Out(out+suffix(leaf), c.use(t.v))
			return t
		})
	}
	for _, s := range m.byOrder(c.written()) {
		c.b.Write(s.v.st.path, c.use(s.cur.(*tens).v))
	}
	fn := c.done(m.argOrder(c))
	fn.Doc, fn.Span = f.decl.Doc, f.decl.Span
	return fn
}

func (in eval) rootResult(v value) value {
	if t, ok := v.(*tens); ok {
		return t
	}
	return in.runtime(v)
}

// patternName puts the numbers of const arguments in place of {name}.
func patternName(name string, consts map[string]int64) string {
	for k, v := range consts {
		name = strings.ReplaceAll(name, "{"+k+"}", strconv.FormatInt(v, 10))
	}
	return name
}

func (m *elab) byOrder(ws []*shadow) []*shadow {
	slices.SortStableFunc(ws, func(a, b *shadow) int { return cmp.Compare(m.order[a.v.st], m.order[b.v.st]) })
	return ws
}

// argOrder is inputs and sizes, then params, state and the key.
func (m *elab) argOrder(c *ctx) []int {
	place := map[string]int{}
	for s, i := range m.order {
		place[s.path] = i
	}
	args := c.b.Func().Args
	order := c.rest(nil)
	rank := func(i int) (int, int) {
		switch args[i].Kind {
		case ir.Param:
			return 1, place[args[i].Name]
		case ir.State:
			return 2, place[args[i].Name]
		case ir.Key:
			return 3, 0
		}
		return 0, i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		ka, ia := rank(a)
		kb, ib := rank(b)
		return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(ia, ib))
	})
	return order
}

// rootArgs binds the dims of a function's signature to symbols, and makes arguments of the graph.
func (in eval) rootArgs(f *fnv, consts map[string]int64) {
	b := in.c.b
	for _, a := range f.decl.Args {
		name := a.Name.Name
		switch {
		case a.Const:
			in.rootConst(f, a, consts)
		case a.Type.Kind == syntax.DimType:
			if _, config := in.inst.config[name]; config {
				in.m.fail(a.Name.Span, diag.ShadowedName, "the dim %s has the name of a config", name)
			}
			b.Sym(ir.Symbol{Name: name, Birth: ir.ByValue})
			in.m.declare(in.s, name, dimv{ir.Sym(name)}, a.Name.Span)
		}
	}
	for _, a := range f.decl.Args {
		if a.Const || a.Type.Kind != syntax.TensorType {
			continue
		}
		for _, d := range a.Type.Dims {
			if n, _ := in.freePlus(d.X); n != "" {
				b.Sym(ir.Symbol{Name: n, Birth: ir.Shape})
				in.s.names[n] = dimv{ir.Sym(n)}
			}
		}
	}
	for _, a := range f.decl.Args {
		if !a.Const {
			in.rootArg(a)
		}
	}
}

func (in eval) rootConst(f *fnv, a *syntax.Arg, consts map[string]int64) {
	g, ok := given{at: a.Name.Span}, false
	if n, set := consts[a.Name.Name]; set {
		g.val, ok = intNum(n), true
		if a.Type.Name == "bool" {
			g.val = cbool(n != 0)
		}
	}
	in.bindConst(in, f, a, g, ok)
}

func (in eval) rootArg(a *syntax.Arg) {
	name := a.Name.Name
	switch a.Type.Kind {
	case syntax.DimType:
		in.c.newArg(name, ir.Size, ir.T(tensor.I64), ir.Value{})
	case syntax.TreeType:
		t := &tree{}
		for _, mb := range in.groupOf(a.Type.Of).members() {
			v := in.c.newArg(name+"."+mb.name, ir.Input, mb.s.typ, ir.Value{})
			t.leaves = append(t.leaves, leaf{mb.name, &tens{v: v}})
		}
		in.m.declare(in.s, name, &variable{name: name, home: in.c, val: t}, a.Name.Span)
	default:
		t, ones := in.tensorType(a.Type)
		v := in.c.newArg(name, ir.Input, t, ir.Value{})
		in.m.declare(in.s, name, &variable{name: name, home: in.c, val: &tens{v: v, ones: ones}}, a.Name.Span)
	}
}

// offer elaborates the functions that the model offers: those of its own file.
func (m *elab) offer() {
	for _, e := range m.root.order {
		decl, ok := e.decl.(*syntax.Fn)
		if !ok {
			continue
		}
		f, ok := m.resolve(m.root, e).(*fnv)
		if !ok {
			continue
		}
		for _, consts := range m.variants(decl) {
			if !offered(decl, consts) {
				continue
			}
			name := decl.Name.Name + variantSuffix(decl, consts)
			m.guard(func() {
				fn := m.function(f, m.funcName(name), consts)
				fn.Public = true
				m.add(fn)
			})
		}
	}
}

// variants are the values of const arguments to elaborate a function for: none, or what was asked for.
func (m *elab) variants(decl *syntax.Fn) []map[string]int64 {
	var consts, results []string
	for _, a := range decl.Args {
		if a.Const && a.Default == nil {
			consts = append(consts, a.Name.Name)
		}
	}
	if len(consts) == 0 || m.opts.Variants == nil {
		return []map[string]int64{nil}
	}
	if decl.Results != nil {
		for _, r := range decl.Results.Fields {
			results = append(results, r.Name.Name)
		}
	}
	return m.opts.Variants(decl.Name.Name, consts, results)
}

func variantSuffix(decl *syntax.Fn, consts map[string]int64) string {
	s := ""
	for _, a := range decl.Args {
		if v, ok := consts[a.Name.Name]; ok {
			s += fmt.Sprintf(".%d", v)
		}
	}
	return s
}

// checkRest elaborates the functions of instances that can be elaborated for themselves, for their errors alone: one
// instance of each module.
func (m *elab) checkRest() {
	added := len(m.module.Funcs)
	done := map[*syntax.Fn]bool{}
	m.eachInstance(m.root, func(i *instance) {
		if i == m.root {
			return
		}
		for _, e := range i.order {
			decl, ok := e.decl.(*syntax.Fn)
			if !ok || done[decl] || !offered(decl, nil) || m.seen[decl] {
				continue
			}
			done[decl] = true
			if f, ok := m.resolve(i, e).(*fnv); ok {
				m.guard(func() { m.function(f, i.label()+"."+decl.Name.Name, nil) })
			}
		}
	})
	m.module.Funcs = m.module.Funcs[:added]
}

// eachInstance visits an instance and its parts.
func (m *elab) eachInstance(i *instance, f func(*instance)) {
	f(i)
	var visit func(v value)
	visit = func(v value) {
		switch v := v.(type) {
		case *instance:
			if len(v.path) > len(i.path) {
				m.eachInstance(v, f)
			}
		case *array:
			for _, x := range v.elems {
				visit(x)
			}
		}
	}
	for _, e := range i.order {
		if _, ok := e.decl.(*syntax.Instance); ok {
			visit(m.resolve(i, e))
		}
	}
}
