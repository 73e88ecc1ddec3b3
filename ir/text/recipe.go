package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// recipeFields lists the fields and how each is read.
func recipeFields() map[string]func(r *recipeReader, f *syntax.RecipeField) {
	return map[string]func(r *recipeReader, f *syntax.RecipeField){
		"data": (*recipeReader).data, "set": func(*recipeReader, *syntax.RecipeField) {},
		"start": (*recipeReader).function, "epoch_start": (*recipeReader).function, "step": (*recipeReader).function,
		"epochs": (*recipeReader).number, "steps": (*recipeReader).number, "batch": (*recipeReader).number,
		"save": (*recipeReader).number, "every": (*recipeReader).number, "seed": (*recipeReader).number,
		"order": (*recipeReader).order, "metric": (*recipeReader).metric, "write": (*recipeReader).write,
	}
}

// merged are the fields of a recipe with those of the recipes it comes from; its own override by key and name.
func (m *elab) merged(s *source, r *syntax.Recipe, seen map[string]bool) []*syntax.RecipeField {
	if r.From == nil {
		return r.Fields
	}
	if seen[r.Name.Name] {
		m.fail(r.From.Span, diag.Cycle, "the recipe %s comes from itself", r.Name.Name)
	}
	seen[r.Name.Name] = true
	from := findRecipe(s, r.From.Name)
	if from == nil {
		m.fail(r.From.Span, diag.UnknownName, "there is no recipe %s", r.From.Name)
	}
	fields := slices.Clone(m.merged(s, from, seen))
	for _, f := range r.Fields {
		i := slices.IndexFunc(fields, func(o *syntax.RecipeField) bool { return fieldID(o) == fieldID(f) })
		if i >= 0 {
			fields[i] = f
		} else {
			fields = append(fields, f)
		}
	}
	return fields
}

func fieldID(f *syntax.RecipeField) string { return f.Key.Name + " " + fieldName(f) }

func fieldName(f *syntax.RecipeField) string {
	switch {
	case f.Name != nil:
		return f.Name.Name
	case f.Str != nil:
		return f.Str.Value
	}
	return ""
}

func findRecipe(s *source, name string) *syntax.Recipe {
	for _, d := range s.ast.Decls {
		if r, ok := d.(*syntax.Recipe); ok && r.Name.Name == name {
			return r
		}
	}
	return nil
}

func sets(fields []*syntax.RecipeField) bool {
	return slices.ContainsFunc(fields, func(f *syntax.RecipeField) bool { return f.Key.Name == "set" })
}

// chooseRecipe finds the recipe that was asked for, and sets what it sets.
func (m *elab) chooseRecipe(s *source) *syntax.Recipe {
	if m.opts.Recipe == "" {
		return nil
	}
	r := findRecipe(s, m.opts.Recipe)
	if r == nil {
		var names []string
		for _, d := range s.ast.Decls {
			if o, ok := d.(*syntax.Recipe); ok {
				names = append(names, o.Name.Name)
			}
		}
		m.fail(diag.Span{}, diag.BadRecipe, "%s has no recipe %s%s; it has: %s", s.name, m.opts.Recipe, diag.DidYouMean(m.opts.Recipe, names), strings.Join(names, ", "))
	}
	rd := m.reader(s, r)
	for _, f := range rd.fields {
		if f.Key.Name == "data" {
			m.guard(func() { rd.open(f) })
		}
	}
	for _, f := range rd.fields {
		if f.Key.Name == "set" {
			m.guard(func() { rd.setConfig(f) })
		}
	}
	return r
}

// setConfig is set NAME = e; what comes from data that is not there is left out.
func (r *recipeReader) setConfig(f *syntax.RecipeField) {
	name := fieldName(f)
	if name == "" {
		r.m.fail(f.Span, diag.BadRecipe, "set names a config: set vocab = ...")
	}
	if r.m.set[name] != nil {
		return // the command line comes first
	}
	if d, ok := syntax.Unparen(f.Value).(*syntax.Select); ok {
		if id, ok := syntax.Unparen(d.X).(*syntax.Ident); ok && r.sources[id.Name] != nil {
			src := r.sources[id.Name]
			if src.src == nil {
				return
			}
			n, ok := src.src.Const(d.Name.Name)
			if !ok {
				r.m.fail(d.Span, diag.BadRecipe, "%s has no number %s", id.Name, d.Name.Name)
			}
			r.m.set[name] = &setting{path: name, val: intNum(n), used: true}
			return
		}
	}
	r.m.set[name] = &setting{path: name, expr: f.Value}
}

// recipeReader turns a recipe into data.
type recipeReader struct {
	m       *elab
	src     *source
	decl    *syntax.Recipe
	fields  []*syntax.RecipeField
	sources map[string]*dataset
	out     ir.Recipe
}

func (m *elab) reader(s *source, r *syntax.Recipe) *recipeReader {
	return &recipeReader{m: m, src: s, decl: r, fields: m.merged(s, r, map[string]bool{}), sources: map[string]*dataset{}, out: ir.Recipe{Name: r.Name.Name}}
}

// recipes makes the recipe that was chosen, or all that set nothing.
func (m *elab) recipes(s *source, chosen *syntax.Recipe) {
	if m.opts.NoRecipes {
		return
	}
	for _, d := range s.ast.Decls {
		r, ok := d.(*syntax.Recipe)
		if !ok || chosen != nil && r != chosen {
			continue
		}
		m.guard(func() {
			rd := m.reader(s, r)
			if chosen == nil && sets(rd.fields) {
				return
			}
			rd.read()
			m.module.Recipes = append(m.module.Recipes, rd.out)
		})
	}
}

func (r *recipeReader) read() {
	table := recipeFields()
	seen := map[string]bool{}
	for _, f := range r.fields {
		r.m.guard(func() {
			do, ok := table[f.Key.Name]
			if !ok {
				var names []string
				for n := range table {
					names = append(names, n)
				}
				r.m.fail(f.Key.Span, diag.BadRecipe, "a recipe has no field %s%s", f.Key.Name, diag.DidYouMean(f.Key.Name, names))
			}
			if seen[fieldID(f)] {
				r.m.fail(f.Key.Span, diag.BadRecipe, "%s stands twice", strings.TrimSpace(fieldID(f)))
			}
			seen[fieldID(f)] = true
			r.m.span = f.Value.At()
			do(r, f)
		})
	}
}

func (r *recipeReader) add(f *syntax.RecipeField, field ir.RecipeField) {
	field.Key, field.Name, field.Span = f.Key.Name, fieldName(f), f.Span
	r.out.Fields = append(r.out.Fields, field)
}

// still evaluates what is known when compiling.
func (r *recipeReader) still() eval {
	return eval{m: r.m, s: r.scope(), inst: r.m.root}
}

// scope holds the data of the recipe above the names of the file.
func (r *recipeReader) scope() *scope {
	s := newScope(r.m.root.scope)
	for name, d := range r.sources {
		s.names[name] = d
	}
	return s
}

// open evaluates data d = source(...).
func (r *recipeReader) open(f *syntax.RecipeField) *dataset {
	c, ok := syntax.Unparen(f.Value).(*syntax.Call)
	name, isName := "", false
	if ok {
		name, isName = syntax.Path(c.Fun)
	}
	if !isName || fieldName(f) == "" {
		r.m.fail(f.Span, diag.BadRecipe, "data is written data NAME = SOURCE(...), such as data d = digits()")
	}
	d := &dataset{name: fieldName(f), call: ir.SourceCall{Name: name}}
	for _, a := range c.Args {
		attr := ir.Attr{Value: r.constant(a.Value)}
		if a.Name != nil {
			attr.Name = a.Name.Name
		}
		d.call.Args = append(d.call.Args, attr)
	}
	if r.m.opts.Data != nil {
		src, err := r.m.opts.Data(name, d.call.Args)
		if err != nil {
			r.m.fail(f.Value.At(), diag.BadRecipe, "%v", err)
		}
		d.src = src
	}
	r.sources[d.name] = d
	return d
}

// constant is an argument of a source as a Go value.
func (r *recipeReader) constant(x syntax.Expr) any {
	e := eval{m: r.m, s: newScope(nil)}
	if r.m.root != nil {
		e.s = r.m.root.scope
	}
	v := plain(e.raw(x))
	if v == nil {
		r.m.fail(x.At(), diag.BadRecipe, "%s is not a number, a bool, a string or a list of whole numbers", spell(x))
	}
	return v
}

func (r *recipeReader) data(f *syntax.RecipeField) {
	d := r.open(f)
	r.add(f, ir.RecipeField{Source: &d.call})
}

func (r *recipeReader) number(f *syntax.RecipeField) {
	n := r.still().constInt(f.Value)
	if n < 1 {
		r.m.fail(f.Value.At(), diag.BadRecipe, "%s is %d; it is at least 1", f.Key.Name, n)
	}
	r.add(f, ir.RecipeField{Const: n})
}

func (r *recipeReader) order(f *syntax.RecipeField) {
	name, _ := syntax.Path(syntax.Unparen(f.Value))
	if !slices.Contains([]string{"shuffle", "random", "stream"}, name) {
		r.m.fail(f.Value.At(), diag.BadRecipe, "the order is shuffle, random or stream, not %s", spell(f.Value))
	}
	r.add(f, ir.RecipeField{Const: name})
}

// function is a field that is called: its expression becomes a function of the module.
func (r *recipeReader) function(f *syntax.RecipeField) {
	fn := r.compile(f, []syntax.Expr{f.Value}, r.out.Name+"."+f.Key.Name, "")
	r.add(f, fn)
}

func (r *recipeReader) metric(f *syntax.RecipeField) {
	if c, ok := syntax.Unparen(f.Value).(*syntax.Call); ok {
		if name, _ := syntax.Path(c.Fun); name == "tail" && r.m.find(r.m.root.scope, "tail") == nil {
			r.tail(f, c)
			return
		}
	}
	name := r.out.Name + ".metric"
	if n := fieldName(f); n != "" {
		name += "." + plainName(n)
	}
	r.add(f, r.compile(f, []syntax.Expr{f.Value}, name, "a metric"))
}

// tail is the mean of a result of step over the last steps.
func (r *recipeReader) tail(f *syntax.RecipeField, c *syntax.Call) {
	if len(c.Args) != 2 {
		r.m.fail(c.Span, diag.WrongArgs, "tail takes a result of step and a number of steps: tail(loss, 500)")
	}
	name, ok := syntax.Path(c.Args[0].Value)
	if !ok {
		r.m.fail(c.Args[0].Span, diag.BadRecipe, "tail names a result of step")
	}
	n := r.still().constInt(c.Args[1].Value)
	r.add(f, ir.RecipeField{Tail: &ir.RecipeTail{Result: name, N: n}})
}

// write is a picture or a text of what a function gives.
func (r *recipeReader) write(f *syntax.RecipeField) {
	c, ok := syntax.Unparen(f.Value).(*syntax.Call)
	kind, source := "", ""
	if ok {
		kind, _ = syntax.Path(c.Fun)
		if s, found := strings.CutSuffix(kind, ".text"); found && r.sources[s] != nil {
			kind, source = "text", s
		}
	}
	if !slices.Contains([]string{"grid", "scatter", "histogram", "plot", "text"}, kind) || fieldName(f) == "" || len(c.Args) == 0 {
		r.m.fail(f.Value.At(), diag.BadRecipe, "a file is written as write \"a.png\" = grid(x): or scatter, histogram, plot, or d.text(ids)")
	}
	render := &ir.Render{Kind: kind, Source: source}
	var values []syntax.Expr // the second one gives colours
	for _, a := range c.Args {
		if a.Name == nil && len(values) < 2 {
			values = append(values, a.Value)
			continue
		}
		if a.Name == nil {
			r.m.fail(a.Span, diag.WrongArgs, "%s takes one value, or two; what follows has names: size = [28, 28]", kind)
		}
		render.Args = append(render.Args, ir.Attr{Name: a.Name.Name, Value: r.constant(a.Value)})
	}
	n := 0
	for _, o := range r.out.Fields {
		if o.Key == "write" {
			n++
		}
	}
	field := r.compile(f, values, fmt.Sprintf("%s.write.%d", r.out.Name, n), "")
	field.Render = render
	r.add(f, field)
}

// plainName is a name for a function: what no name may hold becomes _.
func plainName(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '_' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			return c
		}
		return '_'
	}, s)
}

// rows is the number of rows of the columns of a field: the batch, where a batch never is smaller.
func (r *recipeReader) rows(f *syntax.RecipeField) ir.Dim {
	if f.Key.Name != "step" {
		return ir.Sym("rows")
	}
	batch, full := ir.Sym("rows"), false
	for _, o := range r.fields {
		switch o.Key.Name {
		case "batch":
			batch = ir.Const(r.still().constInt(o.Value))
		case "order":
			name, _ := syntax.Path(syntax.Unparen(o.Value))
			full = name == "random" || name == "stream"
		}
	}
	if full {
		return batch
	}
	return ir.Sym("rows")
}

// compile makes the function of a field.
func (r *recipeReader) compile(f *syntax.RecipeField, xs []syntax.Expr, name, still string) ir.RecipeField {
	m := r.m
	c := newCtx(m, m.funcName(name), nil)
	c.still = still
	fn := &recipeFn{rows: r.rows(f), whole: slices.Contains([]string{"start", "epoch_start", "write"}, f.Key.Name)}
	m.recipe = fn
	defer func() { m.recipe = nil }()
	e := eval{m: m, c: c, s: r.scope(), inst: m.root, keys: &keyer{home: c}}
	for _, host := range []string{"step", "steps", "epoch"} {
		e.s.names[host] = &column{arg: ir.RecipeArg{Host: host}, typ: ir.T(tensor.F32), fn: fn}
	}
	names := r.resultNames(e, xs)
	fr := &frame{name: name, decl: f, inst: m.root}
	vs := m.within(fr, func() []value { return e.values(xs) })
	for i, v := range vs {
		out := f.Key.Name
		if i > 0 {
			out = fmt.Sprintf("%s_%d", f.Key.Name, i)
		}
		if i < len(names) {
			out = names[i]
		} else if n := fieldName(f); n != "" && i == 0 {
			out = plainName(n)
		}
		mapTens(e.rootResult(v), func(leaf string, t *tens) *tens {
			c.b.Out(out+suffix(leaf), c.use(t.v))
			return t
		})
	}
	for _, s := range m.byOrder(c.written()) {
		c.b.Write(s.v.st.path, c.use(s.cur.(*tens).v))
	}
	g := c.done(m.argOrder(c))
	g.Span = f.Span
	m.add(g)
	return ir.RecipeField{Func: g.Name, Args: fn.args}
}

// resultNames are the names of what a call gives.
func (r *recipeReader) resultNames(e eval, xs []syntax.Expr) []string {
	c, ok := syntax.Unparen(xs[0]).(*syntax.Call)
	if !ok || len(xs) > 1 {
		return nil
	}
	v, ok := r.m.try(func() value { return e.raw(c.Fun) })
	if !ok {
		return nil
	}
	if i, isInst := v.(*instance); isInst {
		v = r.m.member(i, "apply")
	}
	f, ok := v.(*fnv)
	if !ok || f.decl.Results == nil || f.decl.Results.Type != nil {
		return nil
	}
	var names []string
	for i := range f.decl.Results.Fields {
		names = append(names, resultName(f.decl, i))
	}
	return names
}
