package runtime

import (
	"cmp"
	"slices"

	"github.com/seed-350a5e16/nnc/compiler/plan"
)

// arenaAlign is what buffers are aligned to: two cache lines, so that workers' pieces do not share one.
const arenaAlign = 128

// block is a stretch of the arena that lives from one wave to another.
type block struct {
	size, from, to int
	at             int   // set by fit
	bufs           []int // one buffer, or those of the bodies inside a step, whose offsets are relative to the block
}

// fit lays blocks into as little memory as a best fit finds: the largest first, each into the smallest gap that is
// free in all its waves. It returns the size of the whole. The same blocks always come to lie alike.
func fit(blocks []block) int {
	order := make([]int, len(blocks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(blocks[b].size, blocks[a].size), cmp.Compare(a, b))
	})
	total := 0
	var placed []int // by offset
	for _, i := range order {
		b := &blocks[i]
		b.at = gap(blocks, placed, b)
		total = max(total, b.at+b.size)
		at, _ := slices.BinarySearchFunc(placed, b.at, func(j, off int) int { return cmp.Compare(blocks[j].at, off) })
		placed = slices.Insert(placed, at, i)
	}
	return total
}

// gap is the offset of the smallest hole between living blocks into which b fits; behind them all if there is none.
func gap(blocks []block, placed []int, b *block) int {
	end, best, bestSize := 0, -1, 0
	for _, j := range placed {
		o := &blocks[j]
		if o.to < b.from || b.to < o.from {
			continue
		}
		if hole := o.at - end; hole >= b.size && (best < 0 || hole < bestSize) {
			best, bestSize = end, hole
		}
		end = max(end, o.at+o.size)
	}
	if best >= 0 {
		return best
	}
	return end
}

// layout places the buffers of a body and of the bodies inside it: those live within one wave of it. off receives the
// offsets relative to the body; the size is returned.
func layout(b *plan.Body, f *plan.Func, size func(buf int) (int, error), off []int) (int, error) {
	var blocks []block
	for _, id := range b.Bufs {
		n, err := size(id)
		if err != nil {
			return 0, err
		}
		if f.Bufs[id].From >= 0 {
			blocks = append(blocks, block{size: roundUp(n), from: f.Bufs[id].From, to: f.Bufs[id].To, bufs: []int{id}})
		}
	}
	var err error
	b.EachWave(func(wave int, s *plan.Step) {
		for _, inner := range s.Bodies() {
			n, innerErr := layout(inner, f, size, off)
			if innerErr != nil {
				err = innerErr
			}
			blocks = append(blocks, block{size: n, from: wave, to: wave, bufs: owned(inner, nil)})
		}
	})
	total := fit(blocks)
	for _, bl := range blocks {
		for _, id := range bl.bufs {
			off[id] += bl.at
		}
	}
	return total, err
}

// owned lists the buffers of a body and of those inside it.
func owned(b *plan.Body, list []int) []int {
	list = append(list, b.Bufs...)
	b.EachWave(func(_ int, s *plan.Step) {
		for _, inner := range s.Bodies() {
			list = owned(inner, list)
		}
	})
	return list
}

func roundUp(n int) int { return (n + arenaAlign - 1) &^ (arenaAlign - 1) }
