package syntax

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// readFile = { import } [ model | graph ] { decl } .
func (p *parser) readFile(f *File) {
	p.separators()
	for p.cur().kind != tEOF {
		i := p.i
		p.unwind = false
		p.try(func() {
			p.tokens[p.i].first = true
			p.topLevel(f)
			p.endEntry()
		})
		p.unwind = false
		p.separators()
		if p.is("}") {
			p.stray()
		} else if p.i == i {
			p.advance()
		}
	}
}

// stray steps over a } without a {. After other errors it is most likely their echo.
func (p *parser) stray() {
	if len(p.errs) == 0 {
		p.errorf(p.hereSpan(), diag.Syntax, "there is no { for this }")
	}
	p.advance()
	p.separators()
}

// topLevel reads one import, header or declaration.
func (p *parser) topLevel(f *File) {
	first := f.Model == nil && f.Graph == nil && len(f.Decls) == 0
	switch {
	case p.isWord("import"):
		if !first {
			p.fail("imports come first, above the model and all declarations")
		}
		f.Imports = append(f.Imports, p.imports())
	case p.isWord("model"):
		if !first {
			p.fail("the model header comes once, above all declarations")
		}
		f.Model = p.model()
	case first && p.isWord("graph") && p.ahead(1).kind == tName:
		p.advance()
		p.graph = true
		f.Graph = p.path("the name of the graph")
	default:
		f.Decls = append(f.Decls, p.decl())
	}
}

// imports = "import" ( NAME { "." NAME } | STRING ) [ "as" NAME ] .
func (p *parser) imports() *Import {
	start := p.i
	p.advance()
	n := &Import{}
	if p.cur().kind == tString {
		n.Path = p.str()
	} else {
		n.Std = append(n.Std, p.name("a library such as std.nn, or a file name in quotes"))
		for p.accept(".") {
			n.Std = append(n.Std, p.name("a name behind the dot"))
		}
	}
	if p.acceptWord("as") {
		n.As = p.name("a name behind as")
	}
	n.Span = p.from(start)
	return n
}

// model = "model" NAME [ mparams ] .
func (p *parser) model() *Model {
	n := &Model{Doc: p.doc(p.i)}
	start := p.i
	p.advance()
	n.Name = p.name("the name of the model")
	if p.is("(") {
		n.Params = p.config()
	}
	n.Span = p.from(start)
	return n
}

// config = "(" [ NAME [ "=" expr ] { "," ... } ] ")" .
func (p *parser) config() []*ConfigParam {
	var params []*ConfigParam
	i := p.open("(", "")
	p.list(")", func() {
		c := &ConfigParam{Name: p.name("the name of a config parameter")}
		if p.is(":") {
			p.failHint("a config parameter has no type, only a default: "+c.Name.Name+" = 1", "expected =, a comma or ), found :")
		}
		if p.accept("=") {
			c.Default = p.expr()
		}
		c.Span = p.since(c.Name)
		params = append(params, c)
	})
	p.close(")", i)
	return params
}

// decl reads one declaration.
func (p *parser) decl() Decl {
	doc, word := p.doc(p.i), p.text()
	switch p.cur().kind {
	case tKeyword:
		switch word {
		case "const":
			c := p.constant()
			c.Doc = doc
			return c
		case "fn":
			f := p.fn()
			f.Doc = doc
			return f
		case "recipe":
			r := p.recipe()
			r.Doc = doc
			return r
		case "assert":
			return p.assert()
		case "param":
			return p.param(doc)
		case "state":
			return p.state(doc)
		case "module":
			return p.module(doc)
		}
	case tName:
		if p.graph && word == "table" {
			return p.table()
		}
	}
	p.failHint(declHint(word), "expected a declaration, found %s", p.found())
	return nil
}

// declHint guesses what was meant where no declaration begins.
func declHint(word string) string {
	switch word {
	case "def", "func", "function":
		return "a function begins with fn"
	case "class", "struct", "layer":
		return "a part with params of its own is module NAME(config) { ... }"
	case "let", "var":
		return "a compile-time value is const NAME = ..., trained values are param NAME: type = ..."
	case "//", "/":
		return "a comment begins with #"
	case "return", "yield", "if", "scan", "for", "while":
		return "statements stand inside functions"
	}
	if s := diag.Suggest(word, []string{"const", "fn", "recipe", "assert", "param", "state", "module", "import", "model"}); s != "" {
		return "did you mean " + s + "?"
	}
	return "declarations begin with param, state, module, const, fn, assert or recipe"
}

// constant = "const" NAME [ ":" type ] "=" expr .
func (p *parser) constant() *Const {
	start := p.i
	p.advance()
	n := &Const{Name: p.name("the name of the constant")}
	if p.accept(":") {
		n.Type = p.typ()
	}
	if p.is(":=") {
		p.failHint("const declares by itself", "expected =, found :=")
	}
	p.expect("=", " and the value of "+n.Name.Name)
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}

// assert = "assert" expr .
func (p *parser) assert() *Assert {
	start := p.i
	p.advance()
	n := &Assert{Cond: p.expr()}
	n.Span = p.from(start)
	return n
}

// param = "param" items ":" type [ "=" expr ] .
func (p *parser) param(doc string) Decl {
	start := p.i
	p.advance()
	n := &Param{Doc: doc, Items: p.items()}
	n.Type = p.itemType("param", n.Items)
	if p.accept("=") {
		n.Init = p.expr()
	}
	n.Span = p.from(start)
	return n
}

// state = "state" items ":" type "=" expr .
func (p *parser) state(doc string) Decl {
	start := p.i
	p.advance()
	n := &State{Doc: doc, Items: p.items()}
	n.Type = p.itemType("state", n.Items)
	if p.graph && !p.is("=") {
		n.Span = p.from(start)
		return n
	}
	p.expect("=", " and an initial value")
	n.Init = p.expr()
	n.Span = p.from(start)
	return n
}

func (p *parser) itemType(word string, items []*Item) *Type {
	if !p.is(":") {
		p.failHint("write "+word+" "+items[0].Name.Name+": f32[...]", "expected : and a type, found %s", p.found())
	}
	p.advance()
	return p.typ()
}

// items = item { "," item } .
func (p *parser) items() []*Item {
	items := []*Item{p.item()}
	for p.accept(",") {
		items = append(items, p.item())
	}
	return items
}

// item = path [ "[" ( expr | NAME "in" expr ".." expr ) "]" ] .
func (p *parser) item() *Item {
	start := p.i
	n := &Item{Name: p.path("a name")}
	if p.is("[") {
		i := p.open("[", "")
		p.itemIndex(n)
		p.close("]", i)
	}
	n.Span = p.from(start)
	return n
}

func (p *parser) itemIndex(n *Item) {
	if p.cur().kind == tName && p.ahead(1).kind == tKeyword && p.textAt(p.i+1) == "in" {
		n.Index = p.ident()
		p.advance()
		n.Lo = p.expr()
		p.expect("..", " and the end of the range")
		n.Hi = p.expr()
		return
	}
	n.Count = p.expr()
}

// module = "module" NAME mparams "{" { decl } "}" | "module" item "=" expr .
func (p *parser) module(doc string) Decl {
	start := p.i
	p.advance()
	if p.cur().kind == tName && p.aheadIs(1, "(") {
		n := &ModuleDef{Doc: doc, Name: p.ident(), Params: p.config()}
		n.Decls = p.moduleBody()
		n.Span = p.from(start)
		return n
	}
	n := &Instance{Doc: doc, Item: p.item()}
	if p.is("{") {
		p.failHint("write module "+n.Item.Name.Name+"() { ... }", "expected ( and the config of the module, found {")
	}
	p.expect("=", " and the module it is an instance of")
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}

func (p *parser) moduleBody() []Decl {
	var decls []Decl
	p.body("and the declarations of the module", true, func() {
		decls = append(decls, p.decl())
	})
	return decls
}

// recipe = "recipe" NAME [ "from" NAME ] "{" { NAME [ NAME | STRING ] "=" expr } "}" .
func (p *parser) recipe() *Recipe {
	start := p.i
	p.advance()
	n := &Recipe{Name: p.name("the name of the recipe")}
	if p.acceptWord("from") {
		n.From = p.name("the name of another recipe")
	}
	n.Fields = p.recipeBody()
	n.Span = p.from(start)
	return n
}

func (p *parser) recipeBody() []*RecipeField {
	var fields []*RecipeField
	p.body("and the fields of the recipe", false, func() {
		fields = append(fields, p.recipeField())
	})
	return fields
}

func (p *parser) recipeField() *RecipeField {
	start := p.i
	n := &RecipeField{Key: p.name("a field such as data, step or metric")}
	switch p.cur().kind {
	case tName:
		n.Name = p.ident()
	case tString:
		n.Str = p.str()
	}
	if p.is("=") {
		p.mark(rField)
	}
	p.expect("=", " and the value of "+n.Key.Name)
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}

// str reads a string literal; the lexer has checked it.
func (p *parser) str() *String {
	value, err := strconv.Unquote(p.text())
	if err != nil {
		p.fail("expected a string, found %s", p.found())
	}
	n := &String{Loc{p.spanAt(p.i)}, value}
	p.advance()
	return n
}

// doc is the text of the comment lines right above token i.
func (p *parser) doc(i int) string {
	next, _ := slices.BinarySearchFunc(p.comments, int32(i+1), func(c comment, i int32) int { return int(c.next - i) })
	var lines []string
	below := p.tokens[i].start
	for j := next - 1; j >= 0 && p.comments[j].own && p.comments[j].next == int32(i); j-- {
		c := p.comments[j]
		if strings.Count(string(p.src[c.end:below]), "\n") != 1 {
			break
		}
		lines = append(lines, p.commentText(c))
		below = c.start
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// topDoc is the text of the comment lines at the top of the file.
func (p *parser) topDoc() string {
	var lines []string
	for j, c := range p.comments {
		if c.next != 0 || j > 0 && strings.Count(string(p.src[p.comments[j-1].end:c.start]), "\n") != 1 {
			break
		}
		lines = append(lines, p.commentText(c))
	}
	return strings.Join(lines, "\n")
}

func (p *parser) commentText(c comment) string {
	text := strings.TrimLeft(string(p.src[c.start:c.end]), "#")
	return strings.TrimPrefix(text, " ")
}
