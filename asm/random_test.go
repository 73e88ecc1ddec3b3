package asm

import (
	"fmt"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestRandomKnown holds every row to what the generator gives for the key 42; the first words are those of the
// language's page on random numbers.
func TestRandomKnown(t *testing.T) {
	for _, row := range RandomRows(Detect()) {
		var a RandomArgs
		out := make([]uint32, 8)
		a.Words(row, [2]uint32{42, 0}, 0, out)
		for i, bits := range []uint32{0x3f1ceaf0, 0x3eefea92, 0x3d95fa80, 0x3eae8566, 0x3f7cdb21, 0x3ea774d8, 0x3f038f5a, 0x3ee89c0c} {
			if got := asmtest.Bits(float32(out[i]>>8) * 0x1p-24); got != bits {
				t.Errorf("%s: uniform %d is %#x, want %#x", row.Name, i, got, bits)
			}
		}
	}
}

// TestRandomRows compares the rows with the plain one over lengths around a group and counters that carry.
func TestRandomRows(t *testing.T) {
	for _, row := range RandomRows(Detect()) {
		for _, first := range []uint64{0, 4, 4 << 31, 4<<32 - 8, 4<<32 - 40} {
			for _, n := range []int{0, 1, 3, 4, 31, 32, 33, 64, 100, 1000} {
				t.Run(fmt.Sprintf("%s/%d/%d", row.Name, first, n), func(t *testing.T) {
					got := asmtest.GuardedFloats(t, max(n, 1), true)
					var a RandomArgs
					words := asmtest.Words(got)[:n]
					a.Words(row, [2]uint32{0xdeadbeef, 77}, first, words)
					want := make([][4]uint32, n/4+1)
					randomGeneric(&args.Random{Out: ptrTo(want), First: first / 4, Blocks: len(want), Key: [2]uint32{0xdeadbeef, 77}})
					for i, w := range words {
						if w != want[i/4][i%4] {
							t.Fatalf("word %d is %#x, want %#x", i, w, want[i/4][i%4])
						}
					}
				})
			}
		}
	}
}

func TestRandomRefuses(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var a RandomArgs
	a.Words(RandomRows(Detect())[0], [2]uint32{}, 2, nil)
}

func BenchmarkRandom(b *testing.B) {
	for _, row := range RandomRows(Detect()) {
		b.Run(row.Name, func(b *testing.B) {
			var a RandomArgs
			out := make([]uint32, 1<<14)
			b.SetBytes(int64(4 * len(out)))
			for b.Loop() {
				a.Words(row, [2]uint32{1, 2}, 0, out)
			}
		})
	}
}
