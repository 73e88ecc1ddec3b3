package tile

import "fmt"

// A DType is the type of an operand's elements and of a program's values.
type DType uint8

// The element types. F16 and BF16 are storage: they are loaded, stored and cast. Bool is one byte, 0 or 1.
const (
	Invalid DType = iota
	F32
	F64
	F16
	BF16
	I32
	I64
	U8
	I8
	Bool
	numTypes
)

var typeInfo = [numTypes]struct {
	name string
	size int
}{
	Invalid: {"invalid", 0},
	F32:     {"f32", 4},
	F64:     {"f64", 8},
	F16:     {"f16", 2},
	BF16:    {"bf16", 2},
	I32:     {"i32", 4},
	I64:     {"i64", 8},
	U8:      {"u8", 1},
	I8:      {"i8", 1},
	Bool:    {"bool", 1},
}

// String gives the name that ParseDType reads.
func (t DType) String() string {
	if t >= numTypes {
		return fmt.Sprintf("dtype(%d)", uint8(t))
	}
	return typeInfo[t].name
}

// Size is the number of bytes of an element, 0 for a type that is not one of the constants.
func (t DType) Size() int {
	if t >= numTypes {
		return 0
	}
	return typeInfo[t].size
}

// ParseDType reads the name of an element type.
func ParseDType(s string) (DType, error) {
	for t := F32; t < numTypes; t++ {
		if typeInfo[t].name == s {
			return t, nil
		}
	}
	return Invalid, fmt.Errorf("unknown element type %q", s)
}
