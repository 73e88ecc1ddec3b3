package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// fn = "fn" NAME "(" [ args ] ")" [ "->" results ] ( block | "=" expr ) .
func (p *parser) fn() *Fn {
	start, outer := p.i, p.function
	if outer < 0 {
		p.function = start
	}
	defer func() { p.function = outer }()
	p.advance()
	n := &Fn{Name: p.fnName()}
	i := p.open("(", " and the arguments of "+n.Name.Name)
	n.Args = p.args()
	p.close(")", i)
	if p.accept("->") {
		n.Results = p.results()
	}
	if p.graph {
		p.header(n)
	}
	switch {
	case p.accept("="):
		n.Value = p.expr()
	case p.is("{"):
		n.Body = p.block()
	default:
		p.failHint(fnHint(p), "expected { or = and the body of %s, found %s", n.Name.Name, p.found())
	}
	n.Span = p.from(start)
	return n
}

func fnHint(p *parser) string {
	if p.is(":") {
		return "the result types stand behind ->"
	}
	return ""
}

func (p *parser) fnName() *Ident {
	if p.graph {
		return p.path("the name of the function")
	}
	return p.name("the name of the function")
}

// args = [ "const" ] NAME { "," NAME } ":" type [ "=" expr ] , several parted by commas.
func (p *parser) args() []*Arg {
	var all, open []*Arg // open: names that wait for their type
	p.list(")", func() {
		a := p.arg()
		open = append(open, a)
		all = append(all, a)
		if p.accept(":") {
			p.argType(open)
			open = nil
			return
		}
		if !p.is(",") || p.aheadIs(1, ")") {
			p.failHint("write "+a.Name.Name+": f32[...]", "expected : and the type of %s, found %s", a.Name.Name, p.found())
		}
	})
	return all
}

func (p *parser) arg() *Arg {
	a := &Arg{}
	if p.acceptWord("const") {
		a.Const = true
	} else {
		a.Role = p.argRole()
	}
	a.Name = p.argName("the name of an argument")
	a.Span = a.Name.Span
	return a
}

// argRole reads the word before an argument of a printed function.
func (p *parser) argRole() Role {
	word := p.text()
	if !p.graph {
		if word == "param" || word == "state" {
			p.failHint("functions see the params and state of their module", "%s is not passed as an argument", word)
		}
		return Plain
	}
	role := Plain
	switch word {
	case "param":
		role = ParamRole
	case "state":
		role = StateRole
	case "key":
		role = KeyRole
	case "size":
		role = SizeRole
	}
	if role == Plain || p.ahead(1).kind != tName {
		return Plain
	}
	p.advance()
	return role
}

func (p *parser) argType(open []*Arg) {
	t := p.typ()
	var init Expr
	if p.accept("=") {
		init = p.expr()
	}
	for _, a := range open {
		a.Type, a.Default = t, init
		a.Const, a.Role = open[0].Const, open[0].Role
	}
}

// results = type | "(" rgroup { "," rgroup } ")" .
func (p *parser) results() *Results {
	start := p.i
	n := &Results{}
	if !p.is("(") {
		n.Type = p.typ()
		n.Span = p.from(start)
		return n
	}
	i := p.open("(", "")
	n.Fields = p.resultFields()
	if len(n.Fields) == 0 && !p.graph {
		p.failHint("leave out -> for a function without results", "expected the name of a result, found %s", p.found())
	}
	p.close(")", i)
	n.Span = p.from(start)
	return n
}

func (p *parser) resultFields() []*Result {
	var all, open []*Result
	p.list(")", func() {
		r := p.result()
		open = append(open, r)
		all = append(all, r)
		if p.accept(":") {
			t := p.typ()
			for _, r := range open {
				r.Type, r.Role = t, open[0].Role
			}
			open = nil
			return
		}
		if !p.is(",") || p.aheadIs(1, ")") {
			p.failHint("several results have names: -> (loss: f32, x: f32[B])", "expected : and the type of %s, found %s",
				r.Name.Name, p.found())
		}
	})
	return all
}

func (p *parser) result() *Result {
	r := &Result{}
	if p.graph && p.isWord("write") && p.ahead(1).kind == tName {
		r.Role = WriteRole
		p.advance()
	}
	if p.cur().kind == tString {
		s := p.str()
		r.Name, r.Quoted = &Ident{s.Loc, s.Value}, true
	} else {
		r.Name = p.argName("the name of a result")
	}
	r.Span = r.Name.Span
	return r
}

// argName reads a name; in a graph it may be a path.
func (p *parser) argName(what string) *Ident {
	if p.graph {
		return p.path(what)
	}
	return p.name(what)
}

// typeNames are the words a type may begin with.
func typeNames() []string {
	return []string{"f32", "f64", "bf16", "f16", "i32", "i64", "u8", "i8", "bool", "key", "tree", "dim", "str", "fn"}
}

// kindOf is the kind of the type that a word begins.
func kindOf(word string, graph bool) (k TypeKind, ok bool) {
	switch word {
	case "f32", "f64", "bf16", "f16", "i32", "i64", "u8", "i8", "bool", "key":
		return TensorType, true
	case "tree":
		return TreeType, true
	case "dim":
		return DimType, true
	case "str":
		return StrType, true
	case "fn":
		return FnType, true
	case "list":
		return ListType, graph
	}
	return 0, false
}

// typ = dtype [ "[" [ dim { "," dim } ] "]" ] | "tree" [ "(" expr ")" ] | "dim" | "key" | "str" | "fn" ;
// in graphs also "list" "(" type ")", and "@" NAME behind the dims.
func (p *parser) typ() *Type {
	p.enter()
	defer p.leave()
	start, word := p.i, p.text()
	if k := p.cur().kind; k != tName && word != "fn" {
		p.fail("expected a type, found %s", p.found())
	}
	n := &Type{Name: word}
	var ok bool
	if n.Kind, ok = kindOf(word, p.graph); !ok {
		d := p.errorf(p.hereSpan(), diag.UnknownType, "unknown type %s%s", short(word), typeMeant(word))
		if d != nil {
			d.Hint = "types are f32 f64 bf16 f16 i32 i64 u8 i8 bool with dims in brackets, tree, dim, key, str and fn"
		}
		panic(bail{})
	}
	p.advance()
	p.typeArgs(n)
	n.Span = p.from(start)
	return n
}

// typeMeant is " (did you mean f32?)" for the names that other languages give a type, and for misspelt ones.
func typeMeant(word string) string {
	meant := ""
	switch word {
	case "float", "float32", "single":
		meant = "f32"
	case "double", "float64":
		meant = "f64"
	case "half", "float16":
		meant = "f16"
	case "bfloat16":
		meant = "bf16"
	case "int", "int32":
		meant = "i32"
	case "long", "int64":
		meant = "i64"
	case "byte", "uint8":
		meant = "u8"
	case "string":
		meant = "str"
	default:
		return diag.DidYouMean(word, typeNames())
	}
	return " (did you mean " + meant + "?)"
}

func (p *parser) typeArgs(n *Type) {
	switch n.Kind {
	case TensorType:
		if p.is("[") {
			n.Dims = p.dims()
		}
		if p.graph && p.is("@") {
			p.mark(rLayout)
			p.advance()
			n.Layout = p.name("a layout").Name
		}
	case TreeType:
		if p.is("(") {
			i := p.open("(", "")
			n.Of = p.expr()
			p.close(")", i)
		}
	case ListType:
		i := p.open("(", " and the type of the elements")
		n.Elem = p.typ()
		p.close(")", i)
	}
}

// dims = "[" [ dim { "," dim } ] "]" .
func (p *parser) dims() []*Dim {
	var dims []*Dim
	i := p.open("[", "")
	p.list("]", func() {
		dims = append(dims, p.dim())
	})
	p.close("]", i)
	return dims
}

// dim = expr | "..." | "?" .
func (p *parser) dim() *Dim {
	start := p.i
	n := &Dim{}
	switch {
	case p.accept("..."):
		n.Kind = DimRest
	case p.accept("?"):
		n.Kind = DimUnknown
	default:
		n.X = p.expr()
	}
	n.Span = p.from(start)
	return n
}
