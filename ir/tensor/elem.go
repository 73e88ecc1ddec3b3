package tensor

import (
	"fmt"
	"unsafe"
)

// KeyElem is one element of a tensor of dtype [Key].
type KeyElem [2]uint32

// Elem is a Go type that stands for a dtype: float32 is F32, [Float16] is F16, [KeyElem] is Key.
type Elem interface {
	float32 | float64 | Float16 | BFloat16 | int32 | int64 | uint8 | int8 | bool | KeyElem
}

// DTypeOf is the dtype that the Go type T stands for.
func DTypeOf[T Elem]() DType {
	var z T
	switch any(z).(type) {
	case float32:
		return F32
	case float64:
		return F64
	case Float16:
		return F16
	case BFloat16:
		return BF16
	case int32:
		return I32
	case int64:
		return I64
	case uint8:
		return U8
	case int8:
		return I8
	case bool:
		return Bool
	case KeyElem:
		return Key
	}
	return Invalid
}

// Of returns a tensor over data, without a copy: who writes to one changes the other. With no dims it has rank 1, whatever the
// length of data; [Scalar] makes rank 0.
//
// It panics where dims are negative, more than MaxRank, or do not multiply to len(data). [TryOf] returns an error instead.
func Of[T Elem](data []T, dims ...int) Tensor {
	t, err := TryOf(data, dims...)
	if err != nil {
		panic(err)
	}
	return t
}

// TryOf is [Of] with an error where Of panics.
func TryOf[T Elem](data []T, dims ...int) (Tensor, error) {
	if len(dims) == 0 {
		return rank1(DTypeOf[T](), elemBytes(data), len(data)), nil
	}
	t, n, err := shaped(DTypeOf[T](), dims)
	if err != nil {
		return Tensor{}, err
	}
	if n != len(data) {
		return Tensor{}, fmt.Errorf("tensor: %d elements do not fill %v%s (%d)", len(data), t.dt, dimString(dims), n)
	}
	t.data = elemBytes(data)
	return t, nil
}

// Scalar returns a new tensor of rank 0 that holds v.
func Scalar[T Elem](v T) Tensor {
	t := New(DTypeOf[T]())
	Data[T](t)[0] = v
	return t
}

// Data returns the elements of t without a copy, row major, or nil if the dtype of t is not that of T or t is a list. The
// elements of an empty tensor are an empty slice, not nil.
func Data[T Elem](t Tensor) []T {
	if t.list || t.dt == Invalid || t.dt != DTypeOf[T]() {
		return nil
	}
	if len(t.data) == 0 {
		return []T{}
	}
	var z T
	size := int(unsafe.Sizeof(z))
	all := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.data))), cap(t.data)/size)
	return all[:len(t.data)/size]
}

// elemBytes views data as bytes; the capacity comes along.
func elemBytes[T Elem](data []T) []byte {
	if cap(data) == 0 {
		return nil
	}
	size := int(unsafe.Sizeof(data[:1][0]))
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), cap(data)*size)
	return all[:len(data)*size]
}
