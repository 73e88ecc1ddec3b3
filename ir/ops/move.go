package ops

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// place says where the elements of a block lie in a tensor: the first one, and the step in elements along each axis.
type place struct {
	off int
	str []int
}

// whole is the place of all elements of a row-major tensor with these dims.
func whole(dims []int) place {
	p := place{str: make([]int, len(dims))}
	n := 1
	for i := len(dims) - 1; i >= 0; i-- {
		p.str[i] = n
		n *= dims[i]
	}
	return p
}

// move copies a block of the given dims from its place in src to its place in dst, whose dtype is the same.
func move(dst, src tensor.Tensor, dims []int, d, s place) {
	switch dst.DType().Size() {
	case 1:
		moveWords(words[uint8](dst), words[uint8](src), dims, d, s)
	case 2:
		moveWords(words[uint16](dst), words[uint16](src), dims, d, s)
	case 4:
		moveWords(words[uint32](dst), words[uint32](src), dims, d, s)
	case 8:
		if dst.DType() == tensor.Key { // two words, aligned as such
			moveWords(words[tensor.KeyElem](dst), words[tensor.KeyElem](src), dims, d, s)
			return
		}
		moveWords(words[uint64](dst), words[uint64](src), dims, d, s)
	}
}

// words views the elements of t as values of a type of their size.
func words[T any](t tensor.Tensor) []T {
	b := t.Bytes()
	if len(b) == 0 {
		return nil
	}
	var z T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(z)))
}

func moveWords[T any](dst, src []T, dims []int, d, s place) {
	if len(dims) == 0 {
		dst[d.off] = src[s.off]
		return
	}
	last := len(dims) - 1
	n, ds, ss := dims[last], d.str[last], s.str[last]
	eachRow(dims, d, s, func(do, so int) {
		if ds == 1 && ss == 1 {
			copy(dst[do:do+n], src[so:so+n])
			return
		}
		for range n {
			dst[do] = src[so]
			do += ds
			so += ss
		}
	})
}

// eachRow calls f for the first element of every row (all axes but the last) of a block that lies in two places.
func eachRow(dims []int, d, s place, f func(do, so int)) {
	for _, n := range dims {
		if n == 0 {
			return
		}
	}
	if len(dims) < 2 {
		f(d.off, s.off)
		return
	}
	outer := len(dims) - 1
	idx := make([]int, outer)
	do, so := d.off, s.off
	for {
		f(do, so)
		i := outer - 1
		for ; i >= 0; i-- {
			idx[i]++
			do += d.str[i]
			so += s.str[i]
			if idx[i] < dims[i] {
				break
			}
			do -= dims[i] * d.str[i]
			so -= dims[i] * s.str[i]
			idx[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// clearAll sets every byte of t to zero.
func clearAll(t tensor.Tensor) { clear(t.Bytes()) }

// copyAll copies all elements of src to dst, of the same dtype and number.
func copyAll(dst, src tensor.Tensor) { copy(dst.Bytes(), src.Bytes()) }

// product multiplies.
func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// around cuts the dims of t at an axis: the product of those before it, its length, the product of those behind it.
func around(t tensor.Tensor, axis int) (before, n, after int) {
	d := t.Dims()
	return product(d[:axis]), d[axis], product(d[axis+1:])
}
