package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// exprs = expr { "," expr } .
func (p *parser) exprs() []Expr {
	list := []Expr{p.expr()}
	for p.accept(",") {
		list = append(list, p.expr())
	}
	return list
}

// expr = or [ "if" or "else" expr ] .
func (p *parser) expr() Expr {
	p.enter()
	defer p.leave()
	x := p.or()
	if !p.isWord("if") {
		return x
	}
	p.advance()
	n := &Cond{Then: x, Cond: p.or()}
	if !p.isWord("else") {
		hint := "a conditional value has both sides: a if c else b"
		if p.is("=") {
			hint = "an equality is =="
		}
		p.failHint(hint, "expected else, found %s", p.found())
	}
	p.advance()
	n.Else = p.expr()
	n.Span = x.At().To(n.Else.At())
	return n
}

// chain reads operand { op operand }. Long chains make deep trees, so they count as nesting.
func (p *parser) chain(isOp func() bool, operand func() Expr) Expr {
	depth := p.depth
	x := operand()
	for isOp() {
		p.enter()
		op, at := p.text(), p.hereSpan()
		p.advance()
		x = binary(op, at, x, operand())
	}
	p.depth = depth
	return x
}

func binary(op string, at diag.Span, x, y Expr) *Binary {
	return &Binary{Loc{x.At().To(y.At())}, op, at, x, y}
}

// or = and { "or" and } .
func (p *parser) or() Expr { return p.chain(func() bool { return p.isWord("or") }, p.and) }

// and = not { "and" not } .
func (p *parser) and() Expr { return p.chain(func() bool { return p.isWord("and") }, p.not) }

// not = "not" not | cmp .
func (p *parser) not() Expr {
	if !p.isWord("not") || p.graph && p.aheadIs(1, "(") {
		return p.cmp()
	}
	p.enter()
	defer p.leave()
	start := p.i
	p.advance()
	return &Unary{Op: "not", OpAt: p.spanAt(start), X: p.not(), Loc: Loc{p.from(start)}}
}

// cmp = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum ] .
func (p *parser) cmp() Expr {
	x := p.sum()
	if !p.isCompare() {
		return x
	}
	op, at := p.text(), p.hereSpan()
	p.advance()
	x = binary(op, at, x, p.sum())
	if p.isCompare() {
		p.failHint("write a < b and b < c", "comparisons do not chain")
	}
	return x
}

func (p *parser) isCompare() bool { return p.isAny("==", "!=", "<", "<=", ">", ">=") }

func (p *parser) isAny(ops ...string) bool {
	for _, op := range ops {
		if p.is(op) {
			return true
		}
	}
	return false
}

// sum = term { ( "+" | "-" ) term } .
func (p *parser) sum() Expr {
	return p.chain(func() bool { return p.isAny("+", "-") }, p.term)
}

// term = unary { ( "*" | "/" | "//" | "%" | "@" ) unary } .
func (p *parser) term() Expr {
	return p.chain(func() bool { return p.isAny("*", "/", "//", "%", "@") }, p.unary)
}

// unary = "-" unary | postfix [ "**" unary ] .
func (p *parser) unary() Expr {
	p.enter()
	defer p.leave()
	start := p.i
	if p.is("-") {
		p.mark(rPrefix)
		p.advance()
		x := p.unary()
		return &Unary{Loc{p.spanAt(start).To(x.At())}, "-", p.spanAt(start), x}
	}
	x := p.postfix()
	if !p.is("**") {
		return x
	}
	at := p.hereSpan()
	p.advance()
	return binary("**", at, x, p.unary())
}

// postfix = atom { "." ( NAME | INT ) | "[" index { "," index } "]" | "(" [ carg { "," carg } ] ")" } .
func (p *parser) postfix() Expr {
	depth := p.depth
	x := p.atom()
	for {
		switch {
		case p.is("."):
			if _, ok := x.(*Number); ok {
				p.failHint("a range is 0..n", "a number has no parts")
			}
			p.advance()
			name := p.segment()
			x = &Select{Loc{x.At().To(name.Span)}, x, name}
		case p.is("["):
			x = p.index(x)
		case p.is("(") && !p.opDone(x):
			x = p.call(x)
		default:
			p.depth = depth
			return x
		}
		p.enter()
	}
}

// opDone reports that x is the op of a printed statement: brackets behind it begin a region.
func (p *parser) opDone(x Expr) bool {
	_, call := x.(*Call)
	return call && p.graph
}

func (p *parser) index(x Expr) Expr {
	n := &Index{X: x}
	i := p.open("[", "")
	if p.is("]") {
		p.fail("expected an index, found ]")
	}
	p.list("]", func() { n.Items = append(n.Items, p.indexItem()) })
	p.close("]", i)
	n.Span = p.since(x)
	return n
}

// indexItem = "..." | "new" | expr | [ expr ] ":" [ expr ] [ ":" expr ] .
func (p *parser) indexItem() *IndexItem {
	start := p.i
	n := &IndexItem{}
	switch {
	case p.accept("..."):
		n.Kind = IndexRest
	case p.acceptWord("new"):
		n.Kind = IndexNew
	case p.is(":"):
		p.slice(n)
	default:
		n.X = p.expr()
		if p.is(":") {
			n.Lo, n.X = n.X, nil
			p.slice(n)
		}
	}
	n.Span = p.from(start)
	return n
}

// slice reads ":" [ expr ] [ ":" expr ].
func (p *parser) slice(n *IndexItem) {
	n.Kind = IndexRange
	p.mark(rSlice)
	p.advance()
	if !p.is(":") && !p.is(",") && !p.is("]") {
		n.Hi = p.expr()
	}
	if p.is(":") {
		p.mark(rSlice)
		p.advance()
		n.Step = p.expr()
	}
}

func (p *parser) call(fun Expr) Expr {
	n := &Call{Fun: fun}
	i := p.open("(", "")
	p.list(")", func() { n.Args = append(n.Args, p.callArg(n.Args)) })
	if p.is(":") || p.is(":=") {
		p.failHint("a named argument is name = value", "expected ), found %s", p.found())
	}
	p.close(")", i)
	n.Span = p.since(fun)
	return n
}

// callArg = [ NAME "=" ] expr . Positional ones come first.
func (p *parser) callArg(before []*CallArg) *CallArg {
	start := p.i
	n := &CallArg{}
	if k := p.cur().kind; (k == tName || k == tKeyword && p.graph) && p.aheadIs(1, "=") {
		n.Name = p.ident()
		p.advance()
	} else if len(before) > 0 && before[len(before)-1].Name != nil {
		p.failHint("write name = value", "a positional argument cannot follow a named one")
	}
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}

// atom = NUMBER | STRING | "true" | "false" | NAME | "(" expr ")" | "[" [ exprs ] "]" | tree .
func (p *parser) atom() Expr {
	if p.beginsType() {
		t := p.typ()
		return &TypeLit{Loc{t.Span}, t}
	}
	p.operandMissing()
	start, text := p.i, p.text()
	switch p.cur().kind {
	case tName:
		return p.ident()
	case tInt, tFloat:
		return p.number()
	case tString:
		return p.str()
	case tKeyword:
		return p.keywordAtom(text)
	}
	switch text {
	case "(":
		i := p.open("(", "")
		n := &Paren{X: p.expr()}
		if p.is(",") {
			p.failHint("several values stand without brackets, or in [...]", "expected ), found a comma")
		}
		p.close(")", i)
		n.Span = p.from(start)
		return n
	case "[":
		n := &List{}
		i := p.open("[", "")
		p.list("]", func() { n.Elems = append(n.Elems, p.expr()) })
		p.close("]", i)
		n.Span = p.from(start)
		return n
	case "{":
		return p.tree()
	}
	p.failHint(p.atomHint(), "expected an expression, found %s", p.found())
	return nil
}

// operandMissing reports an operator that ends its line where the next line begins something else.
func (p *parser) operandMissing() {
	t := p.tokens[p.i]
	if p.i == 0 || p.newline || !t.nl && t.kind != tEOF {
		return
	}
	prev := p.textAt(p.i - 1)
	if !continues(p.tokens[p.i-1], prev) || prev == "," || p.brackets > 0 {
		return
	}
	word := p.textAt(p.i)
	if t.kind == tKeyword && word != "not" && word != "true" && word != "false" && !p.aheadIs(1, "(") || t.kind == tEOF || word == "}" {
		end := int(p.tokens[p.i-1].end)
		p.failAt(p.file.Span(end, end), "", "expected an expression behind %s, found the end of the line", prev)
	}
}

// keywordAtom reads true and false, and in graphs an op whose name is a reserved word.
func (p *parser) keywordAtom(word string) Expr {
	at := Loc{p.spanAt(p.i)}
	switch {
	case p.graph && p.aheadIs(1, "("):
		p.mark(rOpName)
		return p.ident()
	case word == "true", word == "false":
		p.advance()
		return &Bool{at, word == "true"}
	case word == "scan", word == "for", word == "while":
		p.failHint("a loop is a value only right behind := or =", "expected an expression, found %s", word)
	case word == "new":
		p.failHint("new adds an axis inside brackets: x[:, new]", "expected an expression, found new")
	}
	p.failHint(p.goesOn(), "expected an expression, found %s, a reserved word", word)
	return nil
}

// atomHint guesses what was meant where an expression is missing.
func (p *parser) atomHint() string {
	prev := ""
	if p.i > 0 {
		prev = p.textAt(p.i - 1)
	}
	switch {
	case p.is("=") && prev == "/":
		return "write x = x / y"
	case p.is("+") && prev == "+", p.is("-") && prev == "-":
		return "write += 1 or -= 1"
	case p.is("+"):
		return "there is no sign +"
	case p.cur().kind == tNewline && prev != "":
		return ""
	}
	return p.goesOn()
}

func (p *parser) number() *Number {
	n := &Number{Loc{p.spanAt(p.i)}, p.text(), p.cur().kind == tInt}
	p.advance()
	return n
}

// tree = "{" [ field ":" expr { "," field ":" expr } ] "}" .
func (p *parser) tree() Expr {
	start := p.i
	n := &Tree{}
	p.mark(rTree)
	p.advance()
	p.list("}", func() { n.Fields = append(n.Fields, p.treeField()) })
	if !p.is("}") {
		d := p.errorf(p.hereSpan(), diag.Syntax, "expected }, found %s", p.found())
		if d != nil {
			d.WithNote(p.spanAt(start), "it closes this {")
		}
		panic(bail{})
	}
	p.mark(rTree)
	p.advance()
	n.Span = p.from(start)
	return n
}

func (p *parser) treeField() *TreeField {
	start := p.i
	n := &TreeField{}
	if p.cur().kind == tString {
		s := p.str()
		n.Name, n.Quoted = &Ident{s.Loc, s.Value}, true
	} else {
		n.Name = p.name("the name of a leaf")
	}
	if p.is("=") {
		p.failHint("a leaf is name: value", "expected : and the value of %s, found =", n.Name.Name)
	}
	p.expect(":", " and the value of "+n.Name.Name)
	n.Value = p.expr()
	n.Span = p.from(start)
	return n
}
