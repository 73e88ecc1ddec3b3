package text

import (
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// An instance is a module with its config: params, state, parts and functions. A file is one, too.
type instance struct {
	name    string // of the module
	path    string
	file    *source
	scope   *scope
	entries map[string]*entry
	order   []*entry
	config  map[string]value
	all     *group
	asserts []*syntax.Assert
}

func (i *instance) what() string { return "the instance " + i.label() }

func (i *instance) label() string {
	if i.path == "" {
		return i.name
	}
	return i.path
}

func (i *instance) imports() map[string]*source {
	if i.scope.up == nil && i.file != nil {
		return i.file.imports
	}
	return nil
}

// join is a path below the instance.
func (i *instance) join(name string) string {
	if i.path == "" {
		return name
	}
	return i.path + "." + name
}

// An entry is a declared name, worked out when it is first asked for.
type entry struct {
	name  string
	decl  syntax.Decl
	item  *syntax.Item
	span  diag.Span
	val   value
	state uint8 // 0 not begun, 1 at work, 2 done, 3 failed
}

// kind is what the entry declares, as far as hiding it matters.
func (e *entry) kind() string {
	switch e.decl.(type) {
	case *syntax.Param:
		return "param"
	case *syntax.State:
		return "state"
	case *syntax.Instance:
		return "part"
	}
	return ""
}

// declareAll makes entries of the declarations.
func (m *elab) declareAll(i *instance, decls []syntax.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *syntax.Const:
			m.entry(i, d.Name, d, nil)
		case *syntax.Fn:
			m.entry(i, d.Name, d, nil)
			m.argNames(d)
		case *syntax.ModuleDef:
			m.entry(i, d.Name, d, nil)
		case *syntax.Assert:
			i.asserts = append(i.asserts, d)
		case *syntax.Instance:
			m.entry(i, d.Item.Name, d, d.Item)
		case *syntax.Param:
			for _, it := range d.Items {
				m.entry(i, it.Name, d, it)
			}
		case *syntax.State:
			for _, it := range d.Items {
				m.entry(i, it.Name, d, it)
			}
		}
	}
}

// argNames refuses two arguments of one name.
func (m *elab) argNames(f *syntax.Fn) {
	seen := map[string]bool{}
	for _, a := range f.Args {
		if seen[a.Name.Name] {
			m.errs.Addf(a.Name.Span, diag.DuplicateName, "two arguments of %s are named %s", f.Name.Name, a.Name.Name)
		}
		seen[a.Name.Name] = true
	}
}

func (m *elab) entry(i *instance, name *syntax.Ident, d syntax.Decl, item *syntax.Item) {
	_, config := i.config[name.Name]
	if i.entries[name.Name] != nil || config {
		m.errs.Addf(name.Span, diag.DuplicateName, "%s is declared twice", name.Name)
		return
	}
	e := &entry{name: name.Name, decl: d, item: item, span: name.Span}
	i.entries[name.Name] = e
	i.order = append(i.order, e)
}

// member is what a name stands for in an instance: a declaration, config, or an import of its file; nil if nothing.
func (m *elab) member(i *instance, name string) value {
	if e := i.entries[name]; e != nil {
		return m.resolve(i, e)
	}
	if v, ok := i.config[name]; ok {
		return v
	}
	if name == "params" {
		return m.params(i)
	}
	if s := i.imports()[name]; s != nil {
		return &filev{s}
	}
	return nil
}

// resolve works out an entry.
func (m *elab) resolve(i *instance, e *entry) value {
	switch e.state {
	case 1:
		m.fail(e.span, diag.Cycle, "%s depends on itself", e.name)
	case 2:
		return e.val
	case 3:
		return poison{}
	}
	e.state = 1
	fr := m.fr
	m.fr = nil
	ok := m.guard(func() { e.val = m.declared(i, e) })
	m.fr = fr
	e.state = 2
	if !ok {
		e.state, e.val = 3, poison{}
	}
	return e.val
}

func (m *elab) declared(i *instance, e *entry) value {
	ev := eval{m: m, s: i.scope, inst: i}
	switch d := e.decl.(type) {
	case *syntax.Fn:
		return &fnv{decl: d, scope: i.scope, inst: i}
	case *syntax.ModuleDef:
		return &modv{def: d, up: i}
	case *syntax.Const:
		return m.constant(ev, d, i.join(d.Name.Name))
	case *syntax.Instance:
		return m.items(ev, e.item, i.join(e.name), func(ev eval, path string) value { return m.part(ev, d.Value, path) })
	case *syntax.Param:
		return m.items(ev, e.item, i.join(e.name), func(ev eval, path string) value { return m.param(ev, d, e, path) })
	case *syntax.State:
		return m.items(ev, e.item, i.join(e.name), func(ev eval, path string) value { return m.stateDecl(ev, d, e, path) })
	}
	return poison{}
}

// items makes one value, or an array of them: x, x[n], x[l in a..b].
func (m *elab) items(ev eval, it *syntax.Item, path string, one func(ev eval, path string) value) value {
	lo, hi := int64(0), int64(0)
	switch {
	case it.Count != nil:
		hi = ev.constInt(it.Count)
	case it.Index != nil:
		lo, hi = ev.constInt(it.Lo), ev.constInt(it.Hi)
	default:
		return one(ev, path)
	}
	if hi < lo || hi-lo > 10000 {
		m.fail(it.Span, diag.BadDim, "an array of %d", hi-lo)
	}
	a := &array{lo: lo}
	for n := lo; n < hi; n++ {
		in := ev
		if it.Index != nil {
			in.s = newScope(ev.s)
			in.s.names[it.Index.Name] = intNum(n)
		}
		a.elems = append(a.elems, one(in, path+"."+strconv.FormatInt(n, 10)))
	}
	return a
}

// part makes the instance that an expression asks for: M(...), or one of two by a condition, or an instance that is there.
func (m *elab) part(ev eval, x syntax.Expr, path string) value {
	defer m.at(x.At())()
	switch x := syntax.Unparen(x).(type) {
	case *syntax.Cond:
		if ev.constBool(x.Cond) {
			return m.part(ev, x.Then, path)
		}
		return m.part(ev, x.Else, path)
	case *syntax.Call:
		return m.instantiate(ev, x, path)
	}
	v := ev.raw(x)
	if _, ok := v.(*instance); !ok {
		m.fail(x.At(), diag.WrongKind, "%s is %s; a part is made by calling a module", spell(x), v.what())
	}
	return v
}

// instantiate calls a module.
func (m *elab) instantiate(ev eval, x *syntax.Call, path string) value {
	if m.instances++; m.instances > maxInstances {
		m.fail(m.span, diag.TooLarge, "more than %d instances of modules", maxInstances)
	}
	switch mod := ev.raw(x.Fun).(type) {
	case *modv:
		inst := &instance{name: mod.def.Name.Name, path: path, file: mod.up.file, entries: map[string]*entry{}}
		inst.scope = &scope{up: mod.up.scope, inst: inst}
		m.configure(ev, inst, mod.def.Params, x)
		m.declareAll(inst, mod.def.Decls)
		return inst
	case *filev:
		if mod.src.ast.Model == nil {
			m.fail(x.Fun.At(), diag.WrongKind, "%s has no model: its modules are %s.NAME", mod.src.name, spell(x.Fun))
		}
		return m.fileInstance(ev, mod.src, path, x)
	case poison:
		silent()
	default:
		m.fail(x.Fun.At(), diag.WrongKind, "%s is %s; a part is made by calling a module", spell(x.Fun), mod.what())
	}
	return nil
}

// fileInstance is an instance of a file that has a model. x is nil for the first file.
func (m *elab) fileInstance(ev eval, s *source, path string, x *syntax.Call) *instance {
	inst := &instance{name: s.ast.Model.Name.Name, path: path, file: s, entries: map[string]*entry{}}
	inst.scope = &scope{inst: inst}
	if x == nil {
		m.root = inst
		ev.s, ev.inst = inst.scope, inst
	}
	m.configure(ev, inst, s.ast.Model.Params, x)
	m.declareAll(inst, s.ast.Decls)
	return inst
}

// params is the group of all params of an instance and its parts.
func (m *elab) params(i *instance) *group {
	if i.all == nil {
		i.all = &group{name: i.label(), list: func() []member { return m.collect(i, i.path) }}
	}
	return i.all
}

// collect lists the params below an instance; their names begin below base.
func (m *elab) collect(i *instance, base string) []member {
	var ms []member
	for _, e := range i.order {
		switch e.decl.(type) {
		case *syntax.Param, *syntax.Instance:
		default:
			continue
		}
		if _, part := e.decl.(*syntax.Instance); part && e.state == 1 {
			continue // the instance that is being made asks for the params: it has none of its own yet
		}
		ms = append(ms, m.below(m.resolve(i, e), i, base)...)
	}
	return ms
}

func (m *elab) below(v value, owner *instance, base string) []member {
	switch v := v.(type) {
	case *stored:
		if v.param {
			return []member{{relative(v.path, base), v}}
		}
	case *instance:
		if len(v.path) > len(owner.path) || owner.path == "" { // an alias of an instance elsewhere is not a part
			return m.collect(v, base)
		}
	case *array:
		var ms []member
		for _, x := range v.elems {
			ms = append(ms, m.below(x, owner, base)...)
		}
		return ms
	}
	return nil
}

func relative(path, base string) string {
	if base != "" && len(path) > len(base) && path[:len(base)] == base && path[len(base)] == '.' {
		return path[len(base)+1:]
	}
	return path
}

// spell is an expression as it is written, for errors.
func spell(x syntax.Expr) string { return x.At().Text() }
