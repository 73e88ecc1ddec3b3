package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
)

// DimProg computes a dim from the values of symbols, without allocating: sizes that a step gives during a call are worked
// out again inside the call.
type DimProg struct{ code []dimInstr }

type dimInstr struct {
	op byte // 'c' constant, 's' symbol, or the operator
	n  int64
}

// dimStack bounds the depth of an expression.
const dimStack = 64

// CompileDim compiles d; slot gives the place of a symbol in the list of values.
func CompileDim(d ir.Dim, slot func(name string) (int, bool)) (DimProg, error) {
	p := dimParser{s: d.String(), slot: slot}
	p.sum()
	if p.err == nil && p.i != len(p.s) {
		p.fail("unexpected end")
	}
	if p.max > dimStack {
		p.fail("too deep")
	}
	return DimProg{p.code}, p.err
}

// Eval is the value, from the values of the symbols. An overflow and a division by zero are errors.
func (p DimProg) Eval(syms []int64) (int64, error) {
	var stack [dimStack]int64
	top := -1
	for _, in := range p.code {
		switch in.op {
		case 'c':
			top++
			stack[top] = in.n
			continue
		case 's':
			top++
			stack[top] = syms[in.n]
			continue
		}
		v, ok := apply(in.op, stack[top-1], stack[top])
		if !ok {
			return 0, fmt.Errorf("a size is out of range: %d %c %d", stack[top-1], in.op, stack[top])
		}
		top--
		stack[top] = v
	}
	return stack[0], nil
}

func apply(op byte, a, b int64) (int64, bool) {
	switch op {
	case '+':
		return a + b, (b >= 0) == (a+b >= a)
	case '-':
		return a - b, (b <= 0) == (a-b >= a)
	case '*':
		if a == 0 || b == 0 {
			return 0, true
		}
		p := a * b
		return p, p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	case 'm':
		return min(a, b), true
	case 'M':
		return max(a, b), true
	}
	if b == 0 || a == math.MinInt64 {
		return 0, false
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	if op == '%' {
		return a - q*b, true
	}
	return q, true
}

// dimParser reads the canonical text of a dim and emits postfix code.
type dimParser struct {
	s          string
	i          int
	code       []dimInstr
	depth, max int
	slot       func(string) (int, bool)
	err        error
}

func (p *dimParser) fail(msg string) {
	if p.err == nil {
		p.err = fmt.Errorf("dim %q at %d: %s", p.s, p.i, msg)
	}
}

func (p *dimParser) emit(in dimInstr) {
	p.code = append(p.code, in)
	if in.op == 'c' || in.op == 's' {
		p.depth++
		p.max = max(p.max, p.depth)
	} else {
		p.depth--
	}
}

func (p *dimParser) take(tok string) bool {
	if strings.HasPrefix(p.s[p.i:], tok) {
		p.i += len(tok)
		return true
	}
	return false
}

func (p *dimParser) sum() {
	if p.take("-") {
		p.emit(dimInstr{'c', 0})
		p.product()
		p.emit(dimInstr{op: '-'})
	} else {
		p.product()
	}
	for p.err == nil {
		switch {
		case p.take(" + "):
			p.product()
			p.emit(dimInstr{op: '+'})
		case p.take(" - "):
			p.product()
			p.emit(dimInstr{op: '-'})
		default:
			return
		}
	}
}

func (p *dimParser) product() {
	p.atom()
	for p.err == nil && p.take("*") {
		p.atom()
		p.emit(dimInstr{op: '*'})
	}
}

func (p *dimParser) atom() {
	switch {
	case p.err != nil:
	case p.take("min("):
		p.pair('m')
	case p.take("max("):
		p.pair('M')
	case p.take("("):
		p.quotient()
	default:
		p.word()
	}
}

func (p *dimParser) pair(op byte) {
	p.sum()
	if !p.take(", ") {
		p.fail("want a comma")
	}
	p.sum()
	p.emit(dimInstr{op: op})
	if !p.take(")") {
		p.fail("want )")
	}
}

func (p *dimParser) quotient() {
	p.sum()
	switch {
	case p.take("//"):
		p.sum()
		p.emit(dimInstr{op: '/'})
	case p.take("%"):
		p.sum()
		p.emit(dimInstr{op: '%'})
	}
	if !p.take(")") {
		p.fail("want )")
	}
}

func (p *dimParser) word() {
	from := p.i
	for p.i < len(p.s) && strings.IndexByte(" +-*/%(),", p.s[p.i]) < 0 {
		p.i++
	}
	word := p.s[from:p.i]
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		p.emit(dimInstr{'c', n})
		return
	}
	i, ok := p.slot(word)
	if !ok {
		p.fail("the size of " + word + " is not known")
		return
	}
	p.emit(dimInstr{'s', int64(i)})
}
