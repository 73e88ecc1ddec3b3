package tensor

import "math"

// Float16 is an element of dtype F16: IEEE 754 binary16, 5 bits of exponent, 10 of mantissa.
type Float16 uint16

// BFloat16 is an element of dtype BF16: the upper half of a float32, 8 bits of exponent, 7 of mantissa.
type BFloat16 uint16

// ToFloat16 rounds v once, to nearest, ties to even. NaN stays NaN, what is too large becomes infinite.
func ToFloat16(v float64) Float16 { return Float16(narrow(v, 5, 10)) }

// ToBFloat16 rounds v once, to nearest, ties to even. NaN stays NaN, what is too large becomes infinite.
func ToBFloat16(v float64) BFloat16 { return BFloat16(narrow(v, 8, 7)) }

// Float64 is the exact value of h.
func (h Float16) Float64() float64 { return widen(uint16(h), 5, 10) }

// Float64 is the exact value of b.
func (b BFloat16) Float64() float64 { return float64(math.Float32frombits(uint32(b) << 16)) }

// narrow rounds v to a 16-bit float with the given numbers of exponent and mantissa bits. It works on the bits of the float64
// since rounding to float32 first would round twice.
func narrow(v float64, expBits, mantBits int) uint16 {
	bits := math.Float64bits(v)
	sign := uint16(bits>>63) << 15
	exp := int(bits >> 52 & 0x7ff)
	mant := bits & (1<<52 - 1)
	maxExp := 1<<expBits - 1
	inf := uint16(maxExp) << mantBits
	if exp == 0x7ff {
		if mant == 0 {
			return sign | inf
		}
		quiet := uint16(1) << (mantBits - 1)
		return sign | inf | quiet | uint16(mant>>(52-mantBits))
	}
	e := exp - 1023 + maxExp/2
	if e >= maxExp {
		return sign | inf
	}
	if e > 0 { // a carry out of the mantissa moves on into the exponent, and from the last one to infinity
		return sign | (uint16(e)<<mantBits + uint16(roundShift(mant, 52-mantBits)))
	}
	shift := 52 - mantBits + 1 - e
	if exp == 0 || shift > 54 {
		return sign // below half of the smallest subnormal
	}
	return sign | uint16(roundShift(mant|1<<52, shift))
}

// roundShift is m / 2^s, rounded to nearest, ties to even.
func roundShift(m uint64, s int) uint64 {
	q, rest, half := m>>s, m&(1<<s-1), uint64(1)<<(s-1)
	if rest > half || rest == half && q&1 == 1 {
		q++
	}
	return q
}

// widen is the value of a 16-bit float with the given numbers of exponent and mantissa bits.
func widen(b uint16, expBits, mantBits int) float64 {
	maxExp := 1<<expBits - 1
	exp := int(b>>mantBits) & maxExp
	mant := uint64(b) & (1<<mantBits - 1)
	sign := uint64(b>>15) << 63
	switch exp {
	case 0: // mant * 2^(1 - bias - mantBits) is exact in a float64
		v := math.Ldexp(float64(mant), 1-maxExp/2-mantBits)
		return math.Float64frombits(math.Float64bits(v) | sign)
	case maxExp:
		return math.Float64frombits(sign | 0x7ff<<52 | mant<<(52-mantBits))
	}
	return math.Float64frombits(sign | uint64(exp-maxExp/2+1023)<<52 | mant<<(52-mantBits))
}
