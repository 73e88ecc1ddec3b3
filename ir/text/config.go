package text

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A setting is one --set PATH=VALUE.
type setting struct {
	path string
	expr syntax.Expr
	val  value // set instead of expr where a recipe or weights give the value
	used bool
}

// settings parses what was set from outside.
func (m *elab) settings() {
	m.set = map[string]*setting{}
	for _, path := range slices.Sorted(maps.Keys(m.opts.Set)) {
		m.set[path] = &setting{path: path, expr: m.parseExpr("--set "+path, m.opts.Set[path])}
	}
}

// parseExpr reads a single expression.
func (m *elab) parseExpr(name, text string) syntax.Expr {
	if strings.ContainsAny(text, "\n;") {
		m.errs.Addf(diag.Span{}, diag.BadConfig, "%s: %q is not an expression", name, text)
		return nil
	}
	f, err := syntax.Parse(diag.NewFile(name, []byte("const x = "+text+"\n")))
	if err == nil && len(f.Decls) == 1 {
		if c, ok := f.Decls[0].(*syntax.Const); ok {
			return c.Value
		}
	}
	m.errs.Addf(diag.Span{}, diag.BadConfig, "%s: %q is not an expression", name, text)
	return nil
}

// configure gives an instance its config: what is set from outside, else the argument, else the default.
func (m *elab) configure(ev eval, inst *instance, params []*syntax.ConfigParam, call *syntax.Call) {
	inst.config = map[string]value{}
	args := m.configArgs(ev, inst, params, call)
	own := eval{m: m, s: inst.scope, inst: inst}
	for _, p := range params {
		name := p.Name.Name
		if _, dup := inst.config[name]; dup {
			m.errs.Addf(p.Name.Span, diag.DuplicateName, "%s is declared twice", name)
		}
		m.guard(func() { inst.config[name] = m.configValue(own, inst, p, args) })
		if inst.config[name] == nil {
			inst.config[name] = poison{}
		}
	}
}

func (m *elab) configValue(own eval, inst *instance, p *syntax.ConfigParam, args map[string]value) value {
	name := p.Name.Name
	if s := m.set[inst.join(name)]; s != nil {
		s.used = true
		if s.val != nil {
			return s.val
		}
		if s.expr == nil {
			silent()
		}
		return eval{m: m, s: m.root.scope, inst: m.root}.config(s.expr)
	}
	if v, ok := m.opts.Values[inst.join(name)]; ok {
		return m.goValue(name, v)
	}
	if v, ok := args[name]; ok {
		return v
	}
	if p.Default != nil {
		return own.config(p.Default)
	}
	if inst == m.root {
		if d, ok := m.size(name); ok {
			return m.goValue(name, d)
		}
	}
	m.failHint("give it in the call, or on the command line: --set "+inst.join(name)+"=VALUE", m.or(p.Name.Span), diag.MissingConfig,
		"%s of %s has no value", name, inst.label())
	return nil
}

// or is the place at hand, or else s.
func (m *elab) or(s diag.Span) diag.Span {
	if m.span.IsZero() {
		return s
	}
	return m.span
}

// configArgs evaluates the arguments of a module's call.
func (m *elab) configArgs(ev eval, inst *instance, params []*syntax.ConfigParam, call *syntax.Call) map[string]value {
	args := map[string]value{}
	if call == nil {
		return args
	}
	var names []string
	for _, p := range params {
		names = append(names, p.Name.Name)
	}
	for i, a := range call.Args {
		name := ""
		switch {
		case a.Name != nil:
			name = a.Name.Name
		case i < len(names):
			name = names[i]
		default:
			m.fail(a.Span, diag.WrongArgs, "%s takes %s", inst.name, plural(len(names), "argument"))
		}
		if !slices.Contains(names, name) {
			m.fail(nameSpan(a), diag.WrongArgs, "%s has no config %s%s", inst.name, name, diag.DidYouMean(name, names))
		}
		if _, dup := args[name]; dup {
			m.fail(nameSpan(a), diag.WrongArgs, "%s is given twice", name)
		}
		args[name] = ev.config(a.Value)
	}
	return args
}

// config evaluates a compile-time expression for a module.
func (e eval) config(x syntax.Expr) value {
	v := e.raw(x)
	switch v.(type) {
	case poison:
		silent()
	case *tens:
		e.m.fail(x.At(), diag.NotConstant, "%s is a tensor; config is known when compiling", spell(x))
	}
	return v
}

// configAttrs lists the config of the root, for weight files.
func (m *elab) configAttrs() []ir.Attr {
	var attrs []ir.Attr
	if m.root.file.ast.Model == nil {
		return nil
	}
	for _, p := range m.root.file.ast.Model.Params {
		if x := plain(m.root.config[p.Name.Name]); x != nil {
			attrs = append(attrs, ir.Attr{Name: p.Name.Name, Value: x})
		}
	}
	return attrs
}

// plain is a compile-time value as a Go value: int64, float64, bool, string, []int64, or the text of what has no other
// form; nil for groups and functions.
func plain(v value) any {
	switch v := v.(type) {
	case num:
		if n, ok := v.int(); ok && v.whole {
			return n
		}
		return v.float()
	case dimv:
		if n, ok := v.d.Int(); ok {
			return n
		}
	case cbool:
		return bool(v)
	case str:
		return string(v)
	case *list:
		return plainList(v)
	case *modv:
		if v.up != nil && v.up.path == "" {
			return v.up.name + "." + v.def.Name.Name
		}
	}
	return nil
}

func plainList(l *list) any {
	ints := []int64{}
	for _, x := range l.elems {
		n, ok := plain(x).(int64)
		if !ok {
			return nil
		}
		ints = append(ints, n)
	}
	return ints
}

// goValue is a Go value as a compile-time value.
func (m *elab) goValue(name string, x any) value {
	switch x := x.(type) {
	case int64:
		return intNum(x)
	case int:
		return intNum(int64(x))
	case float64:
		return floatNum(x)
	case bool:
		return cbool(x)
	case string:
		return str(x)
	case []int64:
		l := &list{}
		for _, n := range x {
			l.elems = append(l.elems, intNum(n))
		}
		return l
	case []any:
		l := &list{}
		for _, n := range x {
			l.elems = append(l.elems, m.goValue(name, n))
		}
		return l
	}
	m.fail(diag.Span{}, diag.BadConfig, "%s: a config can't be a %T", name, x)
	return nil
}
