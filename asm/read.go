package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A ReadFunc loads memory and does nothing with it: the ceiling that shares of bandwidth are of.
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

// ReadRows returns the loops that c may run, best first.
func ReadRows(c CPU) []Row[ReadFunc] { return fitting(c, readRows[:]) }
