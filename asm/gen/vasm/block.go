package vasm

import "math"

// A V is a value of a Block: a vector of 32-bit lanes, or a mask that a comparison made.
type V int32

// An Op is an operation that a target prints as one instruction or a short fixed sequence.
type Op uint8

// The operations. Masks are what comparisons yield and Sel takes; they may live in registers of their own.
const (
	opInput  Op = iota // accumulator of this vector
	opConst            // all lanes are imm
	opMem              // the memory operand at this vector
	opShared           // register Imm, the same for all vectors, set up before
	FAdd               // a + b
	FSub
	FMul
	FDiv
	FSqrt
	FMA   // a*b + c
	FNMA  // c - a*b
	FMinX // x86: a < b ? a : b; the second operand if either is NaN or both are 0. NEON: IEEE minimum
	FMaxX // likewise
	FMaxN // AVX-512: IEEE maximumNumber: of a number and a NaN the number, +0 above -0
	FFix  // AVX-512: a with what the table b says in the place of its class: NaN, SNaN, 0, 1, -Inf, Inf, < 0, > 0
	And
	Or
	Xor
	AndNot // a &^ b
	IAdd
	ISub
	IMul // low 32 bits
	IMin
	IMax
	Shl // by imm
	Shr // logical
	Sar // arithmetic
	RoundEven
	Floor
	Ceil
	Trunc
	F2I   // truncates; out of range: x86 0x80000000, NEON saturates
	I2F   // nearest even
	Scale // AVX-512: a * 2^floor(b), rounded once
	FEq   // masks; false for NaN
	FLt
	FLe
	FNe    // true for NaN
	FUnord // x86: either is NaN
	IEq
	IGt
	Sel    // mask a ? b : c
	MAnd   // of masks
	MOr    // of masks
	MNot   // of a mask
	ToVec  // mask to all-ones lanes
	ToMask // sign bit of each lane to a mask
	numOps
)

var isMask = [numOps]bool{FEq: true, FLt: true, FLe: true, FNe: true, FUnord: true, IEq: true, IGt: true, MAnd: true, MOr: true, MNot: true, ToMask: true}

type node struct {
	op  Op
	in  [3]V
	n   int
	imm uint32
}

// Features is what a Block asks of its target to choose between forms of an operation.
type Features struct {
	IEEEMinMax bool // FMinX and FMaxX are IEEE minimum and maximum
	Scale      bool // there is Scale
	MaxN       bool // there is FMaxN
	Fix        bool // there is FFix
	Saturates  bool // F2I saturates and turns NaN to 0
}

// A Block records code. The zero V is no value.
type Block struct {
	Features
	nodes []node
}

// NewBlock begins a block for a target with the given features.
func NewBlock(f Features) *Block { return &Block{Features: f, nodes: make([]node, 1)} }

func (b *Block) add(op Op, imm uint32, in ...V) V {
	n := node{op: op, imm: imm, n: len(in)}
	copy(n.in[:], in)
	b.nodes = append(b.nodes, n)
	return V(len(b.nodes) - 1)
}

// Input is the accumulator of the vector. It is to be asked for once.
func (b *Block) Input() V { return b.add(opInput, 0) }

// Mem is the vector's part of memory operand k.
func (b *Block) Mem(k int) V { return b.add(opMem, uint32(k)) }

// Shared is physical register r, which holds the same for all vectors and is not written.
func (b *Block) Shared(r int) V { return b.add(opShared, uint32(r)) }

// U is a constant bit pattern. A pattern that was used before is the same value.
func (b *Block) U(bits uint32) V {
	for i, n := range b.nodes {
		if n.op == opConst && n.imm == bits {
			return V(i)
		}
	}
	return b.add(opConst, bits)
}

// F is the constant x, rounded to f32.
func (b *Block) F(x float64) V { return b.U(math.Float32bits(float32(x))) }

// I is an integer constant.
func (b *Block) I(x int32) V { return b.U(uint32(x)) }

// Op2 and its kin record an operation.
func (b *Block) Op2(op Op, x, y V) V { return b.add(op, 0, x, y) }

// Op1 records an operation of one operand.
func (b *Block) Op1(op Op, x V) V { return b.add(op, 0, x) }

func (b *Block) Add(x, y V) V             { return b.add(FAdd, 0, x, y) }      // x + y
func (b *Block) Sub(x, y V) V             { return b.add(FSub, 0, x, y) }      // x - y
func (b *Block) Mul(x, y V) V             { return b.add(FMul, 0, x, y) }      // x * y
func (b *Block) Div(x, y V) V             { return b.add(FDiv, 0, x, y) }      // x / y, exact
func (b *Block) Sqrt(x V) V               { return b.add(FSqrt, 0, x) }        // exact
func (b *Block) FMA(x, y, z V) V          { return b.add(FMA, 0, x, y, z) }    // x*y + z
func (b *Block) FNMA(x, y, z V) V         { return b.add(FNMA, 0, x, y, z) }   // z - x*y
func (b *Block) And(x, y V) V             { return b.add(And, 0, x, y) }       // bits
func (b *Block) Or(x, y V) V              { return b.add(Or, 0, x, y) }        // bits
func (b *Block) Xor(x, y V) V             { return b.add(Xor, 0, x, y) }       // bits
func (b *Block) AndNot(x, y V) V          { return b.add(AndNot, 0, x, y) }    // x &^ y
func (b *Block) Shl(x V, n int) V         { return b.add(Shl, uint32(n), x) }  // x << n
func (b *Block) Shr(x V, n int) V         { return b.add(Shr, uint32(n), x) }  // logical
func (b *Block) Sar(x V, n int) V         { return b.add(Sar, uint32(n), x) }  // arithmetic
func (b *Block) Sel(m, x, y V) V          { return b.add(Sel, 0, m, x, y) }    // m ? x : y
func (b *Block) Abs(x V) V                { return b.And(x, b.U(0x7fffffff)) } // |x|
func (b *Block) SignBit(x V) V            { return b.And(x, b.U(0x80000000)) } // -0 or 0
func (b *Block) Neg(x V) V                { return b.Xor(x, b.U(0x80000000)) } // -x
func (b *Block) IsNaN(x V) V              { return b.add(FNe, 0, x, x) }       // mask
func (b *Block) Lt(x, y V) V              { return b.add(FLt, 0, x, y) }       // mask
func (b *Block) Le(x, y V) V              { return b.add(FLe, 0, x, y) }       // mask
func (b *Block) Eq(x, y V) V              { return b.add(FEq, 0, x, y) }       // mask
func (b *Block) AtMost(x V, c float64) V  { return b.Op2(FMinX, b.F(c), x) }   // min(x, c); NaN stays; c is not 0
func (b *Block) AtLeast(x V, c float64) V { return b.Op2(FMaxX, b.F(c), x) }   // max(x, c); NaN stays; c is not 0

// Min is the IEEE minimum: NaN if either is, and -0 below +0.
func (b *Block) Min(x, y V) V {
	if b.IEEEMinMax {
		return b.Op2(FMinX, x, y)
	}
	// The second operand wins a tie and a NaN. Taken both ways, the bits differ only then: -0 | +0 is -0, and a NaN
	// with more bits set is a NaN.
	return b.Or(b.Op2(FMinX, x, y), b.Op2(FMinX, y, x))
}

// Max is the IEEE maximum: NaN if either is, and +0 above -0.
func (b *Block) Max(x, y V) V {
	if b.IEEEMinMax {
		return b.Op2(FMaxX, x, y)
	}
	return b.orNaN(b.Op2(FUnord, x, y), b.maxNumber(x, y))
}

// MaxApart is Max of what is not a zero each, of different signs.
func (b *Block) MaxApart(x, y V) V {
	if b.IEEEMinMax {
		return b.Op2(FMaxX, x, y)
	}
	return b.Or(b.Op2(FMaxX, x, y), b.Op2(FMaxX, y, x)) // as in Min
}

// orNaN is a NaN where the mask says so, else x. All ones are one, too: where masks are vectors they are joined on.
func (b *Block) orNaN(mask, x V) V {
	if b.MaxN {
		return b.Sel(mask, b.U(quietNaN), x)
	}
	return b.Or(x, b.Op1(ToVec, mask))
}

// quietNaN is what stands for a NaN found.
const quietNaN = 0x7fc00000

// maxNumber is Max on x86 where neither is NaN.
func (b *Block) maxNumber(x, y V) V {
	if b.MaxN {
		return b.Op2(FMaxN, x, y)
	}
	// The sign of the difference tells which it is, of zeros too: only -0 - +0 is negative. Inf - Inf is a tie.
	return b.Sel(b.Op1(ToMask, b.Sub(x, y)), y, x)
}

// reluTable is for FFix, four bits a class from the lowest on: 1 keeps the value, 2 makes a NaN quiet, 8 is +0.
const reluTable = 0x18181821

// Relu is max(x, 0): NaN stays, -0 gives 0.
func (b *Block) Relu(x V) V {
	if b.Fix {
		return b.Op2(FFix, x, b.U(reluTable))
	}
	y := b.Op2(FMaxX, b.F(0), x) // on x86 a tie gives x, which may be -0
	if b.IEEEMinMax {
		return y
	}
	return b.Abs(y)
}

// Sign is -1 or 1 with the sign of x; x itself if it is 0 or NaN.
func (b *Block) Sign(x V) V {
	one := b.Or(b.SignBit(x), b.F(1))
	return b.Sel(b.Lt(b.F(0), b.Abs(x)), one, x)
}

// ToInt truncates to i32 and saturates; NaN gives 0.
func (b *Block) ToInt(x V) V {
	i := b.Op1(F2I, x)
	if b.Saturates {
		return i
	}
	// Out of range is 0x80000000, which is right on the low side; its complement is right on the high one.
	i = b.Xor(i, b.Op1(ToVec, b.Le(b.F(1<<31), x)))
	return b.AndNot(i, b.Op1(ToVec, b.IsNaN(x)))
}

// MaxOf is Max over an even number of values, with the search for NaN apart from the comparisons.
func (b *Block) MaxOf(x []V) V {
	if b.IEEEMinMax {
		return b.maxOf(x)
	}
	// Unordered is what neither compares: one comparison looks at two values.
	nan := b.Op2(FUnord, x[0], x[1])
	for i := 2; i < len(x); i += 2 {
		nan = b.Op2(MOr, nan, b.Op2(FUnord, x[i], x[i+1]))
	}
	return b.orNaN(nan, b.maxOf(x))
}

func (b *Block) maxOf(x []V) V {
	if len(x) == 1 {
		return x[0]
	}
	y, z := b.maxOf(x[:len(x)/2]), b.maxOf(x[len(x)/2:])
	if b.IEEEMinMax {
		return b.Op2(FMaxX, y, z)
	}
	return b.maxNumber(y, z)
}
