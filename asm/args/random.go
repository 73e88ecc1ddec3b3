package args

import "unsafe"

// RandomGroup is how many blocks a kernel makes at a time.
const RandomGroup = 8

// A Random asks for Blocks blocks of Philox4x32-10, a multiple of RandomGroup: 16 bytes each, with the counters First,
// First+1, ... (64 bits; the upper words are 0), one after the other at Out.
type Random struct {
	Out    unsafe.Pointer
	First  uint64
	Blocks int
	Key    [2]uint32
}
