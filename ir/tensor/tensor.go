package tensor

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"
)

// MaxRank is the largest number of axes of a tensor.
const MaxRank = 8

// align is what New gives: a cache line, so that no vector of a fresh tensor straddles two. Kernels need only the element's own
// alignment.
const align = 64

// Tensor is a dense, row-major view of elements of one dtype, or a list of tensors. The zero Tensor is "none": no dtype, no
// elements. Tensors are passed by value; Of, Raw, Reshape, Slice0 and Resize share memory, New, Clone and To do not.
type Tensor struct {
	dt    DType
	rank  int8
	list  bool
	dims  [MaxRank]int
	data  []byte
	elems []Tensor
}

// New returns a tensor of zeros, aligned to 64 bytes from 64 bytes on and to 8 below. Without dims it is a scalar. It panics
// where dt is invalid or dims are negative, too many, or too large for memory to address. [TryNew] returns an error instead.
func New(dt DType, dims ...int) Tensor {
	t, err := TryNew(dt, dims...)
	if err != nil {
		panic(err)
	}
	return t
}

// TryNew is [New] with an error where New panics.
func TryNew(dt DType, dims ...int) (Tensor, error) {
	t, n, err := shaped(dt, dims)
	if err != nil {
		return Tensor{}, err
	}
	t.data = alloc(n * dt.Size())
	return t, nil
}

// Raw returns a tensor over b, elements in the byte order of the machine, without a copy unless b is misaligned for dt. It
// panics where dims are wrong (as New) or do not fit len(b). [FromBytes] returns an error instead.
func Raw(dt DType, b []byte, dims ...int) Tensor {
	t, err := FromBytes(dt, b, dims...)
	if err != nil {
		panic(err)
	}
	return t
}

// FromBytes is [Raw] with an error where Raw panics. Without dims it is a scalar. A byte of a Bool that is neither 0 nor 1 is
// the caller's to refuse: see [CheckBools].
func FromBytes(dt DType, b []byte, dims ...int) (Tensor, error) {
	t, n, err := shaped(dt, dims)
	if err != nil {
		return Tensor{}, err
	}
	if n*dt.Size() != len(b) {
		return Tensor{}, fmt.Errorf("tensor: %d bytes do not fill %v%s (%d)", len(b), dt, dimString(dims), n*dt.Size())
	}
	if uintptr(unsafe.Pointer(unsafe.SliceData(b)))%uintptr(elemAlign(dt)) != 0 {
		c := alloc(len(b))
		copy(c, b)
		b = c
	}
	t.data = b
	return t, nil
}

// CheckBools returns the index of the first byte of b that is neither 0 nor 1, or -1. Go's bool may hold nothing else, so readers
// of files ask before they make a Bool tensor.
func CheckBools(b []byte) int {
	for i, v := range b {
		if v > 1 {
			return i
		}
	}
	return -1
}

// List returns a list of tensors. It keeps elems.
func List(elems ...Tensor) Tensor { return Tensor{list: true, elems: elems} }

// IsList reports whether t is a list.
func (t Tensor) IsList() bool { return t.list }

// Elems are the tensors of a list, nil for a tensor. The slice is the list's own.
func (t Tensor) Elems() []Tensor { return t.elems }

// IsZero reports whether t is the zero Tensor, "none".
func (t Tensor) IsZero() bool { return t.dt == Invalid && !t.list }

// DType is the dtype of the elements; Invalid for a list and for none.
func (t Tensor) DType() DType { return t.dt }

// Rank is the number of axes.
func (t Tensor) Rank() int { return int(t.rank) }

// Dim is the length of axis i; negative i count from the end. It panics where there is no such axis.
func (t Tensor) Dim(i int) int {
	if i < 0 {
		i += int(t.rank)
	}
	return t.dims[:t.rank][i]
}

// Dims is a fresh slice of the lengths of all axes.
func (t Tensor) Dims() []int { return append([]int{}, t.dims[:t.rank]...) }

// HasDims reports whether the dims of t are exactly these.
func (t Tensor) HasDims(dims ...int) bool {
	if len(dims) != int(t.rank) {
		return false
	}
	for i, d := range dims {
		if t.dims[i] != d {
			return false
		}
	}
	return true
}

// SameDims reports whether t and u have equal dims. Dtypes may differ.
func (t Tensor) SameDims(u Tensor) bool { return t.HasDims(u.dims[:u.rank]...) }

// Len is the number of elements: the product of the dims, 1 for a scalar, 0 for none. For a list it is the number of tensors.
func (t Tensor) Len() int {
	if t.list {
		return len(t.elems)
	}
	if t.dt == Invalid {
		return 0
	}
	return len(t.data) / t.dt.Size()
}

// Bytes are the elements as they lie in memory, shared with t. Its capacity is how far t may be resized.
func (t Tensor) Bytes() []byte { return t.data }

// shaped checks dtype and dims and returns a tensor that lacks only its data, and the number of its elements.
func shaped(dt DType, dims []int) (Tensor, int, error) {
	if !dt.Valid() {
		return Tensor{}, 0, fmt.Errorf("tensor: %v is no dtype", dt)
	}
	if len(dims) > MaxRank {
		return Tensor{}, 0, fmt.Errorf("tensor: rank %d is over the limit of %d", len(dims), MaxRank)
	}
	n, err := product(dims, dt.Size())
	if err != nil {
		return Tensor{}, 0, err
	}
	t := Tensor{dt: dt, rank: int8(len(dims))}
	copy(t.dims[:], dims)
	return t, n, nil
}

// product multiplies dims; an error says which is negative or that size times the product leaves int. Zeros do not hide an
// overflow of the others.
func product(dims []int, size int) (int, error) {
	n, empty := uint64(size), false
	for i, d := range dims {
		if d < 0 {
			return 0, fmt.Errorf("tensor: dim %d of %s is negative", i, dimString(dims))
		}
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("tensor: dims %s pass the address space", dimString(dims))
		}
		n = lo
	}
	if empty {
		return 0, nil
	}
	return int(n) / size, nil
}

func rank1(dt DType, b []byte, n int) Tensor {
	t := Tensor{dt: dt, rank: 1, data: b}
	t.dims[0] = n
	return t
}

func elemAlign(dt DType) int {
	if dt == Key {
		return 4
	}
	return dt.Size()
}

// alloc returns n zero bytes at a multiple of 8, from 64 bytes on of 64. Words, not bytes, are made, since the allocator packs
// small byte slices at any address.
func alloc(n int) []byte {
	if n == 0 {
		return nil
	}
	extra := 0
	if n >= align {
		extra = align / 8
	}
	words := make([]uint64, n/8+1+extra)
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)
	skip := 0
	if extra > 0 {
		skip = int(-uintptr(unsafe.Pointer(unsafe.SliceData(all))) % align)
	}
	return all[skip : skip+n : skip+n]
}
