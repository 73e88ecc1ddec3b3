package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A ReadFunc loads memory and does nothing with it: the ceiling that shares of bandwidth are of. Which row is the fastest depends on
// where the memory is and is to be measured.
type ReadFunc func(*args.Read)

// readGeneric adds words, which is as near as plain Go comes.
func readGeneric(a *args.Read) {
	var sum uint64
	for range a.Loops {
		for _, v := range unsafe.Slice((*uint64)(a.Ptr), a.Bytes/8) {
			sum += v
		}
	}
	if sum == 1 {
		a.Loops = 0
	}
}

// CallRead enters a row's loop. It panics with a *CallError if the memory is nil, or bytes or loops are negative or no multiple of
// what the loop takes.
func CallRead(row Row[ReadFunc], a *args.Read) {
	if a.Bytes%1024 != 0 || a.Loops < 0 {
		panic(&CallError{"read", "size", fmt.Sprintf("is %d bytes, %d times", a.Bytes, a.Loops)})
	}
	mustCall("read", callOperand{"memory", a.Ptr, a.Bytes, 1, false})
	if a.Bytes > 0 && a.Loops > 0 {
		row.Fn(a)
	}
}

// ReadRows returns the loops that c may run, those of the widest instruction set first.
func ReadRows(c CPU) []Row[ReadFunc] { return fitting(c, readRows[:]) }
