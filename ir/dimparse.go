package ir

import (
	"fmt"
	"strconv"
	"strings"
)

// maxDimDepth bounds the nesting of a dim's text.
const maxDimDepth = 100

// parseDim reads sums of products of names, numbers, parentheses, // and %, min and max; sym gives each name's dim.
// Products and divisions are taken from the left, as in the language.
func parseDim(s string, sym func(string) (Dim, error)) (Dim, error) {
	p := &dimParser{s: s, sym: sym}
	d, err := p.sum()
	if err != nil {
		return Dim{}, err
	}
	if p.skip(); p.i < len(s) {
		return Dim{}, fmt.Errorf("dim %q: unexpected %q", s, s[p.i:])
	}
	return d, nil
}

type dimParser struct {
	s     string
	i     int
	depth int
	sym   func(string) (Dim, error)
}

func (p *dimParser) skip() {
	for p.i < len(p.s) && p.s[p.i] == ' ' {
		p.i++
	}
}

func (p *dimParser) take(tok string) bool {
	p.skip()
	if !strings.HasPrefix(p.s[p.i:], tok) {
		return false
	}
	p.i += len(tok)
	return true
}

func (p *dimParser) sum() (Dim, error) {
	if p.depth++; p.depth > maxDimDepth {
		return Dim{}, fmt.Errorf("dim %q: nested too deeply", p.s)
	}
	defer func() { p.depth-- }()
	d, err := p.term()
	for err == nil {
		var t Dim
		switch {
		case p.take("+"):
			t, err = p.term()
			d = d.Add(t)
		case p.take("-"):
			t, err = p.term()
			d = d.Sub(t)
		default:
			return d, nil
		}
	}
	return Dim{}, err
}

func (p *dimParser) term() (Dim, error) {
	d, err := p.atom()
	for err == nil {
		var t Dim
		switch {
		case p.take("//"):
			t, err = p.divisor()
			d = d.FloorDiv(t)
		case p.take("%"):
			t, err = p.divisor()
			d = d.Mod(t)
		case p.take("*"):
			t, err = p.atom()
			d = d.Mul(t)
		default:
			return d, nil
		}
	}
	return Dim{}, err
}

func (p *dimParser) divisor() (Dim, error) {
	t, err := p.atom()
	if err == nil && t.Is(0) {
		return Dim{}, fmt.Errorf("dim %q: division by zero", p.s)
	}
	return t, err
}

func (p *dimParser) atom() (Dim, error) {
	switch {
	case p.take("-"):
		d, err := p.atom()
		return d.Mul(Const(-1)), err
	case p.take("("):
		d, err := p.sum()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("dim %q: missing )", p.s)
		}
		return d, err
	}
	from := p.i
	for p.i < len(p.s) && (isIdent("_"+p.s[p.i:p.i+1]) || p.s[p.i] == '?') {
		p.i++
	}
	word := p.s[from:p.i]
	switch {
	case isDigits(word):
		n, err := strconv.ParseInt(word, 10, 64)
		return Const(n), err
	case word == "min" || word == "max":
		return p.pair(word)
	case isIdent(word):
		return p.sym(word)
	}
	return Dim{}, fmt.Errorf("dim %q: a name or number is missing at %d", p.s, from)
}

func (p *dimParser) pair(word string) (Dim, error) {
	if !p.take("(") {
		return p.sym(word)
	}
	a, err := p.sum()
	if err != nil {
		return Dim{}, err
	}
	if !p.take(",") {
		return Dim{}, fmt.Errorf("dim %q: %s takes two operands", p.s, word)
	}
	b, err := p.sum()
	if err != nil {
		return Dim{}, err
	}
	if !p.take(")") {
		return Dim{}, fmt.Errorf("dim %q: missing )", p.s)
	}
	if word == "min" {
		return a.Min(b), nil
	}
	return a.Max(b), nil
}
