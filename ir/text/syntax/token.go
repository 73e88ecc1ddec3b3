package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// kind is the kind of a token.
type kind uint8

const (
	tEOF     kind = iota
	tNewline      // the end of a line that ends a statement; made by the parser, never by the lexer
	tName
	tKeyword
	tInt
	tFloat
	tString
	tOp // operators and punctuation; the text tells which
	tBad
)

// role is what the parser found a token to be, for the formatter.
type role uint8

const (
	rNone       role = iota
	rBlockOpen       // the { of a block
	rBlockClose      // its }
	rTree            // { or } of a tree
	rPrefix          // a unary minus
	rSlice           // the : of a slice
	rOpName          // a keyword that is the name of an op, as in scan(...)
	rRegion          // the ( of a region
	rLayout          // the @ before a layout
	rField           // the = of a recipe field
	rBound           // the .. of an open range, or a ? dim
)

// token is one piece of the source. The lexer keeps them in a slice, so they are small.
type token struct {
	start, end int32
	kind       kind
	role       role
	nl         bool // the first of its line
	first      bool // the first of a statement, declaration or field; set by the parser
}

// comment is a # comment; next is the index of the token behind it.
type comment struct {
	start, end int32
	next       int32
	own        bool // alone on its line
}

// keywords are the reserved words.
func keywords() map[string]bool {
	return map[string]bool{
		"import": true, "model": true, "const": true, "fn": true, "recipe": true, "assert": true, "param": true,
		"state": true, "module": true, "in": true, "return": true, "yield": true, "if": true, "else": true, "scan": true,
		"for": true, "while": true, "region": true, "and": true, "or": true, "not": true, "new": true, "true": true,
		"false": true,
	}
}

// continues reports whether a line goes on after this token: an operator, a comma, : = := or -> .
func continues(t token, text string) bool {
	switch t.kind {
	case tKeyword:
		return text == "and" || text == "or" || text == "not"
	case tOp:
		switch text {
		case "+", "-", "*", "/", "//", "%", "@", "**", "==", "!=", "<", "<=", ">", ">=", "..",
			",", ":", "=", ":=", "+=", "-=", "*=", "->":
			return t.role != rBound
		}
	}
	return false
}

// span is the source of a token.
func (t token) span(f *diag.File) diag.Span { return diag.Span{File: f, Start: t.start, End: t.end} }
