package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A StreamFunc loads and stores streams and computes nothing: the ceiling of kernels that do both.
type StreamFunc func(*args.Stream)

// StreamRows returns the rows of the family stream that c may run, best first; any may be the fastest.
func StreamRows(c CPU) []Row[StreamFunc] { return fitting(c, streamRows[:]) }

func streamGeneric(a *args.Stream) {
	var x, sum uint64
	for off := 0; off < a.Bytes; off += a.Chunk {
		for s := range a.Count {
			list := unsafe.Slice((*uint64)(unsafe.Add(a.Ptr[s], off)), a.Chunk/8)
			for i := range list {
				if a.Kind[s] <= args.StreamUpdate {
					x = list[i]
				}
				sum += x
				if a.Kind[s] >= args.StreamUpdate {
					list[i] = x
				}
			}
		}
	}
	if sum == 1 { // or the loads would be left out
		a.Count = 0
	}
}
