package asm

import (
	"fmt"
	"math/bits"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A RandomFunc makes blocks of Philox4x32-10.
type RandomFunc func(*args.Random)

// RandomRows returns the rows that c may run, best first. All of them give the same words.
func RandomRows(c CPU) []Row[RandomFunc] { return fitting(c, randomRows[:]) }

// RandomArgs is what drawing words works on; a worker keeps one.
type RandomArgs struct {
	block args.Random
	last  [4 * args.RandomGroup]uint32
}

// Words sets out[i] to word first+i of the draw with the given key: word w is that of place w mod 4 of block w div 4.
// It panics with a *CallError if first is no multiple of 4. A call of 2^16 words takes some 30 us.
//
//go:noinline
func (a *RandomArgs) Words(row Row[RandomFunc], key [2]uint32, first uint64, out []uint32) {
	if first%4 != 0 {
		panic(&CallError{"random", "first", fmt.Sprintf("is %d, no multiple of 4", first)})
	}
	b := &a.block
	b.Key = key
	b.First = first / 4
	b.Blocks = len(out) / len(a.last) * args.RandomGroup
	done := 4 * b.Blocks
	if done > 0 {
		b.Out = unsafe.Pointer(&out[0])
		row.Fn(b)
	}
	if done < len(out) {
		b.Out = unsafe.Pointer(&a.last)
		b.First += uint64(b.Blocks)
		b.Blocks = args.RandomGroup
		row.Fn(b)
		copy(out[done:], a.last[:])
	}
	b.Out = nil
}

// randomGeneric is Philox4x32-10 after Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (2011).
func randomGeneric(a *args.Random) {
	out := unsafe.Slice((*[4]uint32)(a.Out), a.Blocks)
	for i := range out {
		n := a.First + uint64(i)
		w := [4]uint32{uint32(n), uint32(n >> 32)}
		k0, k1 := a.Key[0], a.Key[1]
		for range 10 {
			hi0, lo0 := bits.Mul32(0xD2511F53, w[0])
			hi1, lo1 := bits.Mul32(0xCD9E8D57, w[2])
			w = [4]uint32{hi1 ^ w[1] ^ k0, lo1, hi0 ^ w[3] ^ k1, lo0}
			k0 += 0x9E3779B9
			k1 += 0xBB67AE85
		}
		out[i] = w
	}
}
