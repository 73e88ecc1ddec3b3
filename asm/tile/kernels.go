package tile

import (
	"math"
	"unsafe"
)

// A kernel computes n elements of d from those of a, b and c. Buffers do not overlap unless they are the same.
type kernel func(d, a, b, c unsafe.Pointer, n int)

type float interface{ float32 | float64 }
type signed interface{ int32 | int64 }
type number interface{ float | signed }

func un[T, R any](f func(T) R) kernel {
	return func(d, a, _, _ unsafe.Pointer, n int) {
		x, y := unsafe.Slice((*T)(a), n), unsafe.Slice((*R)(d), n)
		for i := range x {
			y[i] = f(x[i])
		}
	}
}

func bin[T, R any](f func(T, T) R) kernel {
	return func(d, a, b, _ unsafe.Pointer, n int) {
		x, y, z := unsafe.Slice((*T)(a), n), unsafe.Slice((*T)(b), n), unsafe.Slice((*R)(d), n)
		for i := range x {
			z[i] = f(x[i], y[i])
		}
	}
}

func tern[T any](f func(x, y, z T) T) kernel {
	return func(d, a, b, c unsafe.Pointer, n int) {
		x, y, z := unsafe.Slice((*T)(a), n), unsafe.Slice((*T)(b), n), unsafe.Slice((*T)(c), n)
		w := unsafe.Slice((*T)(d), n)
		for i := range x {
			w[i] = f(x[i], y[i], z[i])
		}
	}
}

func choose[T any](d, a, b, c unsafe.Pointer, n int) {
	cond, x, y := unsafe.Slice((*bool)(a), n), unsafe.Slice((*T)(b), n), unsafe.Slice((*T)(c), n)
	z := unsafe.Slice((*T)(d), n)
	for i := range cond {
		z[i] = y[i]
		if cond[i] {
			z[i] = x[i]
		}
	}
}

type row [numTypes]kernel

// floats makes a row of an f32 function computed in f64 and rounded once, and the f64 function itself.
func floats(f func(float64) float64) row {
	return row{
		F32: un(func(x float32) float32 { return float32(f(float64(x))) }),
		F64: un(f),
	}
}

// kernels has the plain Go meaning of each opcode by the type of its first operand (Select: its second, Cols: its
// result); nil where the opcode does not compute on that type. Const, Load, Store, Phase, Cast and the indices are
// the interpreter's own.
var kernels = [numOps]row{
	Select: {F32: choose[float32], F64: choose[float64], F16: choose[uint16], BF16: choose[uint16],
		I32: choose[int32], I64: choose[int64], U8: choose[uint8], I8: choose[int8], Bool: choose[bool]},
	Cols: {F32: nop, F64: nop, I32: nop, I64: nop},
	Add:  {F32: bin(add[float32]), F64: bin(add[float64]), I32: bin(add[int32]), I64: bin(add[int64])},
	Sub:  {F32: bin(sub[float32]), F64: bin(sub[float64]), I32: bin(sub[int32]), I64: bin(sub[int64])},
	Mul:  {F32: bin(mul[float32]), F64: bin(mul[float64]), I32: bin(mul[int32]), I64: bin(mul[int64])},
	Div:  {F32: bin(div[float32]), F64: bin(div[float64]), I32: bin(divInt[int32]), I64: bin(divInt[int64])},
	FloorDiv: {F32: bin(floorDiv[float32]), F64: bin(floorDiv[float64]),
		I32: bin(divInt[int32]), I64: bin(divInt[int64])},
	Mod:  {F32: bin(mod[float32]), F64: bin(mod[float64]), I32: bin(modInt[int32]), I64: bin(modInt[int64])},
	Pow:  {F32: bin(pow[float32]), F64: bin(pow[float64])},
	Min:  {F32: bin(minOf[float32]), F64: bin(minOf[float64]), I32: bin(minOf[int32]), I64: bin(minOf[int64])},
	Max:  {F32: bin(maxOf[float32]), F64: bin(maxOf[float64]), I32: bin(maxOf[int32]), I64: bin(maxOf[int64])},
	Fma:  {F32: tern(fma32), F64: tern(math.FMA)},
	Neg:  {F32: un(neg[float32]), F64: un(neg[float64]), I32: un(neg[int32]), I64: un(neg[int64])},
	Abs:  {F32: un(absFloat[float32]), F64: un(absFloat[float64]), I32: un(absInt[int32]), I64: un(absInt[int64])},
	Sign: {F32: un(sign[float32]), F64: un(sign[float64]), I32: un(sign[int32]), I64: un(sign[int64])},

	Sqrt:     floats(math.Sqrt), // f64 has over twice the digits of f32, so that rounding twice is rounding once
	Rsqrt:    {F32: un(rsqrt[float32]), F64: un(rsqrt[float64])},
	Recip:    {F32: un(recip[float32]), F64: un(recip[float64])},
	Exp:      floats(math.Exp),
	Exp2:     floats(math.Exp2),
	Expm1:    floats(math.Expm1),
	Log:      floats(math.Log),
	Log2:     floats(math.Log2),
	Log1p:    floats(math.Log1p),
	Sin:      floats(math.Sin),
	Cos:      floats(math.Cos),
	Tanh:     floats(math.Tanh),
	Sigmoid:  floats(sigmoid),
	Erf:      floats(math.Erf),
	Softplus: floats(softplus),
	Silu:     floats(silu),
	Gelu:     floats(gelu),
	GeluTanh: floats(geluTanh),
	Floor:    floats(math.Floor),
	Ceil:     floats(math.Ceil),
	Trunc:    floats(math.Trunc),
	Round:    floats(math.RoundToEven),
	Relu:     {F32: un(relu[float32]), F64: un(relu[float64]), I32: un(relu[int32]), I64: un(relu[int64])},
	Uniform:  {I32: un(uniform)},
	Normal:   {I32: un(normal)},
	IsNaN:    {F32: un(isNaN[float32]), F64: un(isNaN[float64])},

	Eq: {F32: bin(eq[float32]), F64: bin(eq[float64]), I32: bin(eq[int32]), I64: bin(eq[int64]),
		U8: bin(eq[uint8]), I8: bin(eq[int8]), Bool: bin(eq[bool])},
	Ne: {F32: bin(ne[float32]), F64: bin(ne[float64]), I32: bin(ne[int32]), I64: bin(ne[int64]),
		U8: bin(ne[uint8]), I8: bin(ne[int8]), Bool: bin(ne[bool])},
	Lt: {F32: bin(lt[float32]), F64: bin(lt[float64]), I32: bin(lt[int32]), I64: bin(lt[int64])},
	Le: {F32: bin(le[float32]), F64: bin(le[float64]), I32: bin(le[int32]), I64: bin(le[int64])},
	Gt: {F32: bin(gt[float32]), F64: bin(gt[float64]), I32: bin(gt[int32]), I64: bin(gt[int64])},
	Ge: {F32: bin(ge[float32]), F64: bin(ge[float64]), I32: bin(ge[int32]), I64: bin(ge[int64])},

	And: {I32: bin(and[int32]), I64: bin(and[int64]), U8: bin(and[uint8]), I8: bin(and[int8]), Bool: bin(and[uint8])},
	Or:  {I32: bin(or[int32]), I64: bin(or[int64]), U8: bin(or[uint8]), I8: bin(or[int8]), Bool: bin(or[uint8])},
	Xor: {I32: bin(xor[int32]), I64: bin(xor[int64]), U8: bin(xor[uint8]), I8: bin(xor[int8]), Bool: bin(xor[uint8])},
	Not: {I32: un(not[int32]), I64: un(not[int64]), U8: un(not[uint8]), I8: un(not[int8]), Bool: un(notBool)},

	RedSum: {F32: reduce(0, add[float32]), F64: reduce(0, add[float64]), I32: reduce(0, add[int32]), I64: reduce(0, add[int64])},
	RedMax: {F32: reduce(float32(math.Inf(-1)), maxOf[float32]), F64: reduce(math.Inf(-1), maxOf[float64]),
		I32: reduce(math.MinInt32, maxOf[int32]), I64: reduce(math.MinInt64, maxOf[int64])},
	RedMin: {F32: reduce(float32(math.Inf(1)), minOf[float32]), F64: reduce(math.Inf(1), minOf[float64]),
		I32: reduce(math.MaxInt32, minOf[int32]), I64: reduce(math.MaxInt64, minOf[int64])},
}

func nop(_, _, _, _ unsafe.Pointer, _ int) {}

// Lanes is the number of partial results of a reduction: element i of a row goes to lane i mod Lanes, and at the end
// lane j takes in lane j+16, then j+8, 4, 2, 1. Every implementation keeps to it, so that sums agree to the bit.
const Lanes = 32

// reduce makes the kernel of a reduction. d points to Lanes partial results. A call with n > 0 folds in n elements
// of a, the first of which has column number c mod Lanes = 0; one with n = 0 sets the lanes to the identity; one with
// n < 0 folds them into lane 0.
func reduce[T any](identity T, f func(T, T) T) kernel {
	return func(d, a, _, _ unsafe.Pointer, n int) {
		lanes := unsafe.Slice((*T)(d), Lanes)
		if n == 0 {
			for i := range lanes {
				lanes[i] = identity
			}
		}
		if n < 0 {
			for w := Lanes / 2; w > 0; w /= 2 {
				for i := range w {
					lanes[i] = f(lanes[i], lanes[i+w])
				}
			}
			return
		}
		for i, x := range unsafe.Slice((*T)(a), n) {
			lanes[i%Lanes] = f(lanes[i%Lanes], x)
		}
	}
}
