package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// block = "{" { stmt } "}" .
func (p *parser) block() *Block {
	n := &Block{}
	n.Span = p.body("and a block", false, func() {
		p.notDecl()
		n.Stmts = append(n.Stmts, p.stmt())
	})
	return n
}

// notDecl finds the declaration that follows a function whose } is missing, and leaves all open blocks.
func (p *parser) notDecl() {
	if p.cur().kind != tKeyword {
		return
	}
	switch word := p.text(); word {
	case "param", "state", "module", "recipe", "import", "model":
		open := p.opens[len(p.opens)-1]
		if p.suspect >= 0 {
			open = p.suspect
		}
		if d := p.errorf(p.hereSpan(), diag.Syntax, "%s cannot stand inside a function", word); d != nil {
			d.WithNote(p.spanAt(open), "is this { not closed?")
		}
		p.told = true
		if p.indent(p.i) <= p.indent(p.function) {
			p.unwind, p.told, p.suspect = true, false, -1
		}
		panic(bail{})
	}
}

// stmt reads one statement.
func (p *parser) stmt() Stmt {
	p.enter()
	defer p.leave()
	if p.cur().kind == tKeyword && !(p.graph && p.aheadIs(1, "(")) { // else an op without results
		switch p.text() {
		case "const":
			return p.constant()
		case "fn":
			f := p.fn()
			return f
		case "assert":
			return p.assert()
		case "return":
			return p.ret()
		case "yield":
			return p.yield()
		case "if":
			return p.ifStmt()
		case "scan", "for", "while":
			return p.loop()
		case "region":
			return p.region()
		}
	}
	return p.simple()
}

// ret = "return" exprs .
func (p *parser) ret() *Return {
	start := p.i
	p.advance()
	n := &Return{}
	if !p.graph || !p.atEnd() {
		n.Values = p.exprs()
	}
	n.Span = p.from(start)
	return n
}

// yield = "yield" exprs .
func (p *parser) yield() *Yield {
	start := p.i
	p.advance()
	n := &Yield{Values: p.exprs()}
	n.Span = p.from(start)
	return n
}

func (p *parser) atEnd() bool {
	k := p.cur().kind
	return k == tNewline || k == tEOF || p.is("}") || p.is(";")
}

// ifStmt = "if" expr block [ "else" ( if | block ) ] .
func (p *parser) ifStmt() *If {
	p.enter()
	defer p.leave()
	start := p.i
	p.advance()
	n := &If{Cond: p.expr()}
	if p.is("=") {
		p.failHint("an equality is ==", "expected { and a block, found =")
	}
	n.Then = p.block()
	if p.isWord("elif") {
		p.failHint("write else if", "expected the end of the line, found elif")
	}
	if p.isWord("else") {
		p.tokens[p.i].first = true
		p.advance()
		if p.isWord("if") {
			n.Else = p.ifStmt()
		} else {
			n.Else = p.block()
		}
	}
	n.Span = p.from(start)
	return n
}

// loop reads scan, for or while.
func (p *parser) loop() *Loop {
	start := p.i
	n := &Loop{}
	switch p.text() {
	case "scan":
		n.Kind = ScanLoop
	case "for":
		n.Kind = ForLoop
	case "while":
		n.Kind = WhileLoop
	}
	p.advance()
	if n.Kind == WhileLoop {
		n.Cond = p.expr()
		if p.acceptWord("max") {
			n.Max = p.expr()
		}
	} else {
		p.loopRange(n)
	}
	n.Body = p.block()
	n.Span = p.from(start)
	return n
}

// loopRange = NAME "in" ( [ "reversed" ] expr ".." expr | expr ) [ "axis" INT ] .
func (p *parser) loopRange(n *Loop) {
	n.Var = p.name("the name that counts the loop")
	if !p.isWord("in") {
		p.fail("expected in and a range, found %s", p.found())
	}
	p.advance()
	if p.isWord("reversed") && !p.aheadIs(1, "{") && !p.aheadIs(1, "..") && !p.aheadIs(1, ".") && !p.aheadIs(1, "[") {
		n.Reversed = true
		p.advance()
	}
	first := p.expr()
	if p.accept("..") {
		n.Lo, n.Hi = first, p.expr()
	} else {
		p.loopOver(n, first)
	}
	if p.acceptWord("axis") {
		if p.cur().kind != tInt {
			p.failHint("axes count from 0", "expected a number behind axis, found %s", p.found())
		}
		n.Axis = p.number()
	}
}

// loopOver takes the expression behind in, where it is not a range.
func (p *parser) loopOver(n *Loop, over Expr) {
	if n.Kind == ForLoop && !n.Reversed {
		n.Over = over
		return
	}
	p.failHint("a range is 0..n, up to but without n", "expected .. and the end of the range, found %s", p.found())
}

// region = "region" NAME block .
func (p *parser) region() *RegionStmt {
	start := p.i
	p.advance()
	n := &RegionStmt{Name: p.name("the name of the region")}
	n.Body = p.block()
	n.Span = p.from(start)
	return n
}

// simple reads a declaration of names, an assignment, or a call for its effect.
func (p *parser) simple() Stmt {
	start := p.i
	p.beginsStatement()
	places := p.places()
	switch {
	case p.is(":="), p.is(":"):
		return p.let(start, places)
	case p.is("="), p.is("+="), p.is("-="), p.is("*="):
		return p.assign(start, places)
	}
	if len(places) > 1 {
		p.fail("expected := or =, found %s", p.found())
	}
	if p.is("/") && p.aheadIs(1, "=") {
		p.failHint("write x = x / y", "expected = += -= or *=, found /=")
	}
	if call, ok := places[0].(*Call); ok && p.graph {
		p.regions(call)
	}
	if _, ok := places[0].(*Call); ok && p.atEnd() {
		return &ExprStmt{Loc{p.from(start)}, places[0]}
	}
	p.notStatement(places[0])
	return nil
}

// beginsStatement refuses what no statement begins with.
func (p *parser) beginsStatement() {
	switch p.cur().kind {
	case tName:
		return
	case tKeyword:
		if p.graph && p.aheadIs(1, "(") {
			return // an op without results
		}
		if p.isWord("else") {
			p.failHint("else follows the } of its if", "there is no if for this else")
		}
		p.fail("expected a statement, found %s", p.found())
	}
	switch p.text() {
	case "(", "[", "\"":
		return
	case "+", "-", "*", "/", "%", "@", "**", "==", "!=", "<", "<=", ">", ">=", ".":
		p.failHint("end the line above with the operator to go on with it", "a statement cannot begin with %s", p.text())
	case "//":
		p.failHint("a comment begins with #; to go on with the line above, end it with //", "a statement cannot begin with //")
	}
	p.fail("expected a statement, found %s", p.found())
}

// notStatement says what is missing behind an expression that stands alone.
func (p *parser) notStatement(x Expr) {
	if id, ok := x.(*Ident); ok && p.cur().kind == tName {
		switch id.Name {
		case "let", "var", "val", "auto":
			p.failAt(id.Span, "declare with "+p.text()+" := ...", "expected a statement, found %s", id.Name)
		case "def", "func", "function":
			p.failAt(id.Span, "a function begins with fn", "expected a statement, found %s", id.Name)
		case "elif", "elsif", "elseif":
			p.failAt(id.Span, "write else if", "expected a statement, found %s", id.Name)
		}
	}
	if !p.atEnd() {
		p.fail("expected := or =, found %s", p.found())
	}
	p.failAt(x.At(), "to give it a name write name := ...; only a call may stand alone", "this value is not used")
}

// places = place { "," place } .
func (p *parser) places() []Expr {
	places := []Expr{p.postfix()}
	for p.accept(",") {
		places = append(places, p.postfix())
	}
	return places
}

// let = names [ ":" type ] { "," names ":" type } ":=" rhs .
func (p *parser) let(start int, places []Expr) *Let {
	n := &Let{}
	for {
		group := p.bindings(places)
		n.Names = append(n.Names, group...)
		if len(n.Names) > len(group) && !p.is(":") {
			p.fail("expected : and the type of %s, found %s", group[len(group)-1].Name.Name, p.found())
		}
		if !p.accept(":") {
			break
		}
		t := p.typ()
		for _, b := range group {
			b.Type = t
		}
		if !p.accept(",") {
			break
		}
		places = p.places()
	}
	if p.is("=") {
		p.failHint("= changes what exists; := declares", "expected :=, found =")
	}
	p.expect(":=", " and the value of "+n.Names[0].Name.Name)
	n.Values = p.rhs()
	n.Span = p.from(start)
	return n
}

// bindings are the names that a let declares.
func (p *parser) bindings(places []Expr) []*Binding {
	var names []*Binding
	for _, x := range places {
		path, ok := Path(x)
		if _, plain := x.(*Ident); !ok || !plain && !p.graph {
			p.failAt(x.At(), "= changes a part of something that exists", "only a name can be declared with :=")
		}
		names = append(names, &Binding{Loc: Loc{x.At()}, Name: &Ident{Loc{x.At()}, path}})
	}
	return names
}

// assign = place { "," place } ( "=" | "+=" | "-=" | "*=" ) rhs .
func (p *parser) assign(start int, places []Expr) *Assign {
	for _, x := range places {
		if !isPlace(x) {
			p.failAt(x.At(), "a place is a name, its fields and its parts: s.h, x[i], s.K[k, :, t]", "this cannot be assigned")
		}
	}
	n := &Assign{Places: places, Op: p.text(), OpAt: p.hereSpan()}
	p.advance()
	n.Values = p.rhs()
	n.Span = p.from(start)
	return n
}

// isPlace reports whether x is a name, its fields, its parts.
func isPlace(x Expr) bool {
	for {
		switch n := x.(type) {
		case *Ident:
			return true
		case *Select:
			x = n.X
		case *Index:
			x = n.X
		default:
			return false
		}
	}
}

// rhs = exprs | loop .
func (p *parser) rhs() []Expr {
	if p.cur().kind == tKeyword && !(p.graph && p.aheadIs(1, "(")) {
		switch p.text() {
		case "scan", "for", "while":
			return []Expr{p.loop()}
		}
	}
	if p.graph {
		return p.opOrExprs()
	}
	return p.exprs()
}

// opOrExprs is the right side of a statement of a printed graph: an op may have regions.
func (p *parser) opOrExprs() []Expr {
	values := p.exprs()
	call, ok := values[0].(*Call)
	if !ok || len(values) > 1 {
		return values
	}
	p.regions(call)
	return values
}

// isLabel reports whether a word before the ( of a region stands here.
func (p *parser) isLabel() bool {
	k := p.cur().kind
	return (k == tName || k == tKeyword) && p.aheadIs(1, "(")
}

// regions reads the regions behind an op.
func (p *parser) regions(call *Call) {
	for p.is("(") || p.isLabel() {
		call.Regions = append(call.Regions, p.opRegion())
	}
	call.Span = p.since(call)
}
