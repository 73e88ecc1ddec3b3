package tensor

import "fmt"

// DType is the type of a tensor's elements. The zero DType is Invalid.
type DType uint8

// The element types. F16 and BF16 are storage: arithmetic happens in wider types. Bool is a byte, 0 or 1. Key is the key of
// a random stream, two 32-bit words.
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
	Key
	numDTypes
)

type dtypeRow struct {
	name  string
	size  int
	float bool
	int   bool
}

func (d DType) row() dtypeRow {
	return [...]dtypeRow{
		Invalid: {name: "invalid"},
		F32:     {name: "f32", size: 4, float: true},
		F64:     {name: "f64", size: 8, float: true},
		F16:     {name: "f16", size: 2, float: true},
		BF16:    {name: "bf16", size: 2, float: true},
		I32:     {name: "i32", size: 4, int: true},
		I64:     {name: "i64", size: 8, int: true},
		U8:      {name: "u8", size: 1, int: true},
		I8:      {name: "i8", size: 1, int: true},
		Bool:    {name: "bool", size: 1},
		Key:     {name: "key", size: 8},
	}[d]
}

// DTypes lists every valid dtype in the order of their constants.
func DTypes() []DType {
	all := make([]DType, 0, numDTypes-1)
	for d := Invalid + 1; d < numDTypes; d++ {
		all = append(all, d)
	}
	return all
}

// Valid reports whether d is one of the element types above.
func (d DType) Valid() bool { return d > Invalid && d < numDTypes }

// String is the name of d in the language: "f32", "bool", "key".
func (d DType) String() string {
	if d >= numDTypes {
		return fmt.Sprintf("dtype(%d)", uint8(d))
	}
	return d.row().name
}

// Size is the number of bytes of one element, 0 for Invalid.
func (d DType) Size() int {
	if d >= numDTypes {
		return 0
	}
	return d.row().size
}

// IsFloat reports whether d is F32, F64, F16 or BF16.
func (d DType) IsFloat() bool { return d < numDTypes && d.row().float }

// IsInt reports whether d is I32, I64, U8 or I8. Bool and Key are not.
func (d DType) IsInt() bool { return d < numDTypes && d.row().int }

// ParseDType is the inverse of String. It reports false for a name that is none.
func ParseDType(s string) (DType, bool) {
	for d := Invalid + 1; d < numDTypes; d++ {
		if d.row().name == s {
			return d, true
		}
	}
	return Invalid, false
}
