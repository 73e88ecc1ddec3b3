package main

import (
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A tapeOp is a handler, or one for each entry of kinds: the accumulator becomes body of itself and the operands.
// A letter is where an operand is: t a tensor, s a scalar in memory, i an immediate, m a temporary. The handler's name
// is the op's, a slash and the letters.
type tapeOp struct {
	name  string
	kinds []string
	body  func(b *vasm.Block, acc vasm.V, in []vasm.V) vasm.V
	near  unaryBody // if set: quicker, with the same bits where |x| < under
	under float32
}

var (
	noKinds   = []string{""}
	oneKind   = []string{"t", "s", "i", "m"}
	tempKind  = []string{"m"}
	pairKinds = []string{"tt", "ts", "ti", "tm", "st", "ss", "si", "sm", "it", "is", "ii", "im", "mt", "ms", "mi", "mm"}
)

type (
	unaryBody  = func(b *vasm.Block, x vasm.V) vasm.V
	binaryBody = func(b *vasm.Block, x, y vasm.V) vasm.V
)

func unary(name string, f unaryBody) tapeOp {
	return tapeOp{name: name, kinds: noKinds, body: func(b *vasm.Block, x vasm.V, _ []vasm.V) vasm.V { return f(b, x) }}
}

// angle is a function of an angle, which is seldom far from 0.
func angle(name string, f, near unaryBody) tapeOp {
	op := unary(name, f)
	op.near, op.under = near, vasm.TrigNear
	return op
}

func binary(name string, f binaryBody) tapeOp {
	return tapeOp{name: name, kinds: oneKind, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V { return f(b, x, in[0]) }}
}

// reversed has the accumulator as the second operand; its name begins with r.
func reversed(name string, f binaryBody) tapeOp {
	return tapeOp{name: "r" + name, kinds: oneKind, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V { return f(b, in[0], x) }}
}

// rare is a long body: its operand is always brought to a temporary.
func rare(name string, f binaryBody) tapeOp {
	op := binary(name, f)
	op.kinds = tempKind
	return op
}

// both has two operands and leaves the accumulator alone until it takes the result: a load less.
func both(name string, f binaryBody) tapeOp {
	return tapeOp{name: name + "2", kinds: pairKinds, body: func(b *vasm.Block, _ vasm.V, in []vasm.V) vasm.V { return f(b, in[0], in[1]) }}
}

func lane(op vasm.Op) binaryBody {
	return func(b *vasm.Block, x, y vasm.V) vasm.V { return b.Op2(op, x, y) }
}

func lane1(op vasm.Op) unaryBody {
	return func(b *vasm.Block, x vasm.V) vasm.V { return b.Op1(op, x) }
}

// tapeOps lists the handlers that compute. Comparisons leave lanes of all ones or zeros.
func tapeOps() []tapeOp {
	ops := []tapeOp{
		{name: "ld", kinds: oneKind, body: func(_ *vasm.Block, _ vasm.V, in []vasm.V) vasm.V { return in[0] }},
		{name: "fma", kinds: pairKinds, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V { return b.FMA(x, in[0], in[1]) }},
		{name: "fmaadd", kinds: pairKinds, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V { return b.FMA(in[0], in[1], x) }},
		{name: "sel", kinds: pairKinds, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V {
			return b.Sel(b.Op1(vasm.ToMask, x), in[0], in[1])
		}},
		{name: "selyes", kinds: []string{"mm", "mt", "ms", "mi"}, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V {
			return b.Sel(b.Op1(vasm.ToMask, in[0]), x, in[1])
		}},
		{name: "selno", kinds: []string{"mm", "mt", "ms", "mi"}, body: func(b *vasm.Block, x vasm.V, in []vasm.V) vasm.V {
			return b.Sel(b.Op1(vasm.ToMask, in[0]), in[1], x)
		}},
	}
	return append(append(append(ops, tapeBinaries()...), tapeInts()...), tapeUnaries()...)
}

func tapeBinaries() []tapeOp {
	return []tapeOp{
		both("add", (*vasm.Block).Add),
		both("sub", (*vasm.Block).Sub),
		both("mul", (*vasm.Block).Mul),
		binary("add", (*vasm.Block).Add),
		binary("mul", (*vasm.Block).Mul),
		binary("sub", (*vasm.Block).Sub),
		reversed("sub", (*vasm.Block).Sub),
		binary("div", (*vasm.Block).Div),
		reversed("div", (*vasm.Block).Div),
		binary("min", (*vasm.Block).Min),
		binary("max", (*vasm.Block).Max),
		// Which of two zeros or with a NaN the result is, tape_facts.go knows to be right: the accumulator, or what is no tie.
		binary("minacc", func(b *vasm.Block, x, y vasm.V) vasm.V { return b.Op2(vasm.FMinX, y, x) }),
		binary("maxacc", func(b *vasm.Block, x, y vasm.V) vasm.V { return b.Op2(vasm.FMaxX, y, x) }),
		binary("maxapart", (*vasm.Block).MaxApart),
		binary("eq", (*vasm.Block).Eq),
		binary("ne", lane(vasm.FNe)),
		binary("lt", (*vasm.Block).Lt),
		binary("le", (*vasm.Block).Le),
		reversed("lt", (*vasm.Block).Lt),
		reversed("le", (*vasm.Block).Le),
		binary("and", (*vasm.Block).And),
		binary("or", (*vasm.Block).Or),
		binary("xor", (*vasm.Block).Xor),
		rare("pow", (*vasm.Block).Pow),
		rare("floordiv", func(b *vasm.Block, x, y vasm.V) vasm.V { return b.Op1(vasm.Floor, b.Div(x, y)) }),
	}
}

func tapeInts() []tapeOp {
	return []tapeOp{
		binary("iadd", lane(vasm.IAdd)),
		binary("imul", lane(vasm.IMul)),
		binary("isub", lane(vasm.ISub)),
		reversed("isub", lane(vasm.ISub)),
		binary("imin", lane(vasm.IMin)),
		binary("imax", lane(vasm.IMax)),
		rare("idiv", (*vasm.Block).IDiv),
		rare("imod", (*vasm.Block).IMod),
		binary("ieq", lane(vasm.IEq)),
		binary("igt", lane(vasm.IGt)),
		reversed("igt", lane(vasm.IGt)),
	}
}

func tapeUnaries() []tapeOp {
	return []tapeOp{
		unary("neg", (*vasm.Block).Neg),
		unary("abs", (*vasm.Block).Abs),
		unary("sign", (*vasm.Block).Sign),
		unary("relu", (*vasm.Block).Relu),
		unary("reluz", func(b *vasm.Block, x vasm.V) vasm.V { return b.Op2(vasm.FMaxX, b.F(0), x) }), // may leave -0
		unary("sqrt", (*vasm.Block).Sqrt),
		unary("rsqrt", func(b *vasm.Block, x vasm.V) vasm.V { return b.Div(b.F(1), b.Sqrt(x)) }),
		unary("recip", func(b *vasm.Block, x vasm.V) vasm.V { return b.Div(b.F(1), x) }),
		unary("exp", (*vasm.Block).Exp),
		unary("exp2", (*vasm.Block).Exp2),
		unary("expm1", (*vasm.Block).Expm1),
		unary("log", (*vasm.Block).Log),
		unary("log2", (*vasm.Block).Log2),
		unary("log1p", (*vasm.Block).Log1p),
		unary("tanh", (*vasm.Block).Tanh),
		unary("sigmoid", (*vasm.Block).Sigmoid),
		unary("softplus", (*vasm.Block).Softplus),
		unary("silu", (*vasm.Block).Silu),
		unary("gelu_tanh", (*vasm.Block).GeluTanh),
		unary("gelu", (*vasm.Block).Gelu),
		unary("erf", (*vasm.Block).Erf),
		angle("sin", (*vasm.Block).Sin, (*vasm.Block).SinNear),
		angle("cos", (*vasm.Block).Cos, (*vasm.Block).CosNear),
		unary("uniform", (*vasm.Block).Uniform),
		unary("normal", (*vasm.Block).Normal),
		unary("floor", lane1(vasm.Floor)),
		unary("ceil", lane1(vasm.Ceil)),
		unary("trunc", lane1(vasm.Trunc)),
		unary("round", lane1(vasm.RoundEven)),
		unary("isnan", (*vasm.Block).IsNaN),
		unary("not", func(b *vasm.Block, x vasm.V) vasm.V { return b.Xor(x, b.U(0xffffffff)) }),
		unary("ineg", func(b *vasm.Block, x vasm.V) vasm.V { return b.Op2(vasm.ISub, b.U(0), x) }),
		unary("iabs", func(b *vasm.Block, x vasm.V) vasm.V { return b.Op2(vasm.IMax, x, b.Op2(vasm.ISub, b.U(0), x)) }),
		unary("f2i", (*vasm.Block).ToInt),
		unary("i2f", lane1(vasm.I2F)),
		unary("h2f", (*vasm.Block).FromF16),
		unary("f2h", (*vasm.Block).ToF16),
		unary("bf2f", (*vasm.Block).FromBF16),
		unary("f2bf", (*vasm.Block).ToBF16),
		unary("sext8", func(b *vasm.Block, x vasm.V) vasm.V { return b.Sar(b.Shl(x, 24), 24) }),
	}
}

// A tapeReduction folds accumulators into 32 lanes. Where the order does not show in the bits, tree folds the eight
// accumulators into one beforehand, which is then folded into the first lanes; else element i goes to lane i mod 32.
type tapeReduction struct {
	name string
	body binaryBody
	tree func(b *vasm.Block, x []vasm.V) vasm.V
}

func tapeReductions() []tapeReduction {
	return []tapeReduction{
		{"sum", (*vasm.Block).Add, nil},
		{"rowmax", (*vasm.Block).Max, (*vasm.Block).MaxOf},
		{"rowmin", (*vasm.Block).Min, pairwise((*vasm.Block).Min)},
		{"isum", lane(vasm.IAdd), pairwise(lane(vasm.IAdd))},
		{"irowmax", lane(vasm.IMax), pairwise(lane(vasm.IMax))},
		{"irowmin", lane(vasm.IMin), pairwise(lane(vasm.IMin))},
	}
}

// pairwise folds as a tree, depth first, so that few values are alive at a time.
func pairwise(f binaryBody) func(b *vasm.Block, x []vasm.V) vasm.V {
	var fold func(b *vasm.Block, x []vasm.V) vasm.V
	fold = func(b *vasm.Block, x []vasm.V) vasm.V {
		if len(x) == 1 {
			return x[0]
		}
		h := len(x) / 2
		return f(b, fold(b, x[:h]), fold(b, x[h:]))
	}
	return fold
}
