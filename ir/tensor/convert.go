package tensor

import (
	"math"
	"unsafe"
)

// at is the address of element i; the slice expression checks the bounds.
func at[T Elem](t Tensor, i int) *T {
	var z T
	size := int(unsafe.Sizeof(z))
	return (*T)(unsafe.Pointer(unsafe.SliceData(t.data[i*size : (i+1)*size])))
}

// Float is element i (row major) as a float64: exact but for I64 and Key beyond 2^53. A bool is 0 or 1. It serves references
// and printing; fast code uses [Data]. It panics where there is no element i.
func (t Tensor) Float(i int) float64 {
	switch t.dt {
	case F32:
		return float64(*at[float32](t, i))
	case F64:
		return *at[float64](t, i)
	case F16:
		return at[Float16](t, i).Float64()
	case BF16:
		return at[BFloat16](t, i).Float64()
	}
	return float64(t.Int(i))
}

// SetFloat sets element i to v. Floats are rounded once, to nearest even. Integers drop the fraction and stop at the ends of
// their range, NaN gives 0. A bool is v != 0.
func (t Tensor) SetFloat(i int, v float64) {
	switch t.dt {
	case F32:
		*at[float32](t, i) = float32(v)
	case F64:
		*at[float64](t, i) = v
	case F16:
		*at[Float16](t, i) = ToFloat16(v)
	case BF16:
		*at[BFloat16](t, i) = ToBFloat16(v)
	case Bool:
		*at[bool](t, i) = v != 0
	default:
		t.SetInt(i, saturate(t.dt, v))
	}
}

// Int is element i as an int64. Floats drop the fraction and stop at the ends of the range, NaN gives 0. A key's first word is
// the lower half. It panics where there is no element i.
func (t Tensor) Int(i int) int64 {
	switch t.dt {
	case I32:
		return int64(*at[int32](t, i))
	case I64:
		return *at[int64](t, i)
	case U8:
		return int64(*at[uint8](t, i))
	case I8:
		return int64(*at[int8](t, i))
	case Bool:
		if *at[bool](t, i) {
			return 1
		}
		return 0
	case Key:
		k := *at[KeyElem](t, i)
		return int64(uint64(k[1])<<32 | uint64(k[0]))
	case Invalid:
		panic("tensor: an element of none or of a list")
	}
	return saturate(I64, t.Float(i))
}

// SetInt sets element i to v. Narrower integers keep the lower bits; floats are rounded to nearest even, the half types
// through float64; a bool is v != 0.
func (t Tensor) SetInt(i int, v int64) {
	switch t.dt {
	case F32:
		*at[float32](t, i) = float32(v)
	case I32:
		*at[int32](t, i) = int32(v)
	case I64:
		*at[int64](t, i) = v
	case U8:
		*at[uint8](t, i) = uint8(v)
	case I8:
		*at[int8](t, i) = int8(v)
	case Bool:
		*at[bool](t, i) = v != 0
	case Key:
		*at[KeyElem](t, i) = KeyElem{uint32(v), uint32(uint64(v) >> 32)}
	case Invalid:
		panic("tensor: an element of none or of a list")
	default: // F64, F16, BF16
		t.SetFloat(i, float64(v))
	}
}

// To returns a copy of t with elements converted to dt: integers to integers by SetInt, all else by SetFloat.
func (t Tensor) To(dt DType) Tensor {
	if dt == t.dt {
		return t.Clone()
	}
	r := New(dt, t.dims[:t.rank]...)
	whole := !t.dt.IsFloat()
	for i, n := 0, t.Len(); i < n; i++ {
		if whole {
			r.SetInt(i, t.Int(i))
		} else {
			r.SetFloat(i, t.Float(i))
		}
	}
	return r
}

// saturate drops the fraction of v and stops at the ends of dt's range. Go leaves the conversion of what does not fit to the
// machine, and results may not depend on that.
func saturate(dt DType, v float64) int64 {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	switch dt {
	case I32:
		lo, hi = math.MinInt32, math.MaxInt32
	case I8:
		lo, hi = math.MinInt8, math.MaxInt8
	case U8:
		lo, hi = 0, math.MaxUint8
	}
	switch {
	case v != v:
		return 0
	case v <= float64(lo):
		return lo
	case v >= float64(hi):
		return hi
	}
	return int64(v)
}
