package npz

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// tensor makes the tensor of elements as they lie in a file. It owns data. bad is the offset in data of what an error is about.
func (h header) tensor(data []byte) (t tensor.Tensor, bad int, err error) {
	if h.elem.dt == tensor.Bool {
		if i := tensor.CheckBools(data); i >= 0 {
			return t, i, fmt.Errorf("a bool is %#02x", data[i])
		}
	}
	if h.swap {
		swapBytes(data, h.elem.size)
	}
	if h.fortran && len(h.dims) > 1 {
		data = rowMajor(data, h.elem.size, h.dims)
	}
	if h.elem.size == h.elem.dt.Size() {
		t, err = tensor.FromBytes(h.elem.dt, data, h.dims...)
		return t, 0, err
	}
	t, err = tensor.TryNew(h.elem.dt, h.dims...)
	if err != nil {
		return t, 0, err
	}
	widen(t, data, h.elem.kind)
	return t, 0, nil
}

// swapBytes turns each element around.
func swapBytes(data []byte, size int) {
	for i := 0; i+size <= len(data); i += size {
		slices.Reverse(data[i : i+size])
	}
}

// rowMajor returns a copy of data, in which the first axis runs fastest, with the last running fastest.
func rowMajor(data []byte, size int, dims []int) []byte {
	out := make([]byte, len(data))
	stride := make([]int, len(dims)) // in data, in bytes
	stride[0] = size
	for i := 1; i < len(dims); i++ {
		stride[i] = stride[i-1] * dims[i-1]
	}
	index := make([]int, len(dims))
	from := 0
	for to := 0; to < len(out); to += size {
		copy(out[to:to+size], data[from:from+size])
		for a := len(dims) - 1; a >= 0; a-- {
			index[a]++
			from += stride[a]
			if index[a] < dims[a] {
				break
			}
			from -= stride[a] * dims[a]
			index[a] = 0
		}
	}
	return out
}

// widen fills t from integers of a kind that we have no dtype for.
func widen(t tensor.Tensor, data []byte, kind string) {
	e := binary.NativeEndian
	for i, n := 0, t.Len(); i < n; i++ {
		switch kind {
		case "i2":
			t.SetInt(i, int64(int16(e.Uint16(data[2*i:]))))
		case "u2":
			t.SetInt(i, int64(e.Uint16(data[2*i:])))
		case "u4":
			t.SetInt(i, int64(e.Uint32(data[4*i:])))
		}
	}
}
