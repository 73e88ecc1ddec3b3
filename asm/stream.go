package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A StreamFunc loads and stores streams and computes nothing: the ceiling of kernels that do both.
type StreamFunc func(*args.Stream)

// StreamRows returns the rows of the family stream that c may run, best first; any may be the fastest.
func StreamRows(c CPU) []Row[StreamFunc] { return fitting(c, streamRows[:]) }

// streamNames are those of a Stream's operands.
var streamNames = [args.Streams]string{"stream 0", "stream 1", "stream 2", "stream 3", "stream 4", "stream 5", "stream 6", "stream 7"}

// pastAlign is what addresses of stores that go past the caches are multiples of.
const pastAlign = 64

// CallStream enters a row's loop. It panics with a *CallError if the counts and distances are not what args.Stream says, or a stream is nil,
// misaligned, of no known kind, or written where another lies.
func CallStream(row Row[StreamFunc], a *args.Stream) {
	const block = 128
	if a.Count < 0 || a.Count > args.Streams {
		panic(&CallError{"stream", "count", fmt.Sprintf("is %d", a.Count)})
	}
	if a.Chunk <= 0 || a.Chunk%block != 0 || a.Bytes < 0 || a.Bytes%a.Chunk != 0 {
		panic(&CallError{"stream", "size", fmt.Sprintf("is %d bytes in chunks of %d", a.Bytes, a.Chunk)})
	}
	if a.Ahead < 0 {
		panic(&CallError{"stream", "distance", fmt.Sprintf("is %d", a.Ahead)})
	}
	var list [args.Streams]callOperand
	for i, kind := range a.Kind[:a.Count] {
		if kind < args.StreamRead || kind > args.StreamPast {
			panic(&CallError{"stream", streamNames[i], fmt.Sprintf("is of kind %d", kind)})
		}
		list[i] = callOperand{streamNames[i], a.Ptr[i], a.Bytes, 1, kind != args.StreamRead}
		if kind == args.StreamPast {
			list[i].align = pastAlign
		}
	}
	mustCall("stream", list[:a.Count]...)
	row.Fn(a)
}

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
