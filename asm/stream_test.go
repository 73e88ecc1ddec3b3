package asm

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// TestStream: each stream is touched between its ends alone; what is read or updated keeps its bits, what is written changes.
func TestStream(t *testing.T) {
	const most = 4096
	mixes := [][]int{
		{args.StreamUpdate, args.StreamWrite, args.StreamRead, args.StreamPast},
		{args.StreamRead, args.StreamWrite}, {args.StreamUpdate}, {args.StreamWrite, args.StreamUpdate, args.StreamRead},
		{args.StreamRead, args.StreamUpdate, args.StreamUpdate, args.StreamUpdate},
		{args.StreamRead, args.StreamRead, args.StreamRead, args.StreamWrite, args.StreamWrite},
	}
	for _, row := range runningRows(t, streamRows[:]) {
		for _, chunk := range []int{128, 256, 1024} {
			for _, high := range []bool{false, true} {
				for bytes := 0; bytes <= most; bytes += chunk {
					t.Run(fmt.Sprintf("%s/%d/%d", row.Name, bytes, chunk), func(t *testing.T) {
						for _, kinds := range mixes {
							checkStream(t, row, kinds, bytes, chunk, high)
						}
					})
				}
			}
		}
	}
}

func checkStream(t *testing.T, row Row[StreamFunc], kinds []int, bytes, chunk int, high bool) {
	a := args.Stream{Count: len(kinds), Bytes: bytes, Chunk: chunk, Ahead: bytes % 512}
	var mem [][]float32
	for i, kind := range kinds {
		x := asmtest.GuardedFloats(t, max(1, bytes/4), high && kind != args.StreamPast)
		asmtest.Plant(x)
		a.Kind[i], a.Ptr[i] = kind, unsafe.Pointer(&x[0])
		if bytes > 0 && kind < args.StreamWrite {
			asmtest.Fill(x, uint64(i))
		}
		mem = append(mem, x)
	}
	row.Fn(&a)
	for i, kind := range kinds {
		want := make([]float32, len(mem[i]))
		asmtest.Fill(want, uint64(i))
		for k, x := range mem[i][:bytes/4] {
			switch {
			case kind >= args.StreamWrite && asmtest.IsCanary(x):
				t.Fatalf("stream %d: element %d was not written", i, k)
			case kind < args.StreamWrite && asmtest.Bits(x) != asmtest.Bits(want[k]):
				t.Fatalf("stream %d: element %d is %v, was %v", i, k, x, want[k])
			}
		}
	}
	for i := range kinds {
		if bytes == 0 && !asmtest.IsCanary(mem[i][0]) {
			t.Fatalf("stream %d: nothing was to be moved", i)
		}
	}
}
