package syntax

// header reads the lines between the signature of a printed function and its body:
// { "where" symbol { ";" symbol } | "guard" expr { ";" expr } | "composite" STRING | "public" | "local" } .
func (p *parser) header(n *Fn) {
	for {
		p.endLines()
		switch {
		case p.isWord("where"):
			p.advance()
			p.clauses(func() { n.Symbols = append(n.Symbols, p.symbol()) })
		case p.isWord("guard"):
			p.advance()
			p.clauses(func() { n.Guards = append(n.Guards, p.guard()) })
		case p.isWord("composite") && p.ahead(1).kind == tString:
			p.advance()
			n.Composite = p.str()
		case p.isWord("public"):
			p.advance()
			n.Public = true
		case p.isWord("local"):
			p.advance()
			n.Local = true
		default:
			return
		}
	}
}

// endLines steps over ends of lines inside the header.
func (p *parser) endLines() {
	for p.cur().kind == tNewline {
		p.advance()
	}
}

// clauses reads what ; parts, up to the end of the line.
func (p *parser) clauses(clause func()) {
	for {
		p.try(clause)
		if !p.is(";") {
			return
		}
		p.advance()
		if p.cur().kind == tNewline {
			return
		}
	}
}

// guard is a comparison of dims.
func (p *parser) guard() Expr {
	x := p.expr()
	if p.is("=") {
		p.failHint("an equality is ==", "expected the end of the line, found =")
	}
	return x
}

// symbol = path ":" ( "shape" | "value" | "run" ) expr ".." [ expr ] .
func (p *parser) symbol() *Symbol {
	start := p.i
	n := &Symbol{Name: p.path("the name of a symbol")}
	p.expect(":", " and the birth of the symbol")
	switch p.text() {
	case "shape":
		n.Birth = ShapeBirth
	case "value":
		n.Birth = ValueBirth
	case "run":
		n.Birth = RunBirth
	default:
		p.fail("expected shape, value or run, found %s", p.found())
	}
	p.advance()
	n.Lo = p.expr()
	if !p.is("..") {
		p.fail("expected .. and the end of the range, found %s", p.found())
	}
	if t := p.ahead(1); t.nl || t.kind == tEOF || p.aheadIs(1, ";") || p.aheadIs(1, "{") {
		p.mark(rBound)
	}
	open := p.tokens[p.i].role == rBound
	p.advance()
	if !open {
		n.Hi = p.expr()
	}
	n.Span = p.from(start)
	return n
}

// opRegion = [ NAME ] "(" [ args ] ")" "->" "(" [ exprs ] ")" block .
func (p *parser) opRegion() *Region {
	start := p.i
	n := &Region{}
	if p.isLabel() {
		n.Label = p.ident()
	}
	p.mark(rRegion)
	i := p.open("(", " and the arguments of the region")
	n.Args = p.args()
	p.close(")", i)
	p.expect("->", " and the results of the region")
	p.mark(rRegion)
	i = p.open("(", "")
	p.list(")", func() { n.Results = append(n.Results, p.expr()) })
	p.close(")", i)
	n.Body = p.block()
	n.Span = p.from(start)
	return n
}

// table = "table" NAME ":" type "=" expr .
func (p *parser) table() *Table {
	start := p.i
	p.advance()
	n := &Table{Name: p.path("the name of the table")}
	p.expect(":", " and the type of the table")
	n.Type = p.typ()
	p.expect("=", " and the values of the table")
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}

// beginsType reports whether a type literal stands here, as the value of an attribute.
func (p *parser) beginsType() bool {
	if !p.graph || p.cur().kind != tName {
		return false
	}
	k, ok := kindOf(p.text(), true)
	switch {
	case !ok:
		return false
	case k == TensorType:
		return p.aheadIs(1, "[") || p.aheadIs(1, "@")
	}
	return k == ListType && p.aheadIs(1, "(")
}
