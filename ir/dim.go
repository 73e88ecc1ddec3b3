package ir

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Dim is the length of an axis: an integer polynomial over symbols, with floor division, modulo, min and max as opaque
// atoms. It is kept in one canonical form, so == on two Dims means that they are proved equal. The zero Dim is 0.
//
// Arithmetic saturates at the ends of int64, and so does a dim whose text would be longer than maxDimText: no tensor of such
// a size passes [Type] checks.
type Dim struct {
	n int64  // the value of a constant
	e string // the canonical text of anything else; then n is 0
}

// maxDimText bounds the text of a dim, and maxDimProduct that of two which are multiplied: a few lines of source could ask
// for a polynomial of any size.
const (
	maxDimText    = 1 << 13
	maxDimProduct = 1 << 18
)

// dimOf is the dim with that canonical text.
func dimOf(e string) Dim {
	if len(e) > maxDimText {
		return Const(math.MaxInt64)
	}
	return Dim{e: e}
}

// Const is the dim of the constant n.
func Const(n int64) Dim { return Dim{n: n} }

// Sym is the dim of the symbol with that name, an identifier.
func Sym(name string) Dim { return Dim{e: name} }

// AnyDim is the dim written "?": a length that no one knows before the run, allowed in the element type of a list.
func AnyDim() Dim { return Sym("?") }

// Int returns the value of a constant dim.
func (d Dim) Int() (int64, bool) { return d.n, d.e == "" }

// IsConst reports whether d is a constant.
func (d Dim) IsConst() bool { return d.e == "" }

// Is reports whether d is the constant n.
func (d Dim) Is(n int64) bool { return d == Const(n) }

// String is the dim in the language's syntax, such as "B*T + 2*N - 1".
func (d Dim) String() string {
	if d.e == "" {
		return strconv.FormatInt(d.n, 10)
	}
	return d.e
}

// Symbol returns the name of a dim that is one symbol alone.
func (d Dim) Symbol() (string, bool) {
	if d.e == "" || !isIdent(d.e) {
		return "", false
	}
	return d.e, true
}

// Add is d + o.
func (d Dim) Add(o Dim) Dim {
	switch {
	case d.e == "" && o.e == "":
		return Const(satAdd(d.n, o.n))
	case d.Is(0):
		return o
	case o.Is(0):
		return d
	}
	p := d.poly()
	for m, c := range o.poly() {
		p.add(m, c)
	}
	return p.dim()
}

// Sub is d - o.
func (d Dim) Sub(o Dim) Dim { return d.Add(o.Mul(Const(-1))) }

// Mul is d * o.
func (d Dim) Mul(o Dim) Dim {
	switch {
	case d.e == "" && o.e == "":
		return Const(satMul(d.n, o.n))
	case d.Is(1):
		return o
	case o.Is(1):
		return d
	}
	if len(d.e)*len(o.e) > maxDimProduct {
		return Const(math.MaxInt64)
	}
	p, q, r := d.poly(), o.poly(), poly{}
	for m, c := range p {
		for k, e := range q {
			r.add(mulMono(m, k), satMul(c, e))
		}
	}
	return r.dim()
}

// FloorDiv is d // o, rounded towards minus infinity; by zero it is 0 where both are constant. For a constant o the
// terms that it divides are taken out, so that (H - 2)//2 + 1 is H//2.
func (d Dim) FloorDiv(o Dim) Dim {
	if q, ok := d.Div(o); ok {
		return q
	}
	if d.e == "" && o.e == "" {
		return Const(floorDiv(d.n, o.n))
	}
	q, r := d.divide(o)
	if r.e == "" && o.e == "" {
		return q.Add(Const(floorDiv(r.n, o.n)))
	}
	return q.Add(dimOf("(" + paren(r) + "//" + paren(o) + ")"))
}

// Mod is d % o, with the sign of o.
func (d Dim) Mod(o Dim) Dim {
	if _, ok := d.Div(o); ok {
		return Const(0)
	}
	_, r := d.divide(o)
	if r.e == "" && o.e == "" {
		return Const(r.n - satMul(floorDiv(r.n, o.n), o.n))
	}
	return dimOf("(" + paren(r) + "%" + paren(o) + ")")
}

// divide takes the part of d that a positive constant o divides out: d = q*o + r, each coefficient of r in 0..o-1.
func (d Dim) divide(o Dim) (q, r Dim) {
	if o.e != "" || o.n <= 0 {
		return Dim{}, d
	}
	pq, pr := poly{}, poly{}
	for m, c := range d.poly() {
		k := floorDiv(c, o.n)
		pq.add(m, k)
		pr.add(m, c-k*o.n)
	}
	return pq.dim(), pr.dim()
}

// Div is the exact quotient d / o, where the polynomial divides: by a constant or by a single product of symbols.
func (d Dim) Div(o Dim) (Dim, bool) {
	if o.Is(0) {
		return Dim{}, false
	}
	if d.e == "" && o.e == "" {
		return Const(d.n / o.n), d.n%o.n == 0
	}
	if d == o {
		return Const(1), true
	}
	q := o.poly()
	if len(q) != 1 {
		return Dim{}, false
	}
	r := poly{}
	for k, e := range q {
		for m, c := range d.poly() {
			rest, ok := divMono(m, k)
			if !ok || c%e != 0 {
				return Dim{}, false
			}
			r.add(rest, c/e)
		}
	}
	return r.dim(), true
}

// Min is the smaller of d and o.
func (d Dim) Min(o Dim) Dim { return pick("min", d, o, -1) }

// Max is the larger of d and o.
func (d Dim) Max(o Dim) Dim { return pick("max", d, o, 1) }

func pick(name string, d, o Dim, sign int) Dim {
	if diff, ok := d.Sub(o).Int(); ok {
		if cmp.Compare(diff, 0)*sign >= 0 {
			return d
		}
		return o
	}
	if o.String() < d.String() {
		d, o = o, d
	}
	return dimOf(name + "(" + d.String() + ", " + o.String() + ")")
}

// Eval is the value of d where env gives the symbols'. An unknown symbol, a division by zero and an overflow are errors.
func (d Dim) Eval(env func(string) (int64, bool)) (int64, error) {
	if d.e == "" {
		return d.n, nil
	}
	v, err := parseDim(d.e, func(name string) (Dim, error) {
		n, ok := env(name)
		if !ok {
			return Dim{}, fmt.Errorf("the size of %s is not known", name)
		}
		return Const(n), nil
	})
	if err != nil {
		return 0, err
	}
	n, ok := v.Int()
	if !ok || n == math.MaxInt64 || n == math.MinInt64 {
		return 0, fmt.Errorf("%s is out of range", d)
	}
	return n, nil
}

// Subst replaces symbols: f returns what stands for a name, and false to leave it.
func (d Dim) Subst(f func(string) (Dim, bool)) Dim {
	if d.e == "" {
		return d
	}
	v, err := parseDim(d.e, func(name string) (Dim, error) {
		if s, ok := f(name); ok {
			return s, nil
		}
		return Sym(name), nil
	})
	if err != nil { // a division by a constant zero that the substitution made: keep what there was
		return d
	}
	return v
}

// Syms lists the symbols of d, sorted, each once.
func (d Dim) Syms() []string {
	if d.e == "" {
		return nil
	}
	if name, ok := d.Symbol(); ok {
		return []string{name}
	}
	set := map[string]bool{}
	d.Subst(func(name string) (Dim, bool) { set[name] = true; return Dim{}, false })
	return slices.Sorted(maps.Keys(set))
}

// Upper bounds d from above: each symbol for which hi gives an upper bound (its lower bound being lo) is replaced where
// that can only raise the value. A dim in which such a symbol stands under // % min or max is bounded term by term.
func (d Dim) Upper(bound func(name string) (lo, hi Dim, ok bool)) Dim {
	if d.e == "" {
		return d
	}
	sum := Dim{}
	for m, c := range d.poly() {
		term := Const(c)
		for _, a := range splitMono(m) {
			term = term.Mul(boundAtom(a, c > 0, bound))
		}
		sum = sum.Add(term)
	}
	return sum
}

func boundAtom(a string, up bool, bound func(string) (Dim, Dim, bool)) Dim {
	atom := Dim{e: a}
	if name, ok := atom.Symbol(); ok {
		lo, hi, ok := bound(name)
		switch {
		case !ok:
			return atom
		case up:
			return hi
		}
		return lo
	}
	return atom.Subst(func(name string) (Dim, bool) {
		lo, hi, ok := bound(name)
		if up {
			return hi, ok
		}
		return lo, ok
	})
}

// ParseDim reads a dim in the syntax that [Dim.String] writes.
func ParseDim(s string) (Dim, error) {
	return parseDim(s, func(name string) (Dim, error) { return Sym(name), nil })
}

// A poly maps a monomial (its atoms sorted and joined by "*"; "" for 1) to its coefficient.
type poly map[string]int64

func (d Dim) poly() poly {
	if d.e == "" {
		if d.n == 0 {
			return poly{}
		}
		return poly{"": d.n}
	}
	p := poly{}
	for _, t := range splitTop(d.e, " + ", " - ") {
		c, m := int64(1), t.text
		if i := strings.IndexByte(m, '*'); i > 0 || isDigits(m) {
			head := m
			if i > 0 {
				head = m[:i]
			}
			if n, err := strconv.ParseInt(head, 10, 64); err == nil {
				c, m = n, strings.TrimPrefix(m[len(head):], "*")
			}
		}
		if strings.HasPrefix(m, "-") {
			c, m = -c, m[1:]
		}
		if t.neg {
			c = -c
		}
		p.add(m, c)
	}
	return p
}

func (p poly) add(m string, c int64) {
	if s := satAdd(p[m], c); s != 0 {
		p[m] = s
	} else {
		delete(p, m)
	}
}

// dim writes p canonically: terms of higher degree first, then by name, the constant last.
func (p poly) dim() Dim {
	if len(p) == 0 {
		return Dim{}
	}
	if c, ok := p[""]; ok && len(p) == 1 {
		return Const(c)
	}
	keys := slices.SortedFunc(maps.Keys(p), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(splitMono(b)), len(splitMono(a))), cmp.Compare(a, b))
	})
	var sb strings.Builder
	for i, m := range keys {
		c := p[m]
		switch {
		case i == 0 && c < 0:
			sb.WriteString("-")
		case i > 0 && c < 0:
			sb.WriteString(" - ")
		case i > 0:
			sb.WriteString(" + ")
		}
		if c < 0 {
			c = satMul(c, -1)
		}
		switch {
		case m == "":
			sb.WriteString(strconv.FormatInt(c, 10))
		case c == 1:
			sb.WriteString(m)
		default:
			sb.WriteString(strconv.FormatInt(c, 10) + "*" + m)
		}
	}
	return dimOf(sb.String())
}

func mulMono(a, b string) string {
	atoms := append(splitMono(a), splitMono(b)...)
	slices.Sort(atoms)
	return strings.Join(atoms, "*")
}

func divMono(a, b string) (string, bool) {
	atoms := splitMono(a)
	for _, x := range splitMono(b) {
		i := slices.Index(atoms, x)
		if i < 0 {
			return "", false
		}
		atoms = slices.Delete(atoms, i, i+1)
	}
	return strings.Join(atoms, "*"), true
}

func splitMono(m string) []string {
	if m == "" {
		return nil
	}
	var atoms []string
	for _, t := range splitTop(m, "*", "") {
		atoms = append(atoms, t.text)
	}
	return atoms
}

type part struct {
	text string
	neg  bool
}

// splitTop cuts s at separators that stand outside parentheses; a part behind the second separator is negative.
func splitTop(s, plus, minus string) []part {
	var parts []part
	depth, from, neg := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth > 0 {
			continue
		}
		isMinus := minus != "" && strings.HasPrefix(s[i:], minus)
		if isMinus || strings.HasPrefix(s[i:], plus) {
			parts = append(parts, part{s[from:i], neg})
			i += len(plus) - 1
			from, neg = i+1, isMinus
		}
	}
	return append(parts, part{s[from:], neg})
}

// paren writes an operand of // or %; anything but a single atom goes into parentheses.
func paren(d Dim) string {
	s := d.String()
	if isIdent(s) || isDigits(s) || s[0] == '(' && closing(s) == len(s)-1 {
		return s
	}
	return "(" + s + ")"
}

// closing is the place of the parenthesis that closes the one s begins with.
func closing(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func isIdent(s string) bool {
	if s == "?" {
		return true
	}
	for i, c := range []byte(s) {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func floorDiv(a, b int64) int64 {
	if b == 0 {
		return 0
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func satAdd(a, b int64) int64 {
	s := a + b
	if (a > 0) == (b > 0) && (s > 0) != (a > 0) && a != 0 && b != 0 {
		if a > 0 {
			return math.MaxInt64
		}
		return math.MinInt64
	}
	return s
}

func satMul(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	p := a * b
	if p/b != a || a == math.MinInt64 && b == -1 || b == math.MinInt64 && a == -1 {
		if (a > 0) == (b > 0) {
			return math.MaxInt64
		}
		return math.MinInt64
	}
	return p
}
