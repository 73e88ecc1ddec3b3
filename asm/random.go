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
// It panics with a *CallError if first is no multiple of 4.
func (a *RandomArgs) Words(row Row[RandomFunc], key [2]uint32, first uint64, out []uint32) {
	if first%4 != 0 {
		panic(&CallError{"random", "first", fmt.Sprintf("is %d, no multiple of 4", first)})
	}
	a.block = args.Random{Key: key, First: first / 4}
	for len(out) >= len(a.last) {
		n := min(randomWords, len(out)/len(a.last)*len(a.last))
		a.blocks(row, unsafe.Pointer(&out[0]), n/4)
		out = out[n:]
	}
	if len(out) > 0 {
		a.blocks(row, unsafe.Pointer(&a.last), args.RandomGroup)
		copy(out, a.last[:])
	}
	a.block.Out = nil
}

// randomWords is how many words an entry into the kernel makes at most, 15 to 50 us.
const randomWords = 1 << 15

// blocks enters the kernel, and counts on.
//
//go:noinline
func (a *RandomArgs) blocks(row Row[RandomFunc], out unsafe.Pointer, n int) {
	a.block.Out, a.block.Blocks = out, n
	row.Fn(&a.block)
	a.block.First += uint64(n)
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
