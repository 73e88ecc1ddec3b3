package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// bail leaves a rule whose error was reported; the list around it goes on behind the line.
type bail struct{}

// stop leaves the file: too many errors, or too deep.
type stop struct{}

// try runs a rule that reads one entry of a list. If it fails, the rest of its line is skipped.
func (p *parser) try(rule func()) {
	start, brackets, depth, opens, function := p.i, p.brackets, p.depth, len(p.opens), p.function
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if r != (bail{}) {
			panic(r)
		}
		inside := p.brackets > brackets
		p.brackets, p.depth, p.opens, p.function = brackets, depth, p.opens[:opens], function
		p.skipLine(start, inside)
	}()
	rule()
}

// skipLine goes to the end of the line on which the error was found: a line break, ; or }. A block that begins there is
// read, so that its own errors are found and its } closes it. start is the first token of the failed entry; brackets tells
// that it failed inside ( or [.
func (p *parser) skipLine(start int, brackets bool) {
	p.newline = false
	braces := p.openBraces(start)
	for {
		t := p.tokens[p.i]
		if t.kind == tEOF || p.unwind {
			return
		}
		if t.nl && p.i > start {
			p.newline = true
			return
		}
		if p.is("}") && braces == 0 || p.is(";") && !brackets {
			return
		}
		if p.is("}") {
			braces--
		}
		if p.is("{") {
			p.skipBlock(start)
			continue
		}
		p.i++
	}
}

// openBraces counts the { without } from token start up to the current one: trees that were left.
func (p *parser) openBraces(start int) int {
	n := 0
	for i := start; i < p.i; i++ {
		switch p.op(i) {
		case "{":
			n++
		case "}":
			n = max(0, n-1)
		}
	}
	return n
}

// skipBlock reads the block that begins here, in a declaration or statement that begins at token start and is broken.
func (p *parser) skipBlock(start int) {
	if !p.tokens[p.i+1].nl {
		p.skipBraces()
		return
	}
	if outer := p.function; outer < 0 {
		p.function = start
		defer func() { p.function = outer }()
	}
	switch p.textAt(start) {
	case "module":
		p.moduleBody()
	case "recipe":
		p.recipeBody()
	default:
		p.block()
	}
}

// skipBraces goes behind the } that belongs to this {, but not beyond the line.
func (p *parser) skipBraces() {
	open := 0
	for first := true; ; first = false {
		t := p.tokens[p.i]
		if t.kind == tEOF || t.nl && !first {
			return
		}
		if p.is("{") {
			open++
		}
		if p.is("}") {
			open--
		}
		p.i++
		if open == 0 {
			return
		}
	}
}

// body reads { entries }, which end at lines or ; . A list of declarations takes up again what an unclosed function left.
func (p *parser) body(what string, decls bool, entry func()) diag.Span {
	open := p.openBrace(what)
	p.separators()
	for !p.is("}") && p.cur().kind != tEOF && !p.unwind {
		i := p.i
		p.try(func() {
			p.tokens[p.i].first = true
			entry()
			p.endEntry()
		})
		if decls && p.cur().kind != tEOF {
			p.unwind = false
		}
		p.separators()
		if p.i == i && !p.is("}") && !p.unwind {
			p.advance() // an entry that fails on its first token still makes a step
		}
	}
	return p.closeBrace(open)
}

func (p *parser) openBrace(what string) int {
	p.enter()
	open := p.i
	if !p.is("{") {
		p.fail("expected { %s, found %s", what, p.found())
	}
	p.mark(rBlockOpen)
	p.opens = append(p.opens, open)
	p.advance()
	return open
}

func (p *parser) closeBrace(open int) diag.Span {
	p.leave()
	p.opens = p.opens[:len(p.opens)-1]
	if p.unwind {
		return p.from(open)
	}
	if !p.is("}") {
		p.unclosed(open)
		return p.from(open)
	}
	if p.suspect < 0 && p.tokens[p.i].nl && p.indent(p.i) < p.indent(open) {
		p.suspect = open
	}
	p.mark(rBlockClose)
	p.advance()
	return p.from(open)
}

// unclosed reports that the file ends inside a block, once, and points to the { that probably lacks its }.
func (p *parser) unclosed(open int) {
	p.unwind = true
	if p.told {
		return
	}
	if p.suspect >= 0 {
		open = p.suspect
	}
	d := p.errorf(p.hereSpan(), diag.Syntax, "expected }, found the end of the file")
	if d != nil {
		d.Hint = ""
		d.WithNote(p.spanAt(open), "this { is not closed")
	}
}

// indent is the column at which the line of token i begins.
func (p *parser) indent(i int) int {
	for i > 0 && !p.tokens[i].nl {
		i--
	}
	return p.file.Position(int(p.tokens[i].start)).Col
}

// separators steps over ends of lines and semicolons.
func (p *parser) separators() {
	for p.cur().kind == tNewline || p.is(";") {
		p.advance()
	}
}

// endEntry checks that an entry ends where a line, a ; or a block does.
func (p *parser) endEntry() {
	if t := p.cur(); t.kind == tNewline || t.kind == tEOF || p.is(";") || p.is("}") || p.unwind {
		return
	}
	p.failHint(p.endHint(), "expected the end of the line, found %s", p.found())
}

// endHint guesses what was meant where a line does not end.
func (p *parser) endHint() string {
	switch p.text() {
	case "=":
		return "an equality is =="
	case ":=":
		return "a line declares once"
	case "{":
		return ""
	case ")", "]":
		return "there is no opening bracket for it"
	}
	return ""
}
