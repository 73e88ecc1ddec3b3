package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// operands refuses a wrong number of inputs, lists among them, and more than [ir.MaxRank] dims in an attribute.
func operands(in []ir.Type, n int, attrs ...ir.Dims) error {
	if len(in) != n {
		return fmt.Errorf("takes %d operands, not %d", n, len(in))
	}
	for i, t := range in {
		if t.IsList() {
			return fmt.Errorf("operand %d is a list", i)
		}
	}
	for _, d := range attrs {
		if d.Len() > ir.MaxRank {
			return fmt.Errorf("more than %d dims", ir.MaxRank)
		}
	}
	return nil
}

// one is the result list of an op with one result.
func one(t ir.Type) ([]ir.Type, error) { return []ir.Type{t}, nil }

// isNumber reports whether arithmetic is defined on dt.
func isNumber(dt ir.DType) bool { return dt.IsFloat() || dt.IsInt() }

// isIntScalar reports whether t is a whole number.
func isIntScalar(t ir.Type) bool { return t.DType.IsInt() && t.Rank() == 0 }

// isKey reports whether t is the key of a random stream.
func isKey(t ir.Type) bool { return t == ir.T(tensor.Key) }

// hasAxis reports whether axis is one of t's.
func hasAxis(t ir.Type, axis int) bool { return axis >= 0 && axis < t.Rank() }

// withDim is t with axis of length d, row-major.
func withDim(t ir.Type, axis int, d ir.Dim) ir.Type {
	dims := t.Dims()
	dims[axis] = d
	return t.WithDims(dims...)
}

// isNegative reports whether d is a constant below zero.
func isNegative(d ir.Dim) bool { n, ok := d.Int(); return ok && n < 0 }

// exceeds reports whether a is known to be greater than b.
func exceeds(a, b ir.Dim) bool { n, ok := a.Sub(b).Int(); return ok && n > 0 }

// sameBut reports whether a and b have the same rank and the same dims but on axis.
func sameBut(a, b ir.Type, axis int) bool {
	if a.Rank() != b.Rank() {
		return false
	}
	for i := range a.Rank() {
		if i != axis && a.Dim(i) != b.Dim(i) {
			return false
		}
	}
	return true
}

// sameDims reports whether two lists of dims are equal.
func sameDims(a, b []ir.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// cat joins lists of dims into a new one.
func cat(lists ...[]ir.Dim) []ir.Dim {
	var all []ir.Dim
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// tensorType is the type with these dims, or an error if they are too many.
func tensorType(dt ir.DType, dims ...ir.Dim) ([]ir.Type, error) {
	if len(dims) > ir.MaxRank {
		return nil, fmt.Errorf("the result would have %d axes, over the limit of %d", len(dims), ir.MaxRank)
	}
	return one(ir.T(dt, dims...))
}

// axesOf checks a list of axes of t, ascending, each once, and marks them.
func axesOf(t ir.Type, axes []int) ([]bool, bool) {
	on := make([]bool, t.Rank())
	last := -1
	for _, a := range axes {
		if !hasAxis(t, a) || a <= last {
			return nil, false
		}
		on[a], last = true, a
	}
	return on, true
}
