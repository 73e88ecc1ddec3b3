package asm

import "fmt"

// An ISA is an instruction set that rows are written for.
type ISA uint8

// The instruction sets.
const (
	Generic ISA = iota // plain Go
	AVX2               // x86-64-v3: AVX2, FMA, BMI2
	AVX512             // x86-64-v4: F, CD, BW, DQ, VL
	NEON               // arm64
	numISAs
)

var isaNames = [numISAs]string{"generic", "avx2", "avx512", "neon"}

// String gives the name that ParseISA and NNC_ISA read.
func (i ISA) String() string {
	if i >= numISAs {
		return fmt.Sprintf("isa(%d)", uint8(i))
	}
	return isaNames[i]
}

// belongs reports whether programs for the GOARCH may have rows of i.
func (i ISA) belongs(arch string) bool {
	switch i {
	case AVX2, AVX512:
		return arch == "amd64"
	case NEON:
		return arch == "arm64"
	}
	return true
}

// ParseISA reads the name of an instruction set.
func ParseISA(s string) (ISA, error) {
	for i, name := range isaNames {
		if name == s {
			return ISA(i), nil
		}
	}
	return Generic, fmt.Errorf("unknown instruction set %q: want generic, avx2, avx512 or neon", s)
}
