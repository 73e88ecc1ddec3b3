package syntax

import (
	"strconv"
	"unicode/utf8"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// lexer cuts a source into tokens and comments. What it cannot read becomes a tBad token and a diagnostic.
type lexer struct {
	file     *diag.File
	src      []byte
	pos      int
	line     bool // no token on this line yet
	tokens   []token
	comments []comment
	errs     diag.List
	reserved map[string]bool
}

// lex reads the whole source. The last token is tEOF.
func lex(f *diag.File) *lexer {
	l := &lexer{file: f, src: f.Source(), line: true, reserved: keywords()}
	if len(l.src) >= 3 && string(l.src[:3]) == "\ufeff" {
		l.pos = 3
	}
	for l.pos < len(l.src) {
		l.next()
	}
	l.emit(tEOF, l.pos)
	return l
}

// emit appends a token that begins at start and ends here.
func (l *lexer) emit(k kind, start int) {
	l.tokens = append(l.tokens, token{start: int32(start), end: int32(l.pos), kind: k, nl: l.line})
	l.line = false
}

// bad appends a token that no rule takes, and says why.
func (l *lexer) bad(start int, code diag.Code, hint, format string, args ...any) {
	l.emit(tBad, start)
	if len(l.errs) < maxErrors {
		d := l.errs.Addf(l.file.Span(start, l.pos), code, format, args...)
		d.Hint = hint
	}
}

func (l *lexer) next() {
	c := l.src[l.pos]
	switch {
	case c == '\n':
		l.pos++
		l.line = true
	case c == ' ' || c == '\t' || c == '\r':
		l.pos++
	case c == '#':
		l.comment()
	case isLetter(c):
		l.word()
	case isDigit(c):
		l.number()
	case c == '"':
		l.str()
	default:
		l.operator()
	}
}

func (l *lexer) comment() {
	start := l.pos
	for l.pos < len(l.src) && l.src[l.pos] != '\n' {
		l.pos++
	}
	end := l.pos
	for end > start && isBlank(l.src[end-1]) {
		end--
	}
	l.comments = append(l.comments, comment{int32(start), int32(end), int32(len(l.tokens)), l.line})
}

func (l *lexer) word() {
	start := l.pos
	l.skipWord()
	if l.reserved[string(l.src[start:l.pos])] {
		l.emit(tKeyword, start)
		return
	}
	l.emit(tName, start)
}

func (l *lexer) skipWord() {
	for l.pos < len(l.src) && (isLetter(l.src[l.pos]) || isDigit(l.src[l.pos])) {
		l.pos++
	}
}

func (l *lexer) skipDigits() (any bool) {
	start := l.pos
	for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
		l.pos++
	}
	return l.pos > start
}

// number reads digits [. digits] [e [+-] digits]. After a dot there are only digits, a segment of a path.
func (l *lexer) number() {
	start, k := l.pos, tInt
	l.skipDigits()
	if l.afterDot() {
		l.emit(tInt, start)
		return
	}
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		k = tFloat
		l.pos++
		l.skipDigits()
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		mark := l.pos
		l.pos++
		if c := l.peek(0); c == '+' || c == '-' {
			l.pos++
		}
		if l.skipDigits() {
			k = tFloat
		} else {
			l.pos = mark
		}
	}
	if isLetter(l.peek(0)) {
		digits := string(l.src[start:l.pos])
		l.skipWord()
		rest := string(l.src[start+len(digits) : l.pos])
		l.bad(start, diag.BadNumber, numberHint(digits, rest), "%s is not a number", short(digits+rest))
		return
	}
	l.emit(k, start)
}

// numberHint says what to write instead of digits followed by letters.
func numberHint(digits, rest string) string {
	switch {
	case digits == "0" && len(rest) > 1:
		return "numbers are decimal"
	case rest == "e" || rest == "E":
		return "an exponent needs digits: 1e-3"
	}
	return "for a product write " + short(digits) + " * " + short(rest) + "; a name begins with a letter"
}

// afterDot reports whether the last token is the dot of a path.
func (l *lexer) afterDot() bool {
	n := len(l.tokens)
	return n > 0 && l.text(l.tokens[n-1]) == "."
}

// str reads a string literal with the escapes of Go. It ends on its line.
func (l *lexer) str() {
	start := l.pos
	l.pos++
	for l.pos < len(l.src) && l.src[l.pos] != '"' && l.src[l.pos] != '\n' {
		if l.src[l.pos] == '\\' && l.peek(1) != '\n' {
			l.pos++
		}
		l.pos = min(l.pos+1, len(l.src))
	}
	if l.peek(0) != '"' {
		for isBlank(l.src[l.pos-1]) {
			l.pos--
		}
		l.bad(start, diag.BadString, `a string ends with " on the same line`, "this string is not closed")
		return
	}
	l.pos++
	text := string(l.src[start:l.pos])
	if !utf8.ValidString(text) {
		l.bad(start, diag.BadString, "", "this string is not valid UTF-8")
		return
	}
	if _, err := strconv.Unquote(text); err != nil {
		l.bad(start, diag.BadString, `the escapes are \" \\ \n \t and \u00e9`, "this string has an unknown escape")
		return
	}
	l.emit(tString, start)
}

func (l *lexer) operator() {
	start := l.pos
	for _, op := range [...]string{"...", ":=", "->", "==", "!=", "<=", ">=", "+=", "-=", "*=", "**", "//", ".."} {
		if len(l.src)-l.pos >= len(op) && string(l.src[l.pos:l.pos+len(op)]) == op {
			l.pos += len(op)
			l.emit(tOp, start)
			return
		}
	}
	r, n := utf8.DecodeRune(l.src[l.pos:])
	l.pos += n
	switch r {
	case '+', '-', '*', '/', '%', '@', '=', '<', '>', '(', ')', '[', ']', '{', '}', ',', '.', ':', ';', '?':
		l.emit(tOp, start)
		return
	}
	for r == '&' && l.peek(0) == '&' || r == '|' && l.peek(0) == '|' {
		l.pos++
	}
	l.bad(start, diag.BadCharacter, characterHint(r), "unexpected character %s", quoteRune(r))
}

// characterHint says what a character of other languages is called here.
func characterHint(r rune) string {
	switch r {
	case '&', '|', '!':
		return "the logical operators are and, or, not"
	case '^':
		return "a power is **"
	case '\'', '`':
		return `a string stands in "..."`
	case '$', '~', '\\':
		return ""
	case '\u00d7', '\u00b7':
		return "a product is *, a matrix product is @"
	}
	if r >= utf8.RuneSelf {
		return "names are ASCII letters, digits and _"
	}
	return ""
}

func quoteRune(r rune) string {
	if r == utf8.RuneError {
		return "(not valid UTF-8)"
	}
	if strconv.IsPrint(r) {
		return string(r)
	}
	return strconv.QuoteRuneToASCII(r)
}

// peek is the byte n ahead, or 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.pos+n >= len(l.src) {
		return 0
	}
	return l.src[l.pos+n]
}

func (l *lexer) text(t token) string { return string(l.src[t.start:t.end]) }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isBlank(c byte) bool  { return c == ' ' || c == '\t' || c == '\r' }

// short cuts a text that is quoted in a message.
func short(s string) string {
	if len(s) <= 24 {
		return s
	}
	cut := 21
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
