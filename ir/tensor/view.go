package tensor

import (
	"bytes"
	"fmt"
)

// Reshape returns t's elements under other dims, without a copy. It panics where the number of elements differs.
func (t Tensor) Reshape(dims ...int) Tensor {
	r, n, err := shaped(t.dt, dims)
	if err != nil {
		panic(err)
	}
	if n != t.Len() {
		panic(fmt.Errorf("tensor: reshape of %v%s (%d elements) to %s (%d)", t.dt, dimString(t.dims[:t.rank]), t.Len(), dimString(dims), n))
	}
	r.data = t.data
	return r
}

// Resize returns a tensor of t's dtype and memory with other dims, as far as the capacity of t.Bytes() goes. Where it does not,
// or the dims are wrong, it reports false. New elements hold whatever the memory held.
func (t Tensor) Resize(dims ...int) (Tensor, bool) {
	r, n, err := shaped(t.dt, dims)
	if err != nil || n*t.dt.Size() > cap(t.data) {
		return Tensor{}, false
	}
	r.data = t.data[:n*t.dt.Size()]
	return r, true
}

// Slice0 returns rows i to j of the first axis, without a copy. It panics where they are out of range or t is a scalar.
func (t Tensor) Slice0(i, j int) Tensor {
	if t.rank == 0 || i < 0 || j < i || j > t.dims[0] {
		panic(fmt.Errorf("tensor: rows %d:%d of %v%s", i, j, t.dt, dimString(t.dims[:t.rank])))
	}
	row := 0
	if t.dims[0] > 0 {
		row = len(t.data) / t.dims[0]
	}
	t.data = t.data[i*row : j*row : j*row]
	t.dims[0] = j - i
	return t
}

// Clone returns a copy that shares nothing with t.
func (t Tensor) Clone() Tensor {
	if t.list {
		elems := make([]Tensor, len(t.elems))
		for i, e := range t.elems {
			elems[i] = e.Clone()
		}
		return List(elems...)
	}
	c := t
	c.data = alloc(len(t.data))
	copy(c.data, t.data)
	return c
}

// Equal reports whether t and u have equal dtypes, dims and bits: NaN equals the same NaN, 0 does not equal -0. Lists are equal
// if their tensors are.
func (t Tensor) Equal(u Tensor) bool {
	if t.list || u.list {
		if t.list != u.list || len(t.elems) != len(u.elems) {
			return false
		}
		for i := range t.elems {
			if !t.elems[i].Equal(u.elems[i]) {
				return false
			}
		}
		return true
	}
	return t.dt == u.dt && t.SameDims(u) && bytes.Equal(t.data, u.data)
}
