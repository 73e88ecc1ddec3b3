package ops

import (
	"math"

	"github.com/seed-350a5e16/nnc/ir"
)

// unaryRow is what one elementwise op of one operand means.
type unaryRow struct {
	name string
	on   kind
	// Exactly one of f and test is set, or int alone for rows on bools; int besides f for rows on numbers.
	f    func(x float64) float64
	test func(x float64) bool
	int  func(x int64) int64
	// vjp is the gradient of x from dy, the gradient of y = f(x); nil where none flows.
	vjp    func(b *ir.Builder, x, y, dy ir.Value) ir.Value
	lo, hi float64 // where samples draw x from; both 0: -2 to 2
}

const (
	kNeg unaryKind = iota
	kAbs
	kSign
	kFloor
	kCeil
	kRound
	kTrunc
	kExp
	kLog
	kSqrt
	kRsqrt
	kRecip
	kSin
	kCos
	kTan
	kTanh
	kSigmoid
	kErf
	kLog1p
	kExpm1
	kSoftplus
	kLogSigmoid
	kNot
	kIsNaN
	kIsInf
	numUnary
)

// The ops of one operand. Round goes to the nearest even of two; Sign of NaN is NaN.
func Neg() Unary        { return Unary{kNeg} }
func Abs() Unary        { return Unary{kAbs} }
func Sign() Unary       { return Unary{kSign} }
func Floor() Unary      { return Unary{kFloor} }
func Ceil() Unary       { return Unary{kCeil} }
func Round() Unary      { return Unary{kRound} }
func Trunc() Unary      { return Unary{kTrunc} }
func Exp() Unary        { return Unary{kExp} }
func Log() Unary        { return Unary{kLog} }
func Sqrt() Unary       { return Unary{kSqrt} }
func Rsqrt() Unary      { return Unary{kRsqrt} }
func Recip() Unary      { return Unary{kRecip} }
func Sin() Unary        { return Unary{kSin} }
func Cos() Unary        { return Unary{kCos} }
func Tan() Unary        { return Unary{kTan} }
func Tanh() Unary       { return Unary{kTanh} }
func Sigmoid() Unary    { return Unary{kSigmoid} }
func Erf() Unary        { return Unary{kErf} }
func Log1p() Unary      { return Unary{kLog1p} }
func Expm1() Unary      { return Unary{kExpm1} }
func Softplus() Unary   { return Unary{kSoftplus} }
func LogSigmoid() Unary { return Unary{kLogSigmoid} }
func Not() Unary        { return Unary{kNot} }
func IsNaN() Unary      { return Unary{kIsNaN} }
func IsInf() Unary      { return Unary{kIsInf} }

func (o Unary) row() unaryRow {
	return [...]unaryRow{
		kNeg: {name: "neg", on: numbers, f: func(x float64) float64 { return -x }, int: func(x int64) int64 { return -x },
			vjp: func(b *ir.Builder, _, _, dy ir.Value) ir.Value { return b.Op1(Neg(), dy) }},
		kAbs: {name: "abs", on: numbers, f: math.Abs, int: func(x int64) int64 { return max(x, -x) },
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value { return b.Op1(Mul(), dy, b.Op1(Sign(), x)) }},
		kSign:  {name: "sign", on: numbers, f: sign, int: func(x int64) int64 { return min(max(x, -1), 1) }},
		kFloor: {name: "floor", on: floats, f: math.Floor},
		kCeil:  {name: "ceil", on: floats, f: math.Ceil},
		kRound: {name: "round", on: floats, f: math.RoundToEven},
		kTrunc: {name: "trunc", on: floats, f: math.Trunc},
		kExp: {name: "exp", on: floats, f: math.Exp,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value { return b.Op1(Mul(), dy, y) }},
		kLog: {name: "log", on: floats, f: math.Log, lo: 0.1, hi: 4,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value { return b.Op1(Div(), dy, x) }},
		kSqrt: {name: "sqrt", on: floats, f: math.Sqrt, lo: 0.1, hi: 4,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value { return b.Op1(Div(), scaled(b, dy, 0.5), y) }},
		kRsqrt: {name: "rsqrt", on: floats, f: func(x float64) float64 { return 1 / math.Sqrt(x) }, lo: 0.1, hi: 4,
			vjp: func(b *ir.Builder, x, y, dy ir.Value) ir.Value {
				return b.Op1(Mul(), scaled(b, dy, -0.5), b.Op1(Div(), y, x))
			}},
		kRecip: {name: "recip", on: floats, f: func(x float64) float64 { return 1 / x }, lo: 0.2, hi: 4,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value {
				return b.Op1(Neg(), b.Op1(Mul(), dy, b.Op1(Mul(), y, y)))
			}},
		kSin: {name: "sin", on: floats, f: math.Sin,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value { return b.Op1(Mul(), dy, b.Op1(Cos(), x)) }},
		kCos: {name: "cos", on: floats, f: math.Cos,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value {
				return b.Op1(Neg(), b.Op1(Mul(), dy, b.Op1(Sin(), x)))
			}},
		kTan: {name: "tan", on: floats, f: math.Tan, lo: -1.2, hi: 1.2,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value {
				return b.Op1(Mul(), dy, shifted(b, b.Op1(Mul(), y, y), 1))
			}},
		kTanh: {name: "tanh", on: floats, f: math.Tanh,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value {
				return b.Op1(Mul(), dy, b.Op1(Sub(), FullLike(b, 1, y), b.Op1(Mul(), y, y)))
			}},
		kSigmoid: {name: "sigmoid", on: floats, f: sigmoid,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value {
				return b.Op1(Mul(), dy, b.Op1(Mul(), y, b.Op1(Sub(), FullLike(b, 1, y), y)))
			}},
		kErf: {name: "erf", on: floats, f: math.Erf,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value {
				e := b.Op1(Exp(), b.Op1(Neg(), b.Op1(Mul(), x, x)))
				return b.Op1(Mul(), dy, scaled(b, e, 2/math.SqrtPi))
			}},
		kLog1p: {name: "log1p", on: floats, f: math.Log1p, lo: -0.9, hi: 3,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value { return b.Op1(Div(), dy, shifted(b, x, 1)) }},
		kExpm1: {name: "expm1", on: floats, f: math.Expm1,
			vjp: func(b *ir.Builder, _, y, dy ir.Value) ir.Value { return b.Op1(Mul(), dy, shifted(b, y, 1)) }},
		kSoftplus: {name: "softplus", on: floats, f: softplus,
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value { return b.Op1(Mul(), dy, b.Op1(Sigmoid(), x)) }},
		kLogSigmoid: {name: "log_sigmoid", on: floats, f: func(x float64) float64 { return -softplus(-x) },
			vjp: func(b *ir.Builder, x, _, dy ir.Value) ir.Value {
				return b.Op1(Mul(), dy, b.Op1(Sigmoid(), b.Op1(Neg(), x)))
			}},
		kNot:   {name: "not", on: bools, int: func(x int64) int64 { return 1 - x }},
		kIsNaN: {name: "is_nan", on: floats, test: math.IsNaN},
		kIsInf: {name: "is_inf", on: floats, test: func(x float64) bool { return math.IsInf(x, 0) }},
	}[o.k]
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

// softplus is log(1 + exp(x)).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
