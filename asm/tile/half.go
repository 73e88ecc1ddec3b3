package tile

import "math"

// Widen16 is an element of F16 or BF16 as f32.
func Widen16(t DType, h uint16) float32 {
	if t == BF16 {
		return bf16ToF32(h)
	}
	return f16ToF32(h)
}

// f16ToF32 widens an IEEE half; every half is an f32.
func f16ToF32(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10)&31, uint32(h)&1023
	switch exp {
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	case 0:
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(f))
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// f32ToF16 rounds to nearest even; what is too great becomes an infinity.
func f32ToF16(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	abs := bits & 0x7fffffff
	switch {
	case abs > 255<<23:
		return sign | 0x7e00
	case abs >= 0x477ff000: // 65520, half way from the greatest half to the next
		return sign | 0x7c00
	case abs < 0x38800000: // below 2^-14 halves are multiples of 2^-24
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(abs))*(1<<24)))
	}
	abs += 0xfff + abs>>13&1
	return sign | uint16(abs>>13-112<<10)
}

// bf16ToF32 widens a bfloat16, the upper half of an f32.
func bf16ToF32(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// f32ToBF16 rounds to nearest even.
func f32ToBF16(f float32) uint16 {
	bits := math.Float32bits(f)
	if f != f {
		return uint16(bits>>16) | 0x40
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}
