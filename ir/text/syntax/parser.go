package syntax

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

const (
	// MaxSource is the largest source that is read, in bytes.
	MaxSource = 16 << 20
	// maxErrors ends the run: what follows so many errors helps nobody.
	maxErrors = 50
	// maxDepth bounds how deep expressions, blocks and chains of operators may nest. The tree is at most about its square
	// over two deep, which recursive readers of it can bear.
	maxDepth = 400
)

// Parse reads a source. The tree is never nil and holds what could be read; the error is nil or a diag.List in the order
// of position. Memory is linear in the source.
func Parse(f *diag.File) (*File, error) {
	p, file := parse(f)
	return file, p.errs.Err()
}

func parse(f *diag.File) (*parser, *File) {
	if len(f.Source()) > MaxSource {
		p := &parser{file: f}
		p.errs.Addf(f.Span(0, 0), diag.TooLarge, "the file has %d bytes; at most %d are read", len(f.Source()), MaxSource)
		return p, &File{Source: f}
	}
	lx := lex(f)
	p := &parser{file: f, src: f.Source(), tokens: lx.tokens, comments: lx.comments, errs: lx.errs}
	return p, p.whole()
}

// A parser walks over the tokens of one file. Rules are methods; a rule that fails reports and panics with bail, which
// the nearest list of declarations, statements or fields turns into a fresh start (recover.go).
type parser struct {
	file     *diag.File
	src      []byte
	tokens   []token
	comments []comment
	errs     diag.List

	i        int  // the current token
	newline  bool // a line that ended a statement stands before it
	brackets int  // open ( and [: in them a line goes on
	depth    int
	graph    bool  // a printed graph, not a model or library
	unwind   bool  // a block was found to be unclosed: leave all up to the next list of declarations
	opens    []int // the { of the blocks around the current token
	function int   // the fn around the current token, the outermost one; -1 outside of functions
	suspect  int   // a { whose } stood further left than its line; -1 if there is none
	told     bool  // that a block is not closed
}

// whole reads the file. It is the one place where a stop is caught.
func (p *parser) whole() (f *File) {
	f = &File{Source: p.file}
	f.Span = p.file.Span(0, len(p.src))
	f.Doc = p.topDoc()
	p.suspect, p.function = -1, -1
	defer func() {
		if r := recover(); r != nil && r != (stop{}) {
			panic(r)
		}
	}()
	p.readFile(f)
	return f
}

// cur is the current token; at the end of a statement's line it has the kind tNewline.
func (p *parser) cur() token {
	t := p.tokens[p.i]
	if p.newline {
		t.kind = tNewline
	}
	return t
}

// text is the source of the current token, "" at the end of a line.
func (p *parser) text() string {
	if p.newline {
		return ""
	}
	return p.textAt(p.i)
}

func (p *parser) textAt(i int) string {
	t := p.tokens[i]
	return string(p.src[t.start:t.end])
}

// ahead is the token n behind the current one, whatever lines end between.
func (p *parser) ahead(n int) token {
	return p.tokens[min(p.i+n, len(p.tokens)-1)]
}

func (p *parser) aheadIs(n int, op string) bool {
	i := min(p.i+n, len(p.tokens)-1)
	return p.tokens[i].kind == tOp && p.textAt(i) == op
}

// advance goes to the next token, or over the end of a line.
func (p *parser) advance() {
	if p.newline {
		p.newline = false
		return
	}
	prev := p.tokens[p.i]
	if prev.kind == tEOF {
		return
	}
	text := p.textAt(p.i)
	p.i++
	p.newline = p.brackets == 0 && p.ends(prev, text)
}

// ends reports whether the line between prev and the current token ends a statement.
func (p *parser) ends(prev token, text string) bool {
	t := p.tokens[p.i]
	if !t.nl || t.kind == tEOF || continues(prev, text) {
		return false
	}
	return t.kind != tKeyword || p.textAt(p.i) != "else"
}

// mark tells the formatter what the current token is.
func (p *parser) mark(r role) { p.tokens[p.i].role = r }

// is reports whether the current token is this operator.
func (p *parser) is(op string) bool {
	return !p.newline && p.tokens[p.i].kind == tOp && p.textAt(p.i) == op
}

// isWord reports whether the current token is this keyword or name.
func (p *parser) isWord(word string) bool {
	if p.newline {
		return false
	}
	k := p.tokens[p.i].kind
	return (k == tName || k == tKeyword) && p.textAt(p.i) == word
}

// accept steps over an operator if it is there.
func (p *parser) accept(op string) bool {
	if !p.is(op) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) acceptWord(word string) bool {
	if !p.isWord(word) {
		return false
	}
	p.advance()
	return true
}

// expect steps over an operator that must be there; why ends the message.
func (p *parser) expect(op, why string) {
	if !p.accept(op) {
		p.fail("expected %s%s, found %s", op, why, p.found())
	}
}

// open steps over ( or [ and returns its index. Up to its close lines do not end statements.
func (p *parser) open(op, why string) int {
	i := p.i
	if !p.is(op) {
		p.fail("expected %s%s, found %s", op, why, p.found())
	}
	p.brackets++
	p.advance()
	return i
}

// close steps over the ) or ] that belongs to the opening token at index i.
func (p *parser) close(op string, i int) {
	if !p.is(op) {
		d := p.errorf(p.hereSpan(), diag.Syntax, "expected %s, found %s", op, p.found())
		if d != nil {
			d.WithNote(p.spanAt(i), "it closes this %s", p.textAt(i))
		}
		panic(bail{})
	}
	p.brackets--
	p.advance()
}

// list reads items up to the closing token, parted by commas; a comma may end it.
func (p *parser) list(closing string, item func()) {
	for !p.is(closing) {
		item()
		if !p.accept(",") {
			return
		}
	}
}

// name reads a name.
func (p *parser) name(what string) *Ident {
	t := p.cur()
	if t.kind == tKeyword {
		p.failHint("choose another name", "expected %s, but %s is a reserved word", what, p.text())
	}
	if t.kind != tName {
		p.fail("expected %s, found %s", what, p.found())
	}
	return p.ident()
}

// ident makes the current token a name, whatever it is.
func (p *parser) ident() *Ident {
	id := &Ident{Loc{p.spanAt(p.i)}, p.text()}
	p.advance()
	return id
}

// path reads NAME { "." ( NAME | INT ) } as one name.
func (p *parser) path(what string) *Ident {
	id := p.name(what)
	if !p.is(".") {
		return id
	}
	parts := []string{id.Name}
	for p.accept(".") {
		part := p.segment()
		parts = append(parts, part.Name)
		id.Span = id.Span.To(part.Span)
	}
	id.Name = strings.Join(parts, ".")
	return id
}

// segment reads what stands behind a dot.
func (p *parser) segment() *Ident {
	t := p.cur()
	if t.kind != tName && t.kind != tInt && (t.kind != tKeyword || !p.graph) {
		p.fail("expected a name behind the dot, found %s", p.found())
	}
	return p.ident()
}

// enter and leave count nesting.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.errorf(p.hereSpan(), diag.TooDeep, "nested more than %d deep", maxDepth)
		panic(stop{})
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) spanAt(i int) diag.Span { return p.tokens[i].span(p.file) }

// from is the span from token i up to the token before the current one.
func (p *parser) from(i int) diag.Span {
	last := max(i, p.i-1)
	return diag.Span{File: p.file, Start: p.tokens[i].start, End: p.tokens[last].end}
}

// since is the span from the begin of a node up to the token before the current one.
func (p *parser) since(n Node) diag.Span {
	s := n.At()
	s.End = max(s.End, p.tokens[max(0, p.i-1)].end)
	return s
}

// hereSpan is where an unexpected token stands: the token, or the place behind the last one at the end of a line or file.
func (p *parser) hereSpan() diag.Span {
	t := p.cur()
	if (t.kind == tNewline || t.kind == tEOF) && p.i > 0 {
		end := int(p.tokens[p.i-1].end)
		return p.file.Span(end, end)
	}
	return t.span(p.file)
}

// found names the current token in a message.
func (p *parser) found() string {
	switch p.cur().kind {
	case tEOF:
		return "the end of the file"
	case tNewline:
		return "the end of the line"
	}
	return short(p.text())
}

func (p *parser) fail(format string, args ...any) { p.failHint("", format, args...) }

// failHint reports a syntax error at the current token and leaves the rule.
func (p *parser) failHint(hint, format string, args ...any) {
	if d := p.errorf(p.hereSpan(), diag.Syntax, format, args...); d != nil && d.Hint == "" {
		d.Hint = hint
	}
	panic(bail{})
}

// failAt reports a syntax error elsewhere and leaves the rule.
func (p *parser) failAt(at diag.Span, hint, format string, args ...any) {
	if d := p.errorf(at, diag.Syntax, format, args...); d != nil {
		d.Hint = hint
	}
	panic(bail{})
}

// errorf reports an error. It returns nil where the lexer has spoken of the current token already.
func (p *parser) errorf(at diag.Span, code diag.Code, format string, args ...any) *diag.Diagnostic {
	if p.cur().kind == tBad {
		return nil
	}
	if len(p.errs) >= maxErrors {
		p.errs.Addf(at, diag.TooMany, "too many errors")
		panic(stop{})
	}
	d := p.errs.Addf(at, code, "%s", fmt.Sprintf(format, args...))
	d.Hint = p.goesOn()
	return d
}

// goesOn explains an error on a line that continues the one above it.
func (p *parser) goesOn() string {
	if p.newline || p.brackets > 0 {
		return ""
	}
	first := p.i
	for first > 0 && !p.tokens[first].nl {
		first--
	}
	if first == 0 || p.tokens[first].first {
		return ""
	}
	if prev := p.textAt(first - 1); prev != ".." && continues(p.tokens[first-1], prev) {
		return "the line above ends with " + prev + ", so it goes on here"
	}
	return ""
}
