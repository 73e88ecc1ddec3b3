package syntax

// spaced reports whether a space stands between token a and the token b behind it, on one line. The rules stand in order:
// the first that speaks decides.
func (p *parser) spaced(a, b int) bool {
	for _, rule := range [...]func(a, b int) verdict{p.braces, p.tight, p.colon, p.opening, p.fraction} {
		if v := rule(a, b); v != silent {
			return v == apart
		}
	}
	return true
}

// verdict is what a rule says of two tokens.
type verdict uint8

const (
	silent verdict = iota
	apart
	joined
)

func verdictOf(space bool) verdict {
	if space {
		return apart
	}
	return joined
}

// op is the text of an operator token, else "".
func (p *parser) op(i int) string {
	if p.tokens[i].kind != tOp {
		return ""
	}
	return p.textAt(i)
}

// braces: { a } for blocks, {} for empty ones, {a: b} for trees.
func (p *parser) braces(a, b int) verdict {
	ra, rb := p.tokens[a].role, p.tokens[b].role
	switch {
	case ra == rBlockOpen || rb == rBlockClose:
		return verdictOf(ra != rBlockOpen || rb != rBlockClose)
	case rb == rBlockOpen || ra == rBlockClose:
		return verdictOf(p.op(b) != ";" && p.op(b) != ",")
	case ra == rTree && p.op(a) == "{", rb == rTree && p.op(b) == "}":
		return joined
	}
	return silent
}

// tight: nothing inside brackets, before commas, around dots, ranges and layouts, behind a sign.
func (p *parser) tight(a, b int) verdict {
	switch p.op(b) {
	case ")", "]", ",", ";", ".", "..":
		return joined
	}
	switch p.op(a) {
	case "(", "[", ".", "..":
		return joined
	}
	if p.tokens[a].role == rPrefix || p.tokens[a].role == rLayout || p.tokens[b].role == rLayout {
		return joined
	}
	return silent
}

// colon: x: f32, but x[a:b] and x[:, a].
func (p *parser) colon(a, b int) verdict {
	if p.op(a) == "," {
		return apart
	}
	if p.tokens[a].role == rSlice || p.tokens[b].role == rSlice || p.op(b) == ":" {
		return joined
	}
	return silent
}

// opening: f(x) and x[i], but return (x), and a space before the brackets of a region.
func (p *parser) opening(a, b int) verdict {
	if s := p.op(b); s != "(" && s != "[" {
		return silent
	}
	t := p.tokens[a]
	switch {
	case p.tokens[b].role == rRegion:
		return apart
	case t.kind == tName, t.kind == tString, t.kind == tInt, t.role == rOpName, t.role == rTree:
		return joined
	case t.kind == tKeyword:
		return apart
	}
	s := p.op(a)
	return verdictOf(s != ")" && s != "]")
}

// fraction: 1/2 is one number to the reader, where it is one to the parser: -1/2 * x, but x * 1 / 2.
func (p *parser) fraction(a, b int) verdict {
	slash := a
	if p.op(b) == "/" {
		slash = b
	} else if p.op(a) != "/" {
		return silent
	}
	if !p.isNumber(slash-1) || !p.isNumber(slash+1) {
		return silent
	}
	before := p.op(slash - 2)
	if p.tokens[slash-2].role == rPrefix && slash > 2 {
		before = p.op(slash - 3)
	}
	switch before {
	case "*", "/", "//", "%", "@", "**", ".":
		return silent
	}
	if p.op(slash+2) == "**" {
		return silent
	}
	return joined
}

func (p *parser) isNumber(i int) bool {
	return p.tokens[i].kind == tInt || p.tokens[i].kind == tFloat
}
