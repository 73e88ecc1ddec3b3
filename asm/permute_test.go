package asm

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// rowMajorStrides are the strides in bytes of a dense tensor.
func rowMajorStrides(dims []int, size int) []int {
	st := make([]int, len(dims))
	for i := len(dims) - 1; i >= 0; i-- {
		st[i] = size
		size *= dims[i]
	}
	return st
}

// permuted picks entries of x in the order of perm.
func permuted(x, perm []int) []int {
	out := make([]int, len(perm))
	for i, p := range perm {
		out[i] = x[p]
	}
	return out
}

func product(x []int) int {
	n := 1
	for _, v := range x {
		n *= v
	}
	return n
}

// checkCopy runs a spec on every ISA against a plain loop over indices.
func checkCopy(t *testing.T, s CopySpec, srcBytes, dstBytes int) {
	t.Helper()
	src := asmtest.Guarded(t, srcBytes, true)
	for i := range src {
		src[i] = byte(i*7 + i/256)
	}
	want := make([]byte, dstBytes)
	for i := range product(s.Dims) {
		from, to := 0, 0
		rest := i
		for d := len(s.Dims) - 1; d >= 0; d-- {
			from += rest % s.Dims[d] * s.Src[d]
			to += rest % s.Dims[d] * s.Dst[d]
			rest /= s.Dims[d]
		}
		copy(want[to:to+s.Size], src[from:from+s.Size])
	}
	for _, c := range cpus(t) {
		p, err := NewCopy(c, s)
		if err != nil {
			t.Fatal(err)
		}
		got := asmtest.Guarded(t, dstBytes, true)
		RunJob(p, &GemmOperands{A: unsafe.Pointer(unsafe.SliceData(src)), C: unsafe.Pointer(unsafe.SliceData(got))}, NewScratch())
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%v %+v: byte %d is %d, want %d", p.Row(), s, i, got[i], want[i])
			}
		}
	}
}

func TestCopyPermute(t *testing.T) {
	for _, dims := range [][]int{{}, {5}, {3, 4}, {17, 33}, {2, 3, 5}, {4, 9, 16}, {3, 1, 20, 7}, {2, 3, 4, 5}, {0, 3}, {300, 300}, {512, 512}, {2, 70000}, {2, 260, 300}} {
		for _, perm := range permutations(len(dims)) {
			for _, size := range []int{1, 2, 4, 8} {
				out := permuted(dims, perm)
				s := CopySpec{Dims: out, Src: permuted(rowMajorStrides(dims, size), perm), Dst: rowMajorStrides(out, size), Size: size}
				n := product(dims) * size
				checkCopy(t, s, n, n)
			}
		}
	}
}

// TestCopyRepeats: elements come several times each, around vectors and cuts.
func TestCopyRepeats(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 100, 40000} {
		for _, times := range []int{2, 3, 4, 7, 16, 64, 65} {
			if n > 100 && (times > 3 || testing.Short()) {
				continue
			}
			checkCopy(t, CopySpec{Dims: []int{n, times}, Src: []int{4, 0}, Dst: []int{4 * times, 4}, Size: 4}, 4*n, 4*n*times)
			checkCopy(t, CopySpec{Dims: []int{3, n, times}, Src: []int{4 * (n + 1), 4, 0}, Dst: []int{4 * n * times, 4 * times, 4}, Size: 4}, 4*(3*n+2), 12*n*times)
		}
	}
}

// permutations lists all orders of n indices.
func permutations(n int) [][]int {
	list := [][]int{{}}
	for i := range n {
		var next [][]int
		for _, p := range list {
			for at := 0; at <= len(p); at++ {
				q := append(append(append([]int{}, p[:at]...), i), p[at:]...)
				next = append(next, q)
			}
		}
		list = next
	}
	return list
}

// TestCopyStrides takes slices, gaps in the destination, and broadcasts.
func TestCopyStrides(t *testing.T) {
	for i, s := range []CopySpec{
		{Dims: []int{4, 5}, Src: []int{40, 4}, Dst: []int{64, 4}, Size: 4},
		{Dims: []int{4, 5}, Src: []int{0, 4}, Dst: []int{20, 4}, Size: 4},
		{Dims: []int{4, 5}, Src: []int{4, 0}, Dst: []int{20, 4}, Size: 4},
		{Dims: []int{6, 7}, Src: []int{8, 100}, Dst: []int{28, 4}, Size: 4},
		{Dims: []int{6, 7}, Src: []int{4, 28}, Dst: []int{4, 32}, Size: 4},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) { checkCopy(t, s, 700, 400) })
	}
}

func TestCopySpecErrors(t *testing.T) {
	for want, s := range map[string]CopySpec{
		"copy: 1 dims, 0 and 1 strides": {Dims: []int{1}, Dst: []int{4}, Size: 4},
		"copy: Size is 3":               {Size: 3},
		"copy: dim 0 is -1":             {Dims: []int{-1}, Src: []int{4}, Dst: []int{4}, Size: 4},
	} {
		if _, err := NewCopy(CPU{}, s); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
