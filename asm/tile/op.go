package tile

import "fmt"

// An Op is an opcode. Its row in ops says all there is to know of it.
type Op uint8

// The opcodes. Names in the text form are those of the table below.
const (
	Const  Op = iota // the immediate Imm, as the bits of an element of Type
	Load             // element of operand Arg
	Store            // writes A to operand Arg; yields nothing
	Phase            // ends a phase; yields nothing
	Cast             // A converted to Type; see the package's cast table
	Select           // A (bool) ? B : C
	RowIdx           // index of the row, i32, counted from Args.Row0
	ColIdx           // index of the column, i32, counted from Args.Col0
	Cols             // number of columns, as f32 or f64 or i32 or i64
	Add
	Sub
	Mul
	Div      // floats: quotient; ints: quotient rounded down, 0 for a divisor of 0
	FloorDiv // floats: floor(a/b); ints: as Div
	Mod      // a - b*floor(a/b), with the sign of b; ints: 0 for a divisor of 0
	Pow
	Min // NaN if either is; -0 < +0
	Max // likewise
	Fma // A*B + C, rounded once
	Neg
	Abs
	Sign // -1, 0 or 1 with the zero's sign; NaN for NaN
	Sqrt
	Rsqrt // 1/sqrt(x), each step rounded
	Recip // 1/x
	Exp
	Exp2
	Expm1
	Log
	Log2
	Log1p
	Sin
	Cos
	Tanh
	Sigmoid
	Erf
	Softplus // log(1 + e^x)
	Silu     // x*sigmoid(x); NaN at minus infinity, as the gelus
	Gelu     // x/2*(1 + erf(x/sqrt 2))
	GeluTanh // x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))
	Floor
	Ceil
	Trunc
	Round   // half to even
	Relu    // max(x, 0): NaN stays, -0 gives 0
	Uniform // i32, as 32 random bits, to f32 in [0, 1): float(A >> 8) * 2^-24
	Normal  // i32, as 32 random bits, to f32 of the normal distribution
	IsNaN
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	And
	Or
	Xor
	Not
	RedSum // sum of A over the columns of the row
	RedMax
	RedMin
	numOps
)

// sig is how an opcode's types go together.
type sig uint8

const (
	sigSpecial sig = iota // checked by Op
	sigSame               // operands and result have Type
	sigCompare            // operands have one type, the result is bool
	sigReduce             // as sigSame; the result is a row's scalar
	sigDraw               // the operand is i32, the result f32
)

type opInfo struct {
	name  string
	arity int
	sig   sig
}

var ops = [numOps]opInfo{
	Const:    {"const", 0, sigSpecial},
	Load:     {"load", 0, sigSpecial},
	Store:    {"store", 1, sigSpecial},
	Phase:    {"phase", 0, sigSpecial},
	Cast:     {"cast", 1, sigSpecial},
	Select:   {"select", 3, sigSpecial},
	RowIdx:   {"row", 0, sigSpecial},
	ColIdx:   {"col", 0, sigSpecial},
	Cols:     {"cols", 0, sigSpecial},
	Add:      {"add", 2, sigSame},
	Sub:      {"sub", 2, sigSame},
	Mul:      {"mul", 2, sigSame},
	Div:      {"div", 2, sigSame},
	FloorDiv: {"floordiv", 2, sigSame},
	Mod:      {"mod", 2, sigSame},
	Pow:      {"pow", 2, sigSame},
	Min:      {"min", 2, sigSame},
	Max:      {"max", 2, sigSame},
	Fma:      {"fma", 3, sigSame},
	Neg:      {"neg", 1, sigSame},
	Abs:      {"abs", 1, sigSame},
	Sign:     {"sign", 1, sigSame},
	Sqrt:     {"sqrt", 1, sigSame},
	Rsqrt:    {"rsqrt", 1, sigSame},
	Recip:    {"recip", 1, sigSame},
	Exp:      {"exp", 1, sigSame},
	Exp2:     {"exp2", 1, sigSame},
	Expm1:    {"expm1", 1, sigSame},
	Log:      {"log", 1, sigSame},
	Log2:     {"log2", 1, sigSame},
	Log1p:    {"log1p", 1, sigSame},
	Sin:      {"sin", 1, sigSame},
	Cos:      {"cos", 1, sigSame},
	Tanh:     {"tanh", 1, sigSame},
	Sigmoid:  {"sigmoid", 1, sigSame},
	Erf:      {"erf", 1, sigSame},
	Softplus: {"softplus", 1, sigSame},
	Silu:     {"silu", 1, sigSame},
	Gelu:     {"gelu", 1, sigSame},
	GeluTanh: {"gelu_tanh", 1, sigSame},
	Floor:    {"floor", 1, sigSame},
	Ceil:     {"ceil", 1, sigSame},
	Trunc:    {"trunc", 1, sigSame},
	Round:    {"round", 1, sigSame},
	Relu:     {"relu", 1, sigSame},
	Uniform:  {"uniform", 1, sigDraw},
	Normal:   {"normal", 1, sigDraw},
	IsNaN:    {"isnan", 1, sigCompare},
	Eq:       {"eq", 2, sigCompare},
	Ne:       {"ne", 2, sigCompare},
	Lt:       {"lt", 2, sigCompare},
	Le:       {"le", 2, sigCompare},
	Gt:       {"gt", 2, sigCompare},
	Ge:       {"ge", 2, sigCompare},
	And:      {"and", 2, sigSame},
	Or:       {"or", 2, sigSame},
	Xor:      {"xor", 2, sigSame},
	Not:      {"not", 1, sigSame},
	RedSum:   {"sum", 1, sigReduce},
	RedMax:   {"rowmax", 1, sigReduce},
	RedMin:   {"rowmin", 1, sigReduce},
}

// String gives the opcode's name in the text form.
func (o Op) String() string {
	if o >= numOps {
		return fmt.Sprintf("op(%d)", uint8(o))
	}
	return ops[o].name
}

// Arity is the number of values an opcode takes.
func (o Op) Arity() int { return ops[o].arity }

// IsReduction reports whether the opcode folds a row's columns to one scalar.
func (o Op) IsReduction() bool { return ops[o].sig == sigReduce }

// IsCompare reports whether the opcode compares values of one type and yields a bool.
func (o Op) IsCompare() bool { return ops[o].sig == sigCompare }

// IsDraw reports whether the opcode makes an f32 of the random bits of an i32.
func (o Op) IsDraw() bool { return ops[o].sig == sigDraw }

// Yields reports whether the opcode has a result.
func (o Op) Yields() bool { return o != Store && o != Phase }

// Ops lists every opcode, in the order of the constants.
func Ops() []Op {
	all := make([]Op, numOps)
	for i := range all {
		all[i] = Op(i)
	}
	return all
}

// ParseOp reads an opcode's name.
func ParseOp(s string) (Op, error) {
	for o := range numOps {
		if ops[o].name == s {
			return o, nil
		}
	}
	return 0, fmt.Errorf("unknown opcode %q", s)
}

// Supports reports whether op computes on values of type t.
func Supports(op Op, t DType) bool {
	return op < numOps && t < numTypes && kernels[op][t] != nil
}
