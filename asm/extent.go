package asm

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// An axis is n elements, so many bytes apart.
type axis struct{ n, stride int }

// A spanner finds the extents of a job's operands, in the order of their fields. It keeps the first error.
type spanner struct {
	ops []Extent
	err error
}

// none is an operand that the job does not use.
func (b *spanner) none(names ...string) {
	for _, name := range names {
		b.ops = append(b.ops, Extent{Name: name, Align: 1})
	}
}

// read is an operand of elements of size bytes; write one whose elements must lie apart.
func (b *spanner) read(name string, size int, axes ...axis) { b.add(name, size, false, axes) }

func (b *spanner) write(name string, size int, axes ...axis) { b.add(name, size, true, axes) }

func (b *spanner) add(name string, size int, written bool, axes []axis) {
	x := Extent{Name: name, Align: size, Written: written}
	err := x.cover(size, axes)
	if err == nil && written && x.used() && !liesApart(size, axes) {
		err = fmt.Errorf("elements overlap")
	}
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", name, err)
	}
	b.ops = append(b.ops, x)
}

// dense is n bytes.
func (b *spanner) dense(name string, n, align int, written bool) {
	b.ops = append(b.ops, Extent{Name: name, Hi: n, Align: align, Written: written})
}

// packed is so many bytes for each item of a batch.
func (b *spanner) packed(name string, bytes, batch, stride int) {
	x := Extent{Name: name, Align: 4}
	if bytes > 0 && batch > 0 {
		if err := x.cover(4, []axis{{batch, stride}}); err != nil && b.err == nil {
			b.err = fmt.Errorf("%s: %w", name, err)
		}
		x.Hi += bytes - 4
	}
	b.ops = append(b.ops, x)
}

// bias is n elements, if there are any.
func (b *spanner) bias(there bool, n, size int) {
	if !there {
		b.none("Bias")
		return
	}
	b.dense("Bias", n*size, size, false)
}

// work is a job's memory. Lines of 64 bytes are fast, any float's place is right.
func (b *spanner) work(n int) { b.dense("Work", n, 4, true) }

// maxExtent bounds what an operand covers.
const maxExtent = math.MaxInt / 4

// cover sets the bytes of all elements.
func (x *Extent) cover(size int, axes []axis) error {
	for _, a := range axes {
		if a.n == 0 {
			return nil
		}
	}
	lo, hi := 0, size
	for _, a := range axes {
		if a.n == 1 {
			continue
		}
		if a.stride%size != 0 {
			return fmt.Errorf("a stride of %d is no multiple of %d", a.stride, size)
		}
		over, by := bits.Mul(uint(a.n-1), uint(abs(a.stride)))
		if over != 0 || by > maxExtent {
			return fmt.Errorf("%d elements, %d bytes apart, are too many", a.n, a.stride)
		}
		if a.stride < 0 {
			lo -= int(by)
		} else {
			hi += int(by)
		}
		if hi-lo < 0 || hi-lo > maxExtent {
			return fmt.Errorf("it covers too many bytes")
		}
	}
	x.Lo, x.Hi = lo, hi
	return nil
}

// liesApart reports whether no two elements share a byte: each axis steps over all that the finer ones cover.
func liesApart(size int, axes []axis) bool {
	sorted := append(make([]axis, 0, 8), axes...)
	slices.SortFunc(sorted, func(a, b axis) int { return abs(a.stride) - abs(b.stride) })
	covered := size
	for _, a := range sorted {
		if a.n == 1 {
			continue
		}
		if abs(a.stride) < covered {
			return false
		}
		covered += (a.n - 1) * abs(a.stride)
	}
	return true
}

// clear makes all extents empty: nothing is read or written where a result has no elements.
func (b *spanner) clear() {
	for i := range b.ops {
		b.ops[i].Lo, b.ops[i].Hi = 0, 0
	}
}

// seal makes g the guard of a job of so many stages. Its error begins with the call.
func (b *spanner) seal(g *guard, call string, stages int, units func(stage int) int) error {
	*g = guard{call: call, ops: b.ops}
	for stage := range stages {
		g.units = append(g.units, units(stage))
	}
	if b.err != nil {
		return fmt.Errorf("%s: %w", call, b.err)
	}
	return nil
}

// elements is the product of lengths that are not negative, or an error if memory can't hold so many.
func elements(lengths ...int) (int, error) {
	n := 1
	for _, l := range lengths {
		over, by := bits.Mul(uint(n), uint(l))
		if over != 0 || by > maxExtent/8 {
			return 0, fmt.Errorf("sizes %v: too many elements", lengths)
		}
		n = int(by)
	}
	return n, nil
}
