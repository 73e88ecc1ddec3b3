package bench

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// A stream is a large operand of a case, and what is done with it.
type stream struct {
	mem  []float32
	kind int // args.StreamRead, args.StreamUpdate or args.StreamWrite
}

// streams are the large operands of a case, all of one length.
type streams []stream

// streamsOf cuts operands into streams as long as the shortest of them; none if they are too many.
func streamsOf(list ...stream) streams {
	n := len(list[0].mem)
	for _, x := range list {
		n = min(n, len(x.mem))
	}
	var s streams
	for _, x := range list {
		for at := 0; n > 0 && at+n <= len(x.mem); at += n {
			s = append(s, stream{x.mem[at : at+n], x.kind})
		}
	}
	if len(s) > args.Streams {
		return nil
	}
	return s
}

// count is how many are of a kind.
func (s streams) count(kind int) int {
	n := 0
	for _, x := range s {
		if x.kind == kind {
			n++
		}
	}
	return n
}

// mix says what is done.
func (s streams) mix() mix {
	return mix(fmt.Sprintf("%dr %du %dw of %d KB", s.count(args.StreamRead), s.count(args.StreamUpdate), s.count(args.StreamWrite), len(s[0].mem)>>8))
}

// traffic is how many streams move, those that are updated both ways.
func (s streams) traffic() int { return len(s) + s.count(args.StreamUpdate) }

// A streamWay is one way to move streams. Which is the fastest depends on the level and on the mix: of Adam's operands in chunks of
// 128, a kernel's order, of those of a layer norm 1,024 at once, asked for ahead.
type streamWay struct {
	row   asm.Row[asm.StreamFunc]
	chunk int
	ahead int  // what is fetched by request, in bytes; 0 if nothing
	past  bool // what is written goes past the caches
}

func streamWays(c asm.CPU, s streams) []streamWay {
	var list []streamWay
	for _, row := range asm.StreamRows(c) {
		if row.ISA == asm.Generic && c.ISA != asm.Generic {
			continue
		}
		for _, chunk := range []int{128, 256, 1024, 4096} {
			for _, ahead := range []int{0, 512, 2048} {
				list = append(list, streamWay{row, chunk, ahead, false})
				if s.count(args.StreamWrite) > 0 {
					list = append(list, streamWay{row, chunk, ahead, true})
				}
			}
		}
	}
	return list
}

// streamCeiling is what the machine moves of a case's own operands if nothing is computed: the fastest of all ways, which differ by
// 30%. What is updated keeps its values, what is written gets others.
func streamCeiling(c asm.CPU, bound string, s streams, threads int) *ceiling {
	var list []ceiling
	for _, way := range streamWays(c, s) {
		list = append(list, ceiling{id: ceilingID{bound, s.mix()}, isa: way.row.ISA, impl: way.row.Name, sample: way.sampler(s, threads)})
	}
	best := fastest(list, threads)
	return &best
}

// streamPasses is how often all streams are gone through at least in a sample.
const streamPasses = 3

// sampler moves all streams, on several threads a part of each.
func (way streamWay) sampler(s streams, threads int) sampler {
	part := 4 * len(s[0].mem) / threads / way.chunk * way.chunk
	blocks := make([]block[args.Stream], threads)
	once := func(w int) {
		a := &blocks[w].args
		for off := 0; off < part; off += sweepBytes {
			*a = args.Stream{Count: len(s), Bytes: min(sweepBytes, part-off), Chunk: way.chunk, Ahead: way.ahead}
			for i, x := range s {
				a.Ptr[i], a.Kind[i] = unsafe.Add(ptr(x.mem), w*part+off), x.kind
				if way.past && x.kind == args.StreamWrite {
					a.Kind[i] = args.StreamPast
				}
			}
			asm.CallStream(way.row, a)
		}
	}
	reps := max(streamPasses, sampleBytes/(part*threads*len(s)))
	return func(t *team, over time.Duration) float64 {
		t.each(once) // what is to be in a cache is there
		return t.rate(over, func(w int) float64 {
			for range reps {
				once(w)
			}
			return float64(reps * part * s.traffic())
		})
	}
}
