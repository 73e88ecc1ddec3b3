package ops

import (
	"cmp"
	"math"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// comparer compares elements of t by their place; NaN is greater than all numbers and equal to itself.
func comparer(t tensor.Tensor) func(i, j int) int {
	if !t.DType().IsFloat() {
		v := intsOf(t)
		return func(i, j int) int { return cmp.Compare(v[i], v[j]) }
	}
	v := floatsOf(t)
	return func(i, j int) int {
		a, b := v[i], v[j]
		switch {
		case math.IsNaN(a) && math.IsNaN(b):
			return 0
		case math.IsNaN(a):
			return 1
		case math.IsNaN(b):
			return -1
		}
		return cmp.Compare(a, b)
	}
}

// sortRows orders each row of the last axis of x by less (a comparison of places in x), stably, and stores the first
// values and their indices as many as vals has.
func sortRows(x, vals, idx tensor.Tensor, less func(i, j int) int) {
	n, k := x.Dim(-1), vals.Dim(-1)
	if n == 0 || k == 0 {
		return
	}
	size, row := x.DType().Size(), make([]int, n)
	for r := range x.Len() / n {
		for i := range row {
			row[i] = r*n + i
		}
		slices.SortStableFunc(row, less)
		for i, at := range row[:k] {
			copy(vals.Bytes()[(r*k+i)*size:(r*k+i+1)*size], x.Bytes()[at*size:])
			idx.SetInt(r*k+i, int64(at-r*n))
		}
	}
}
