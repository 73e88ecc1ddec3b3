package npz

import (
	"fmt"
	"strconv"
	"strings"
)

// pyParser reads the few literals of Python that headers are made of. After the first error it does nothing more; at is where
// that was, -1 while there is none.
type pyParser struct {
	s   string
	i   int
	err error
	at  int
}

func (p *pyParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err, p.at = fmt.Errorf(format, args...), p.i
	}
}

func (p *pyParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

// accept skips space and then c, if it is next.
func (p *pyParser) accept(c byte) bool {
	p.space()
	if p.err != nil || p.i == len(p.s) || p.s[p.i] != c {
		return false
	}
	p.i++
	return true
}

func (p *pyParser) expect(c byte) {
	if !p.accept(c) {
		p.fail("%q expected", string(c))
	}
}

// str reads a string in either quote. None that numpy writes here holds an escape, so a backslash is an error.
func (p *pyParser) str() string {
	p.space()
	if p.err != nil || p.i == len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '"' {
		p.fail("a string expected")
		return ""
	}
	quote := p.s[p.i]
	end := strings.IndexByte(p.s[p.i+1:], quote)
	if end < 0 {
		p.fail("the string does not end")
		return ""
	}
	s := p.s[p.i+1 : p.i+1+end]
	if strings.IndexByte(s, '\\') >= 0 {
		p.fail("a string with an escape")
		return ""
	}
	p.i += end + 2
	return s
}

func (p *pyParser) boolean() bool {
	for _, word := range []string{"True", "False"} {
		if p.err == nil && strings.HasPrefix(p.s[p.i:], word) {
			p.i += len(word)
			return word == "True"
		}
	}
	p.fail("True or False expected")
	return false
}

// tuple reads (), (3,) or (3, 4). Python 2 wrote long integers with an L.
func (p *pyParser) tuple() []int {
	dims := []int{}
	p.expect('(')
	for p.err == nil && !p.accept(')') {
		dims = append(dims, p.integer())
		if !p.accept(',') {
			p.expect(')')
			break
		}
	}
	return dims
}

func (p *pyParser) integer() int {
	p.space()
	end := p.i
	for end < len(p.s) && p.s[end] >= '0' && p.s[end] <= '9' {
		end++
	}
	v, err := strconv.Atoi(p.s[p.i:end])
	if err != nil {
		p.fail("a length expected, one that memory can hold")
		return 0
	}
	p.i = end
	if p.i < len(p.s) && p.s[p.i] == 'L' {
		p.i++
	}
	return v
}
