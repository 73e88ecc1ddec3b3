package text

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A definition is a composite that was elaborated for some types.
type definition struct {
	f    *ir.Func
	form []value // what it gives
}

// composite calls a function of the prelude: a node that refers to its definition, one for all calls of the same types and
// compile-time arguments.
func (e eval) composite(f *fnv, byName map[string]given, at diag.Span) []value {
	fr := e.m.push(f.decl.Name.Name, f.decl, f.inst, at)
	cc := newCtx(e.m, "", nil)
	cc.sealed, cc.pure = true, f.decl.Name.Name
	in := eval{m: e.m, c: cc, s: newScope(f.scope), inst: f.inst}
	e.bindArgs(in, f, byName, cc)
	key, consts := f.decl.Name.Name, []string{}
	var operands []ir.Value
	for _, a := range f.decl.Args {
		switch x := in.s.names[a.Name.Name].(type) {
		case *variable:
			for _, t := range tensors(x.val) {
				operands = append(operands, e.c.use(t.v))
				key += fmt.Sprintf("|%v/%b", t.typ(), t.ones)
			}
		case value:
			key += "|" + x.what()
			if _, given := byName[a.Name.Name]; given {
				consts = append(consts, a.Name.Name+" = "+x.what())
			}
		}
	}
	d := e.m.defs[key]
	if d == nil {
		d = e.m.define(in, f, fr)
		d.f.Composite = f.decl.Name.Name
		if len(consts) > 0 {
			d.f.Composite += "(" + strings.Join(consts, ", ") + ")"
		}
		e.m.defs[key] = d
	}
	e.m.span = at
	out := e.c.ops(ops.Call{}, []*ir.Func{d.f}, operands)
	n := 0
	results := make([]value, len(d.form))
	for i, v := range d.form {
		results[i] = mapTens(v, func(_ string, t *tens) *tens {
			n++
			return &tens{v: out[n-1], ones: t.ones}
		})
	}
	return results
}

// define elaborates the definition; the arguments are bound in its scope.
func (m *elab) define(in eval, f *fnv, fr *frame) *definition {
	cc := in.c
	name := m.funcName(f.decl.Name.Name + ".def")
	cc.b.Func().Name = name
	for _, a := range f.decl.Args {
		if v, ok := in.s.names[a.Name.Name].(*variable); ok {
			v.val = mapTens(v.val, func(leaf string, t *tens) *tens {
				return &tens{v: cc.newArg(a.Name.Name+suffix(leaf), ir.Input, t.typ(), ir.Value{}), ones: t.ones}
			})
		}
	}
	vs := m.within(fr, func() []value { return in.body(f) })
	for i, v := range vs {
		vs[i] = in.runtime(v)
		mapTens(vs[i], func(leaf string, t *tens) *tens {
			cc.b.Out(resultName(f.decl, i)+suffix(leaf), cc.use(t.v))
			return t
		})
	}
	fn := cc.done(cc.rest(nil))
	fn.Doc, fn.Span = f.decl.Doc, f.decl.Span
	m.add(fn)
	return &definition{fn, vs}
}

// resultName is the name of the i-th result.
func resultName(decl *syntax.Fn, i int) string {
	if decl.Results != nil && decl.Results.Type == nil && i < len(decl.Results.Fields) {
		return decl.Results.Fields[i].Name.Name
	}
	if i > 0 {
		return fmt.Sprintf("%s_%d", decl.Name.Name, i)
	}
	return decl.Name.Name
}

// add puts a function into the module.
func (m *elab) add(f *ir.Func) { m.module.Funcs = append(m.module.Funcs, f) }
