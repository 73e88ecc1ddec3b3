package syntax

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

const (
	indentWidth = 2
	// alignWithin is how much longer the longest key of neighbouring recipe fields may be than the shortest for their = to
	// be aligned.
	alignWithin = 4
)

// Format gives a source its canonical spacing: two spaces a block, one around operators, at most one blank line. Lines
// are neither broken nor joined; lines that continue a statement keep their distance from its begin, and comments behind
// code keep their column where it is at least two spaces away. Formatting twice gives what formatting once does. A source
// with syntax errors is not formatted; the error is a diag.List.
func Format(src []byte) ([]byte, error) {
	p, _ := parse(diag.NewFile("", src))
	if len(p.errs) > 0 {
		return nil, p.errs.Err()
	}
	f := &formatter{p: p, pad: p.alignFields()}
	return f.run(), nil
}

// A formatter writes the tokens and comments of a parsed file.
type formatter struct {
	p   *parser
	pad map[int]int // spaces more before the = of a recipe field, by token

	out    bytes.Buffer
	start  int                    // of the line being written, in out
	lead   int                    // the spaces that it begins with, once anything is written on it
	blank  bool                   // whether a blank line stands before it
	opened bool                   // whether the last thing written is the { of a block
	depth  int                    // open blocks
	prev   int                    // the last token that was written on this line, or -1
	base   struct{ src, out int } // indentation of the line that began the statement
}

func (f *formatter) run() []byte {
	f.prev = -1
	next := 0
	for i, t := range f.p.tokens {
		for ; next < len(f.p.comments) && int(f.p.comments[next].next) == i; next++ {
			f.comment(f.p.comments[next])
		}
		if t.kind == tEOF {
			break
		}
		if t.nl {
			f.newLine(int(t.start), f.indent(i), f.isClose(i))
		}
		f.token(i)
	}
	f.endLine()
	return f.out.Bytes()
}

func (f *formatter) isClose(i int) bool { return f.p.tokens[i].role == rBlockClose }

// endLine ends the line being written, if there is anything on it.
func (f *formatter) endLine() {
	if f.out.Len() > f.start {
		f.out.WriteByte('\n')
	}
	f.start = f.out.Len()
	f.prev = -1
}

// newLine begins a line for what stood at offset at, behind a blank line if there was one, though not at the begin of a
// block or file, nor before a closing brace.
func (f *formatter) newLine(at, indent int, closing bool) {
	f.endLine()
	f.blank = f.blank || f.blankBefore(at)
	if closing || f.opened || f.out.Len() == 0 {
		f.blank = false
	}
	f.lead = indent
}

// write writes on the current line.
func (f *formatter) write(text []byte) {
	if f.out.Len() == f.start {
		if f.blank {
			f.out.WriteByte('\n')
			f.blank = false
		}
		f.start = f.out.Len()
		f.spaces(f.lead)
	}
	f.out.Write(text)
	f.opened = false
}

func (f *formatter) spaces(n int) {
	for range n {
		f.out.WriteByte(' ')
	}
}

// blankBefore reports whether the line above the one at this offset is blank.
func (f *formatter) blankBefore(at int) bool {
	lines := 0
	for i := at - 1; i >= 0; i-- {
		switch c := f.p.src[i]; {
		case c == '\n':
			if lines++; lines == 2 {
				return true
			}
		case !isBlank(c):
			return false
		}
	}
	return false
}

// indent is how far the line that token i begins is moved in, and keeps it for the lines that continue it.
func (f *formatter) indent(i int) int {
	t := f.p.tokens[i]
	src := f.sourceIndent(int(t.start))
	switch {
	case t.role == rBlockClose:
		f.base.src, f.base.out = src, indentWidth*(f.depth-1)
	case t.first, t.role == rBlockOpen, t.kind == tEOF:
		f.base.src, f.base.out = src, indentWidth*f.depth
	default:
		return f.continued(src, f.closes(i))
	}
	return f.base.out
}

// closes reports whether token i is a closing bracket, which may stand as far left as its statement.
func (f *formatter) closes(i int) bool {
	switch f.p.textAt(i) {
	case ")", "]", "}":
		return f.p.tokens[i].kind == tOp
	}
	return false
}

// continued is the indentation of a line that continues a statement and stood at column src.
func (f *formatter) continued(src int, closing bool) int {
	least := indentWidth
	if closing {
		least = 0
	}
	return f.base.out + max(least, src-f.base.src)
}

// sourceIndent is how many characters of white space stand before this offset on its line.
func (f *formatter) sourceIndent(at int) int {
	n := 0
	for at > 0 && isBlank(f.p.src[at-1]) {
		at--
		n++
	}
	return n
}

// comment writes a comment: on its own line as far in as what follows it, or behind the code.
func (f *formatter) comment(c comment) {
	text := f.p.src[c.start:c.end]
	if c.own {
		f.newLine(int(c.start), f.commentIndent(c), false)
		f.write(text)
		f.endLine()
		return
	}
	end := utf8.RuneCount(f.out.Bytes()[f.start:])
	column := f.p.file.Position(int(c.start)).Col - 1
	if f.prev >= 0 {
		f.spaces(max(2, column-end))
	}
	f.write(text)
	f.endLine()
}

func (f *formatter) commentIndent(c comment) int {
	t := f.p.tokens[c.next]
	if t.first || t.kind == tEOF || t.role == rBlockClose || t.role == rBlockOpen {
		return indentWidth * f.depth
	}
	return f.continued(f.sourceIndent(int(c.start)), false)
}

// token writes one token with the space before it.
func (f *formatter) token(i int) {
	t := f.p.tokens[i]
	switch t.role {
	case rBlockOpen:
		f.depth++
	case rBlockClose:
		f.depth--
	}
	if f.p.isSemicolon(i) && f.superfluous(i) {
		return
	}
	if f.prev >= 0 && f.p.spaced(f.prev, i) {
		f.spaces(1)
	}
	f.spaces(f.pad[i])
	f.write(f.p.src[t.start:t.end])
	f.prev, f.opened = i, t.role == rBlockOpen
}

// superfluous reports whether a semicolon parts nothing on its line.
func (f *formatter) superfluous(i int) bool {
	next := f.p.tokens[i+1]
	if f.prev < 0 || next.nl || next.kind == tEOF || next.role == rBlockClose {
		return true
	}
	return f.p.isSemicolon(i+1) || f.p.isSemicolon(f.prev) || f.p.tokens[f.prev].role == rBlockOpen
}

func (p *parser) isSemicolon(i int) bool { return p.tokens[i].kind == tOp && p.textAt(i) == ";" }

// A recipeLine is a field of a recipe that begins a line.
type recipeLine struct {
	equals int    // the token =
	width  int    // of what stands before it
	kind   string // fields of one kind are aligned: write, and those without a name
}

// alignFields finds neighbouring fields of one kind, and how many spaces each needs for the = to be aligned.
func (p *parser) alignFields() map[int]int {
	pad := map[int]int{}
	var group []recipeLine
	for i, t := range p.tokens {
		if !t.first {
			continue
		}
		line, ok := p.recipeLine(i)
		next := i > 0 && bytes.Count(p.src[p.tokens[i-1].end:t.start], []byte("\n")) == 1
		if !ok || !next || len(group) > 0 && group[0].kind != line.kind {
			align(group, pad)
			group = group[:0]
		}
		if ok {
			group = append(group, line)
		}
	}
	align(group, pad)
	return pad
}

// recipeLine is the field that token i begins, if it does and begins a line.
func (p *parser) recipeLine(i int) (line recipeLine, ok bool) {
	if !p.tokens[i].nl || i+2 >= len(p.tokens) {
		return line, false
	}
	key := p.textAt(i)
	if p.tokens[i+1].role == rField {
		return recipeLine{equals: i + 1, width: len(key)}, key != "metric"
	}
	line = recipeLine{equals: i + 2, width: len(key) + 1 + utf8.RuneCountInString(p.textAt(i+1)), kind: key}
	return line, key == "write" && p.tokens[i+2].role == rField
}

func align(group []recipeLine, pad map[int]int) {
	shortest, longest := 1<<30, 0
	for _, l := range group {
		shortest, longest = min(shortest, l.width), max(longest, l.width)
	}
	if longest-shortest > alignWithin {
		return
	}
	for _, l := range group {
		pad[l.equals] = longest - l.width
	}
}
