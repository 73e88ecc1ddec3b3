package args

import "unsafe"

// Streams is how many streams a Stream has at most.
const Streams = 8

// What is done with a stream.
const (
	StreamRead   = iota // loads
	StreamUpdate        // loads and stores of the same
	StreamWrite         // stores
	StreamPast          // stores that go past the caches
)

// A Stream asks for Bytes bytes of each of Count streams to be moved, Chunk bytes of one after as many of the other. Both are
// multiples of 128; addresses of what goes past the caches are multiples of 64. What lies Ahead bytes behind a chunk is asked for
// before it is moved, unless Ahead is 0. Chunks of 128 of up to four streams take a loop without branches.
type Stream struct {
	Ptr   [Streams]unsafe.Pointer
	Kind  [Streams]int
	Count int
	Bytes int
	Chunk int
	Ahead int
}
