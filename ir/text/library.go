package text

import (
	"io/fs"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A Library is the prelude for whoever looks for definitions after elaboration. It is parsed when it is first asked, and
// remembers what it gave. It serves one goroutine.
type Library struct {
	m    *elab
	made map[string]*ir.Func
}

// NewLibrary is the prelude of this compiler.
func NewLibrary() *Library { return &Library{made: map[string]*ir.Func{}} }

// Gradient is the gradient composite of a composite's definition: NAME_grad beside NAME, elaborated for the same types. It
// takes NAME's arguments, its results and the gradients of its float results, and gives the gradients of its float
// arguments. It is nil where the prelude has none, or has none that gives as many.
func (l *Library) Gradient(def *ir.Func) *ir.Func {
	if def.Composite == "" {
		return nil
	}
	key := def.Composite
	for _, t := range gradientTypes(def) {
		key += "|" + t.String()
	}
	g, ok := l.made[key]
	if !ok {
		g = l.gradient(def)
		l.made[key] = g
	}
	return g
}

// gradientTypes are the types of the operands of a gradient composite.
func gradientTypes(def *ir.Func) []ir.Type {
	var ts []ir.Type
	for _, a := range def.Args {
		ts = append(ts, a.Type)
	}
	for _, o := range def.Outs {
		ts = append(ts, o.Value.Type())
	}
	for _, o := range def.Outs {
		if t := o.Value.Type(); t.DType.IsFloat() {
			ts = append(ts, t)
		}
	}
	return ts
}

func (l *Library) gradient(def *ir.Func) *ir.Func {
	if l.m == nil {
		l.m = newElab(nil, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
		l.m.prelude = l.m.library("std/prelude.nn")
	}
	m := l.m
	name, consts, _ := strings.Cut(def.Composite, "(")
	var g *ir.Func
	m.guard(func() {
		f, ok := m.member(m.prelude, name+"_grad").(*fnv)
		if ok {
			g = m.specialize(f, def, strings.TrimSuffix(consts, ")"))
		}
	})
	m.errs = nil
	m.rename()
	floats := 0
	for _, a := range def.Args {
		if a.Type.DType.IsFloat() {
			floats++
		}
	}
	if g == nil || len(g.Outs) != floats {
		return nil
	}
	return g
}

// rename gives what was elaborated last names that no function of a module has: there the prelude's are without prefix.
func (m *elab) rename() {
	for _, f := range m.module.Funcs {
		if !strings.HasPrefix(f.Name, "prelude.") {
			f.Name = "prelude." + f.Name
		}
	}
}

// specialize elaborates f for the operands that the gradient of def has. Arguments of def that are known when compiling
// keep their values.
func (m *elab) specialize(f *fnv, def *ir.Func, consts string) *ir.Func {
	byName := map[string]given{}
	for _, c := range strings.Split(consts, ", ") {
		if name, value, ok := strings.Cut(c, " = "); ok {
			x := m.parseExpr(name, value)
			byName[name] = given{val: eval{m: m, s: f.scope, inst: f.inst}.raw(x), expr: x}
		}
	}
	c := newCtx(m, "operands", nil)
	e := eval{m: m, c: c, s: newScope(f.scope), inst: f.inst}
	types := gradientTypes(def)
	names := operandNames(f.decl, def, byName)
	if len(names) != len(types) {
		return nil
	}
	for i, t := range types {
		byName[names[i]] = given{val: &tens{v: c.newArg(names[i], ir.Input, t, ir.Value{})}}
	}
	e.composite(f, byName, diag.Span{})
	return c.b.Func().Nodes[len(c.b.Func().Nodes)-1].Funcs[0]
}

// operandNames are the names of the operands of a gradient composite: first those of def, then what is left.
func operandNames(decl *syntax.Fn, def *ir.Func, consts map[string]given) []string {
	var names []string
	own := map[string]bool{}
	for _, a := range def.Args {
		names = append(names, a.Name)
		own[a.Name] = true
	}
	for _, a := range decl.Args {
		if _, isConst := consts[a.Name.Name]; !isConst && !own[a.Name.Name] && a.Default == nil {
			names = append(names, a.Name.Name)
		}
	}
	return names
}
