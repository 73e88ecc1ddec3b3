package asm

import (
	"fmt"
	"unsafe"
)

// A callOperand is an operand of a call that is no job: n bytes at an address.
type callOperand struct {
	name     string
	at       unsafe.Pointer
	n, align int
	written  bool
}

// checkCall is a guard's check for calls that are made once for each row: a guard made for one call would be allocated.
func checkCall(call string, list ...callOperand) error {
	for i := range list {
		x := &list[i]
		switch {
		case x.n < 0:
			return &CallError{call, x.name, fmt.Sprintf("has %d bytes", x.n)}
		case x.n == 0:
		case x.at == nil:
			return &CallError{call, x.name, "is nil"}
		case uintptr(x.at)%uintptr(x.align) != 0:
			return &CallError{call, x.name, fmt.Sprintf("is at %p, no multiple of %d", x.at, x.align)}
		}
		for j := range i {
			y := &list[j]
			if a, b := uintptr(x.at), uintptr(y.at); (x.written || y.written) && a < b+uintptr(y.n) && b < a+uintptr(x.n) && x.n > 0 && y.n > 0 {
				return &CallError{call, x.name, "overlaps " + y.name}
			}
		}
	}
	return nil
}

// mustCall panics with what checkCall finds.
func mustCall(call string, list ...callOperand) {
	if err := checkCall(call, list...); err != nil {
		panic(err)
	}
}

func mustUnit(call string, unit int) {
	if unit < 0 {
		panic(&CallError{call, "unit", fmt.Sprintf("is %d", unit)})
	}
}

// checkPacking checks a call that packs the elements of src into so many bytes of dst.
func checkPacking(call string, dst unsafe.Pointer, bytes, align int, src unsafe.Pointer, size int, axes ...axis) error {
	for _, a := range axes {
		if a.n < 0 || a.n > maxDim {
			return &CallError{call, "size", fmt.Sprintf("is %d", a.n)}
		}
	}
	var b spanner
	b.read("src", size, axes...)
	b.dense("dst", bytes, align, true)
	if b.err != nil {
		return &CallError{call, "strides", b.err.Error()}
	}
	g := guard{call: call, ops: b.ops}
	if err := g.check(&addresses{src, dst}); err != nil {
		return err
	}
	return nil
}
