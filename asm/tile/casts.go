package tile

import (
	"math"
	"unsafe"
)

// casts has the conversions by source and target type. Floats to ints truncate and saturate, NaN gives 0; ints to
// narrower ints wrap; ints to floats round to nearest even, halves by way of f32; to bool is "is not 0" (NaN is not),
// from bool 0 or 1.
var casts = [numTypes][numTypes]kernel{
	F32:  fromFloat[float32](),
	F64:  fromFloat[float64](),
	F16:  fromHalf(f16ToF32),
	BF16: fromHalf(bf16ToF32),
	I32:  fromInt[int32](),
	I64:  fromInt[int64](),
	U8:   fromInt[uint8](),
	I8:   fromInt[int8](),
	Bool: fromBool(),
}

type anyInt interface{ int32 | int64 | uint8 | int8 }

func fromFloat[T float]() row {
	return row{
		F32:  un(func(x T) float32 { return float32(x) }),
		F64:  un(func(x T) float64 { return float64(x) }),
		F16:  un(func(x T) uint16 { return f32ToF16(float32(x)) }),
		BF16: un(func(x T) uint16 { return f32ToBF16(float32(x)) }),
		I32:  un(func(x T) int32 { return saturate[int32](float64(x)) }),
		I64:  un(func(x T) int64 { return saturate[int64](float64(x)) }),
		U8:   un(func(x T) uint8 { return saturate[uint8](float64(x)) }),
		I8:   un(func(x T) int8 { return saturate[int8](float64(x)) }),
		Bool: un(func(x T) bool { return x != 0 }),
	}
}

func fromHalf(widen func(uint16) float32) row {
	var r row
	for t, k := range fromFloat[float32]() {
		if k == nil {
			continue
		}
		r[t] = func(d, a, _, _ unsafe.Pointer, n int) {
			var wide [blockLen]float32
			for i, x := range unsafe.Slice((*uint16)(a), n) {
				wide[i] = widen(x)
			}
			k(d, unsafe.Pointer(&wide), nil, nil, n)
		}
	}
	return r
}

func fromInt[T anyInt]() row {
	return row{
		F32:  un(func(x T) float32 { return float32(x) }),
		F64:  un(func(x T) float64 { return float64(x) }),
		F16:  un(func(x T) uint16 { return f32ToF16(float32(x)) }),
		BF16: un(func(x T) uint16 { return f32ToBF16(float32(x)) }),
		I32:  un(func(x T) int32 { return int32(x) }),
		I64:  un(func(x T) int64 { return int64(x) }),
		U8:   un(func(x T) uint8 { return uint8(x) }),
		I8:   un(func(x T) int8 { return int8(x) }),
		Bool: un(func(x T) bool { return x != 0 }),
	}
}

// fromBool reads the byte 0 or 1 as a number.
func fromBool() row {
	r := fromInt[uint8]()
	r[Bool] = un(func(x uint8) uint8 { return x })
	return r
}

// saturate truncates x towards 0 into the range of T; NaN gives 0.
func saturate[T anyInt](x float64) T {
	bits := 8 * unsafe.Sizeof(T(0))
	lo, hi := -math.Ldexp(1, int(bits)-1), math.Ldexp(1, int(bits)-1)
	least, greatest := ^T(0)<<(bits-1), ^(^T(0) << (bits - 1))
	if unsigned := ^T(0) > 0; unsigned {
		lo, hi, least, greatest = 0, 2*hi, 0, ^T(0)
	}
	switch {
	case x != x:
		return 0
	case x <= lo:
		return least
	case x >= hi:
		return greatest
	}
	return T(x)
}
