package asm

import "strings"

// Features is a set of what a CPU can do, or of what a kernel needs.
type Features uint32

// The features that rows ask for.
const (
	HasAVX2 Features = 1 << iota
	HasFMA
	HasBMI2
	HasF16C
	HasAVXVNNI
	HasAVX512F
	HasAVX512CD
	HasAVX512BW
	HasAVX512DQ
	HasAVX512VL
	HasAVX512VNNI
	HasAMXInt8 // tiles and their products of bytes, which the system lets the process use
	HasASIMD
	HasDotProd
	HasFP16
	numFeatures = iota
)

// AVX2Base and AVX512Base are what all rows of the two instruction sets may use; NEONBase likewise.
const (
	AVX2Base   = HasAVX2 | HasFMA | HasBMI2
	AVX512Base = AVX2Base | HasAVX512F | HasAVX512CD | HasAVX512BW | HasAVX512DQ | HasAVX512VL
	NEONBase   = HasASIMD
)

const avx512All = HasAVX512F | HasAVX512CD | HasAVX512BW | HasAVX512DQ | HasAVX512VL | HasAVX512VNNI | HasAMXInt8

var featureNames = [numFeatures]string{
	"AVX2", "FMA3", "BMI2", "F16C", "AVXVNNI", "AVX512F", "AVX512CD", "AVX512BW", "AVX512DQ", "AVX512VL", "AVX512VNNI", "AMXINT8",
	"ASIMD", "ASIMDDP", "ASIMDHP",
}

// Has reports whether f has all of g.
func (f Features) Has(g Features) bool { return f&g == g }

// Names lists the set in a fixed order.
func (f Features) Names() []string {
	var names []string
	for i, name := range featureNames {
		if f.Has(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// String joins the names by commas.
func (f Features) String() string { return strings.Join(f.Names(), ",") }

// best is the widest instruction set that f carries.
func (f Features) best() ISA {
	switch {
	case f.Has(AVX512Base):
		return AVX512
	case f.Has(AVX2Base):
		return AVX2
	case f.Has(NEONBase):
		return NEON
	}
	return Generic
}

// limit takes away what rows wider than isa would need.
func (f Features) limit(isa ISA) Features {
	switch isa {
	case Generic:
		return 0
	case AVX2:
		return f &^ avx512All
	}
	return f
}

// base is what every row of isa may need.
func base(isa ISA) Features {
	switch isa {
	case AVX2:
		return AVX2Base
	case AVX512:
		return AVX512Base
	case NEON:
		return NEONBase
	}
	return 0
}
