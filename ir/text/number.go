package text

import (
	"math"
	"math/big"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
)

// num is an untyped number: exact where r is set, a float64 otherwise. whole is set for what was written without a point and
// stayed whole: it may meet integers.
type num struct {
	r     *big.Rat
	f     float64
	whole bool
}

func (n num) what() string { return n.text() }

func intNum(n int64) num { return num{r: new(big.Rat).SetInt64(n), whole: true} }

func floatNum(f float64) num { return num{f: f} }

// maxBits bounds exact numbers: beyond it they become floats.
const maxBits = 2048

func ratNum(r *big.Rat, whole bool) num {
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		f, _ := r.Float64()
		return floatNum(f)
	}
	return num{r: r, whole: whole && r.IsInt()}
}

// parseNum reads a literal.
func parseNum(text string, whole bool) (num, bool) {
	text = strings.ReplaceAll(text, "_", "")
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(text)-i > 6 {
		return num{}, false
	}
	if len(text) > 400 {
		return num{}, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return num{}, false
	}
	return ratNum(r, whole), true
}

func (n num) float() float64 {
	if n.r == nil {
		return n.f
	}
	f, _ := n.r.Float64()
	return f
}

// int is the value of a whole number, however it was written.
func (n num) int() (int64, bool) {
	if n.r != nil {
		return n.r.Num().Int64(), n.r.IsInt() && n.r.Num().IsInt64()
	}
	return int64(n.f), n.f == math.Trunc(n.f) && math.Abs(n.f) < 1<<53
}

// text is the number as ops.Lit reads it.
func (n num) text() string {
	if n.r == nil {
		return ir.FloatText(n.f)
	}
	if n.r.IsInt() && n.r.Num().BitLen() <= 63 {
		return n.r.Num().String()
	}
	if f, exact := n.r.Float64(); exact || decimalOf(f, n.r) {
		return ir.FloatText(f)
	}
	if s := n.r.String(); len(s) < 200 {
		return s
	}
	return ir.FloatText(n.float())
}

// decimalOf reports whether the shortest decimal that gives f is r itself.
func decimalOf(f float64, r *big.Rat) bool {
	d, ok := new(big.Rat).SetString(ir.FloatText(f))
	return ok && d.Cmp(r) == 0
}

func (n num) cmp(m num) int {
	if n.r != nil && m.r != nil {
		return n.r.Cmp(m.r)
	}
	a, b := n.float(), m.float()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// numOp computes a op b; false if it can't be (a division by zero of whole numbers).
func numOp(op string, a, b num) (num, bool) {
	if a.r == nil || b.r == nil {
		f, ok := floatOp(op, a.float(), b.float())
		return floatNum(f), ok
	}
	whole := a.whole && b.whole
	switch op {
	case "+":
		return ratNum(new(big.Rat).Add(a.r, b.r), whole), true
	case "-":
		return ratNum(new(big.Rat).Sub(a.r, b.r), whole), true
	case "*":
		return ratNum(new(big.Rat).Mul(a.r, b.r), whole), true
	case "/":
		if b.r.Sign() == 0 {
			return num{}, false
		}
		return ratNum(new(big.Rat).Quo(a.r, b.r), whole), true
	case "//", "%":
		return floorOp(op, a, b, whole)
	case "**":
		return powNum(a, b)
	}
	return num{}, false
}

func floorOp(op string, a, b num, whole bool) (num, bool) {
	if b.r.Sign() == 0 {
		return num{}, false
	}
	q := new(big.Rat).Quo(a.r, b.r)
	fl := new(big.Int).Div(q.Num(), q.Denom()) // Euclidean division by a positive number floors
	qf := new(big.Rat).SetInt(fl)
	if op == "//" {
		return ratNum(qf, whole), true
	}
	return ratNum(new(big.Rat).Sub(a.r, qf.Mul(qf, b.r)), whole), true
}

func powNum(a, b num) (num, bool) {
	n, ok := b.int()
	if !ok || n > 1024 || n < -1024 || a.r.Num().BitLen()*int(max(n, -n)) > maxBits {
		return floatNum(math.Pow(a.float(), b.float())), true
	}
	if n < 0 && a.r.Sign() == 0 {
		return num{}, false
	}
	r := big.NewRat(1, 1)
	for range max(n, -n) {
		r.Mul(r, a.r)
	}
	if n < 0 {
		r.Inv(r)
	}
	return ratNum(r, a.whole && b.whole), true
}

func floatOp(op string, a, b float64) (float64, bool) {
	switch op {
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a * b, true
	case "/":
		return a / b, true
	case "//":
		return math.Floor(a / b), true
	case "%":
		return a - math.Floor(a/b)*b, true
	case "**":
		return math.Pow(a, b), true
	}
	return 0, false
}

// sqrtNum is exact for squares.
func sqrtNum(a num) num {
	if a.r != nil && a.r.Sign() >= 0 {
		p, q := new(big.Int).Sqrt(a.r.Num()), new(big.Int).Sqrt(a.r.Denom())
		r := new(big.Rat).SetFrac(p, q)
		if new(big.Rat).Mul(r, r).Cmp(a.r) == 0 {
			return ratNum(r, a.whole)
		}
	}
	return floatNum(math.Sqrt(a.float()))
}
