package ops

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
)

// binaryRow is what one elementwise op of two operands means.
type binaryRow struct {
	name string
	on   kind
	f    func(a, b float64) float64 // on floats
	int  func(a, b int64) int64     // on integers and, for rows on integers or bools, bools
	// test, testInt: comparisons. Bools compare as 0 and 1.
	test    func(a, b float64) bool
	testInt func(a, b int64) bool
	// vjp is the gradient of a and b from dy, the gradient of y = f(a, b); nil where none flows.
	vjp    func(b *ir.Builder, a, c, y, dy ir.Value) (da, dc ir.Value)
	lo, hi float64 // where samples draw operands from; both 0: -2 to 2
}

const (
	kAdd binaryKind = iota
	kSub
	kMul
	kDiv
	kFloorDiv
	kMod
	kPow
	kMin
	kMax
	kEq
	kNe
	kLt
	kLe
	kGt
	kGe
	kAnd
	kOr
	kXor
	numBinary
)

// The ops of two operands. Integers wrap; their FloorDiv by 0 is 0 and Mod by 0 the dividend, so that always
// a = (a // b) * b + a % b, and a negative Pow of them is 0 but for bases 1 and -1. Min and Max hand NaN on.
func Add() Binary      { return Binary{kAdd} }
func Sub() Binary      { return Binary{kSub} }
func Mul() Binary      { return Binary{kMul} }
func Div() Binary      { return Binary{kDiv} }
func FloorDiv() Binary { return Binary{kFloorDiv} }
func Mod() Binary      { return Binary{kMod} }
func Pow() Binary      { return Binary{kPow} }
func Min() Binary      { return Binary{kMin} }
func Max() Binary      { return Binary{kMax} }
func Eq() Binary       { return Binary{kEq} }
func Ne() Binary       { return Binary{kNe} }
func Lt() Binary       { return Binary{kLt} }
func Le() Binary       { return Binary{kLe} }
func Gt() Binary       { return Binary{kGt} }
func Ge() Binary       { return Binary{kGe} }
func And() Binary      { return Binary{kAnd} }
func Or() Binary       { return Binary{kOr} }
func Xor() Binary      { return Binary{kXor} }

func (o Binary) row() binaryRow {
	return [...]binaryRow{
		kAdd: {name: "add", on: numbers, f: func(a, b float64) float64 { return a + b }, int: func(a, b int64) int64 { return a + b },
			vjp: func(_ *ir.Builder, _, _, _, dy ir.Value) (da, dc ir.Value) { return dy, dy }},
		kSub: {name: "sub", on: numbers, f: func(a, b float64) float64 { return a - b }, int: func(a, b int64) int64 { return a - b },
			vjp: func(b *ir.Builder, _, _, _, dy ir.Value) (da, dc ir.Value) { return dy, b.Op1(Neg(), dy) }},
		kMul: {name: "mul", on: numbers, f: func(a, b float64) float64 { return a * b }, int: func(a, b int64) int64 { return a * b },
			vjp: func(b *ir.Builder, a, c, _, dy ir.Value) (da, dc ir.Value) {
				return b.Op1(Mul(), dy, c), b.Op1(Mul(), dy, a)
			}},
		kDiv: {name: "div", on: floats, f: func(a, b float64) float64 { return a / b }, lo: 0.2, hi: 3,
			vjp: func(b *ir.Builder, _, c, y, dy ir.Value) (da, dc ir.Value) {
				da = b.Op1(Div(), dy, c)
				return da, b.Op1(Neg(), b.Op1(Mul(), da, y))
			}},
		kFloorDiv: {name: "floor_div", on: numbers, f: func(a, b float64) float64 { return math.Floor(a / b) }, int: floorDiv, lo: 0.2, hi: 3},
		kMod: {name: "mod", on: numbers, f: floorMod, int: floorModInt, lo: 0.2, hi: 3,
			vjp: func(b *ir.Builder, a, c, _, dy ir.Value) (da, dc ir.Value) {
				return dy, b.Op1(Neg(), b.Op1(Mul(), dy, b.Op1(FloorDiv(), a, c)))
			}},
		kPow: {name: "pow", on: numbers, f: math.Pow, int: powInt, vjp: powVJP, lo: 0.2, hi: 2},
		kMin: {name: "min", on: numbers, f: func(a, b float64) float64 { return min(a, b) }, int: func(a, b int64) int64 { return min(a, b) },
			vjp: func(b *ir.Builder, a, c, y, dy ir.Value) (da, dc ir.Value) { // y, not the operand: see max
				return gated(b, b.Op1(Lt(), y, c), dy), gated(b, b.Op1(Lt(), y, a), dy)
			}},
		kMax: {name: "max", on: numbers, f: func(a, b float64) float64 { return max(a, b) }, int: func(a, b int64) int64 { return max(a, b) },
			// y > c says the same as a > c. After a relu y is in memory, since the next product reads it; a need not be kept.
			vjp: func(b *ir.Builder, a, c, y, dy ir.Value) (da, dc ir.Value) {
				return gated(b, b.Op1(Gt(), y, c), dy), gated(b, b.Op1(Gt(), y, a), dy)
			}},
		kEq:  {name: "eq", on: anything, test: func(a, b float64) bool { return a == b }, testInt: func(a, b int64) bool { return a == b }},
		kNe:  {name: "ne", on: anything, test: func(a, b float64) bool { return a != b }, testInt: func(a, b int64) bool { return a != b }},
		kLt:  {name: "lt", on: numbers, test: func(a, b float64) bool { return a < b }, testInt: func(a, b int64) bool { return a < b }},
		kLe:  {name: "le", on: numbers, test: func(a, b float64) bool { return a <= b }, testInt: func(a, b int64) bool { return a <= b }},
		kGt:  {name: "gt", on: numbers, test: func(a, b float64) bool { return a > b }, testInt: func(a, b int64) bool { return a > b }},
		kGe:  {name: "ge", on: numbers, test: func(a, b float64) bool { return a >= b }, testInt: func(a, b int64) bool { return a >= b }},
		kAnd: {name: "and", on: bitwise, int: func(a, b int64) int64 { return a & b }},
		kOr:  {name: "or", on: bitwise, int: func(a, b int64) int64 { return a | b }},
		kXor: {name: "xor", on: bitwise, int: func(a, b int64) int64 { return a ^ b }},
	}[o.k]
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

// floorModInt has the sign of b; of b = 0 it is 0, as floorDiv is: tile programs say the same.
func floorModInt(a, b int64) int64 {
	if b == 0 {
		return 0
	}
	return a - floorDiv(a, b)*b
}

// floorMod has the sign of b; a finite a modulo an infinite b of its own sign is a.
func floorMod(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

func powInt(a, n int64) int64 {
	if n < 0 {
		switch a {
		case 1:
			return 1
		case -1:
			return 1 - 2*(n&1)
		}
		return 0
	}
	p := int64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= a
		}
		a *= a
	}
	return p
}

// powVJP is the gradient of a ** c. A constant exponent has none, and makes a's cheap; where a is not positive the
// exponent has slope 0.
func powVJP(b *ir.Builder, a, c, y, dy ir.Value) (da, dc ir.Value) {
	if n, ok := ConstOf(c); ok {
		switch n {
		case 0: // flat, at 0 too
			return ir.Value{}, ir.Value{}
		case 2:
			return b.Op1(Mul(), dy, scaled(b, a, 2)), ir.Value{}
		}
		return b.Op1(Mul(), dy, scaled(b, b.Op1(Pow(), a, FullLike(b, n-1, a)), n)), ir.Value{}
	}
	zero := FullLike(b, 0, a)
	slope := b.Op1(Mul(), c, b.Op1(Pow(), a, shifted(b, c, -1)))
	slope = b.Op1(Select{}, b.Op1(Eq(), c, zero), zero, slope) // 0 ** 0 is flat, not 0 * inf
	positive := b.Op1(Gt(), a, zero)
	safe := b.Op1(Select{}, positive, a, FullLike(b, 1, a))
	return b.Op1(Mul(), dy, slope), b.Op1(Mul(), dy, gated(b, positive, b.Op1(Mul(), y, b.Op1(Log(), safe))))
}
