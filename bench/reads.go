package bench

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// readCeiling is how fast memory is loaded by the row that is the fastest there: which one that is depends on the level, and is
// looked for once.
func readCeiling(c asm.CPU, bound string, bufs [][]float32) ceiling {
	return fastest(readings(c, func(row asm.Row[asm.ReadFunc]) ceiling {
		blocks := make([]block[args.Read], len(bufs))
		loops := max(1, sweepBytes/(4*len(bufs[0]))) // of what is in L1, or entering the loop would count
		s := sampled(bufs, 0, float64(loops), func(w int, p unsafe.Pointer, bytes int) {
			blocks[w].args = args.Read{Ptr: p, Bytes: bytes / 1024 * 1024, Loops: loops}
			asm.CallRead(row, &blocks[w].args)
		})
		return ceiling{id: ceilingID{bound, reading}, isa: row.ISA, impl: row.Name, sample: s}
	}), 1)
}

// readBytes is what one call reads of much memory: four streams are then as long as those of a kernel.
const readBytes = 1 << 20

// sizedReads is a ceiling of reading over as many bytes as a case does, again and again as it does: how much of them is still in L3
// depends on how many they are. Each of the threads goes over a part.
func (cs *ceilings) sizedReads(bound string, bytes float64, threads int) *ceiling {
	part := min(int(bytes)/threads, 4*len(cs.memory[0])) / 1024 * 1024
	best := fastest(readings(cs.cpu, func(row asm.Row[asm.ReadFunc]) ceiling {
		blocks := make([]block[args.Read], threads)
		once := func(w int) {
			for off := 0; off < part; off += readBytes {
				blocks[w].args = args.Read{Ptr: unsafe.Add(ptr(cs.memory[w]), off), Bytes: min(readBytes, part-off), Loops: 1}
				asm.CallRead(row, &blocks[w].args)
			}
		}
		id := ceilingID{bound, mix(fmt.Sprintf("%s of %d MB", reading, int(bytes)>>20))}
		return ceiling{id: id, isa: row.ISA, impl: row.Name, sample: func(t *team, over time.Duration) float64 {
			t.each(once) // what of it stays in a cache is there
			return t.rate(over, func(w int) float64 {
				once(w)
				return float64(part)
			})
		}}
	}), threads)
	return &best
}

// readings makes a ceiling of each row of c's widest instruction set.
func readings(c asm.CPU, of func(asm.Row[asm.ReadFunc]) ceiling) []ceiling {
	var list []ceiling
	rows := asm.ReadRows(c)
	for _, row := range rows {
		if row.ISA == rows[0].ISA {
			list = append(list, of(row))
		}
	}
	return list
}

// The fastest of several ceilings is looked for in so many turns of so long.
const (
	choiceRounds = 9
	choiceTime   = time.Millisecond / 4
)

// fastest is the ceiling with the greatest median rate on so many threads.
func fastest(list []ceiling, threads int) ceiling {
	if len(list) == 1 {
		return list[0]
	}
	t := newTeam(threads)
	defer t.close()
	t.begin()
	defer t.end()
	rates := make([][]float64, len(list))
	for range choiceRounds {
		for i, c := range list {
			rates[i] = append(rates[i], c.sample(t, choiceTime))
		}
	}
	best := 0
	for i := range list {
		if median(rates[i]) > median(rates[best]) {
			best = i
		}
	}
	return list[best]
}
