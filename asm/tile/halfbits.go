package tile

// F16Bits rounds x to the nearest f16, ties to even.
func F16Bits(x float32) uint16 { return f32ToF16(x) }

// F16Float is the value of an f16.
func F16Float(bits uint16) float32 { return f16ToF32(bits) }
