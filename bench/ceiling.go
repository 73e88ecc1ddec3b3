package bench

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A mix says what a ceiling of memory does: bandwidth depends on it.
type mix string

const (
	compute mix = "fma"    // multiply-adds on registers
	reading mix = "read"   // loads
	copying mix = "copy"   // a load and a store elsewhere
	updates mix = "update" // a load and a store to the same place
)

// Levels of memory, from the core.
const (
	boundFMA  = "fma"
	boundVNNI = "vnni"
	boundWord = "words"
	boundAMX  = "amx"
	boundL1   = "l1"
	boundL2   = "l2"
	boundL3   = "l3"
	boundDRAM = "dram"
)

// A ceiling can be sampled at any time.
type ceiling struct {
	id     ceilingID
	isa    asm.ISA
	impl   string
	sample sampler
}

// A sampler measures operations or bytes a nanosecond, of all workers together, in tries of at least so long. Who compares
// gives the length of what is compared: a timer's tick takes 35 us of each ms on a virtual Zen 5, a try of 80 us dodges
// it, and nothing that runs for 10 ms can.
type sampler func(t *team, over time.Duration) float64

// A ceilingID says what is measured.
type ceilingID struct {
	bound string
	mix   mix
}

func (id ceilingID) shape() string {
	if id.mix == compute {
		return id.bound
	}
	return id.bound + " " + string(id.mix)
}

// ceilings are all of a CPU, for up to a number of threads; buffers are shared by those of a level.
type ceilings struct {
	cpu     asm.CPU
	list    []ceiling
	at      map[ceilingID]int
	threads int
	memory  [][]float32 // the largest buffers
}

func newCeilings(c asm.CPU, threads int, quick bool) (*ceilings, error) {
	cs := &ceilings{cpu: c, at: map[ceilingID]int{}, threads: threads}
	if narrow, err := c.Force(asm.AVX2.String()); err == nil && c.ISA == asm.AVX512 {
		cs.list = append(cs.list, peak(c, asm.PeakRows(narrow)[0])) // to look at; no share is of it
	}
	cs.add(peak(c, asm.PeakRows(c)[0]))
	cs.add(byteCeiling(c))
	cs.add(wordCeiling(c))
	if hasTiles(c) {
		cs.add(tileCeiling(c))
	}
	for _, level := range levels(c, quick) {
		bufs := make([][]float32, threads)
		for w := range bufs {
			bufs[w] = floats(level.bytes / 4)
		}
		cs.add(readCeiling(c, level.bound, bufs))
		cs.add(copyCeiling(c, level.bound, bufs))
		update, err := updateCeiling(c, level.bound, bufs)
		if err != nil {
			return nil, err
		}
		cs.add(update)
		cs.memory = bufs
	}
	return cs, nil
}

func (cs *ceilings) add(c ceiling) {
	cs.at[c.id] = len(cs.list)
	cs.list = append(cs.list, c)
}

func (cs *ceilings) get(id ceilingID) ceiling { return cs.list[cs.at[id]] }

// A level is a cache or the memory behind, and the bytes a core works on to measure it.
type level struct {
	bound string
	bytes int
}

// levels are half of what a cache holds; the last is beyond any share of L3 that a guest gets.
func levels(c asm.CPU, quick bool) []level {
	l1, l2, l3, dram := c.L1/2, c.L2/2, min(4*c.L2, max(c.L3/2, 2*c.L2)), 192<<20
	if quick {
		dram = 64 << 20
	}
	return []level{{boundL1, l1 / 4096 * 4096}, {boundL2, l2 / 4096 * 4096}, {boundL3, l3 / 4096 * 4096}, {boundDRAM, dram}}
}

// levelOf is where so many bytes stay when they are used again and again.
func levelOf(c asm.CPU, bytes float64) string {
	switch {
	case bytes <= 0.9*float64(c.L1):
		return boundL1
	case bytes <= 0.9*float64(c.L2):
		return boundL2
	case bytes <= min(float64(c.L3)/2, 32<<20):
		return boundL3
	}
	return boundDRAM
}

// peak is the rate of multiply-adds of a row.
func peak(c asm.CPU, row asm.Row[asm.PeakFunc]) ceiling {
	return ceiling{id: ceilingID{boundFMA, compute}, isa: row.ISA, impl: row.Name, sample: func(t *team, over time.Duration) float64 {
		const loops = 2000
		reps := 1
		if row.ISA != asm.Generic {
			reps = 24 // long enough for the clock to settle
		}
		return t.rate(over, func(w int) float64 {
			var a args.Peak
			for range reps {
				a.Loops = loops
				asm.CallPeak(row, &a)
			}
			return float64(a.Flops) * loops * float64(reps)
		})
	}}
}

// byteCeiling is derived: an instruction of VNNI multiplies four times the bytes of a multiply-add's floats, on the same
// ports. Without it, it is that of words.
func byteCeiling(c asm.CPU) ceiling {
	if !c.Features.Has(asm.HasAVX512VNNI) && (c.ISA != asm.AVX2 || !c.Features.Has(asm.HasAVXVNNI)) {
		words := wordCeiling(c)
		words.id.bound = boundVNNI
		return words
	}
	return timesPeak(c, boundVNNI, 4)
}

// wordCeiling is that of products of bytes without VNNI: they are widened to 16 bits, multiplied two at a time and added. It is
// measured where that are two instructions of AVX2, else twice the rate of multiply-adds.
func wordCeiling(c asm.CPU) ceiling {
	if row := asm.PeakWordsRows(c)[0]; row.ISA != asm.Generic {
		words := peak(c, row)
		words.id.bound = boundWord
		return words
	}
	return timesPeak(c, boundWord, 2)
}

// hasTiles reports whether products of bytes may run on tile registers.
func hasTiles(c asm.CPU) bool { return asm.PeakTilesRows(c)[0].ISA != asm.Generic }

// tileCeiling is that of products of bytes on tile registers.
func tileCeiling(c asm.CPU) ceiling {
	tiles := peak(c, asm.PeakTilesRows(c)[0])
	tiles.id.bound = boundAMX
	return tiles
}

// timesPeak is a multiple of the rate of multiply-adds.
func timesPeak(c asm.CPU, bound string, times float64) ceiling {
	row := asm.PeakRows(c)[0]
	p := peak(c, row)
	return ceiling{id: ceilingID{bound, compute}, isa: row.ISA, impl: itoa(int(times)) + " x " + row.Name, sample: func(t *team, over time.Duration) float64 { return times * p.sample(t, over) }}
}

// A sweep goes over a worker's buffer in calls of at most so many bytes, so that a collection never waits for long. A sample
// of what is in a cache moves sampleBytes at least, some 100 us; a large buffer is sampled piece after piece.
const (
	sweepBytes  = 256 << 10
	pieceBytes  = 16 << 20
	sampleBytes = 24 << 20
)

// sampled makes the sampler of a sweep that touches the bytes of a buffer; moved is what counts of each byte. Samplers of a
// large buffer begin at parts of it (0, 1, 2 thirds), and no try sees the piece of the one before: none finds what another
// has just brought into L3.
func sampled(bufs [][]float32, third int, moved float64, call func(w int, p unsafe.Pointer, bytes int)) sampler {
	size := 4 * len(bufs[0])
	most := min(size, pieceBytes)
	pieces := size / most
	next := make([]struct {
		piece int
		_     [120]byte // workers move on at the same time
	}, len(bufs))
	for w := range next {
		next[w].piece = third * (pieces / 3)
	}
	once := func(w int) {
		base := unsafe.Add(ptr(bufs[w]), next[w].piece%pieces*most)
		for off := 0; off < most; off += sweepBytes {
			call(w, unsafe.Add(base, off), min(sweepBytes, most-off))
		}
		next[w].piece++
	}
	return func(t *team, over time.Duration) float64 {
		reps := 1
		if pieces == 1 {
			reps = max(1, sampleBytes/most)
			t.each(once) // what is to be in a cache is there
		}
		return t.rate(over, func(w int) float64 {
			for range reps {
				once(w)
			}
			return float64(most*reps) * moved
		})
	}
}

// A block is a worker's arguments; those of two lie apart, since kernels write in them.
type block[T any] struct {
	args T
	_    [128]byte
}

// copyCeiling copies the first half of each piece to the second.
func copyCeiling(c asm.CPU, bound string, bufs [][]float32) ceiling {
	row := asm.CopyRows(c)[0]
	blocks := make([]block[args.Move], len(bufs))
	s := sampled(bufs, 1, 1, func(w int, p unsafe.Pointer, bytes int) {
		cols := bytes / 8
		blocks[w].args = args.Move{Src: p, Dst: unsafe.Add(p, 4*cols), Rows: 1, Cols: cols, SrcLd: 4 * cols, DstLd: 4 * cols}
		row.Fn(&blocks[w].args)
	})
	return ceiling{id: ceilingID{bound, copying}, isa: row.ISA, impl: row.Name, sample: s}
}

// updateCeiling changes the sign of what it reads.
func updateCeiling(c asm.CPU, bound string, bufs [][]float32) (ceiling, error) {
	p, err := tile.Parse("tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = neg v0\nstore y v1\n")
	if err != nil {
		return ceiling{}, fmt.Errorf("ceiling of updates: %w", err)
	}
	tape, err := asm.NewTape(c, p)
	if err != nil {
		return ceiling{}, fmt.Errorf("ceiling of updates: %w", err)
	}
	workers := make([]*asm.TapeArgs, len(bufs))
	for w := range workers {
		workers[w] = new(asm.TapeArgs)
	}
	s := sampled(bufs, 2, 2, func(w int, p unsafe.Pointer, bytes int) {
		a := workers[w]
		a.Rows, a.Cols = 1, bytes/4
		a.Slots[0].Ptr, a.Slots[1].Ptr = p, p
		tape.RunUnchecked(a)
	})
	return ceiling{id: ceilingID{bound, updates}, isa: c.ISA, impl: tape.Row(), sample: s}, nil
}
