package text

import (
	"context"
	"errors"
	"math/bits"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// What computing a table may take: elements of one value, elements of all values together (those in a loop once a round),
// and rounds of loops. A source of a few lines could ask for any amount otherwise.
const (
	maxTable       = 1 << 25
	maxTableWork   = 1 << 30
	maxTableRounds = 1 << 22
)

// affordable refuses a table that is too large to be computed when compiling.
func (m *elab) affordable(f *ir.Func, path string, at diag.Span) {
	largest, work := tableWork(f, 1)
	if largest > maxTable {
		m.fail(at, diag.TooLarge, "%s needs a tensor of %d elements; a table may have %d", path, largest, maxTable)
	}
	if work > maxTableWork {
		m.fail(at, diag.TooLarge, "%s takes too much work for a table", path)
	}
}

// tableWork is the size of the largest value and of all, in a function that runs so many times.
func tableWork(f *ir.Func, times uint64) (largest, work uint64) {
	for _, n := range f.Nodes {
		for _, t := range n.Types {
			if size, ok := t.Numel().Int(); ok && size > 0 {
				largest = max(largest, uint64(size))
				work = saturating(work, uint64(size), times)
			}
		}
		rounds := times
		if s, ok := n.Op.(ops.Scan); ok {
			if trip, known := s.Trip.Int(); known {
				rounds = saturating(0, times, uint64(max(trip, 0)))
			}
		}
		for _, g := range n.Funcs {
			l, w := tableWork(g, rounds)
			largest, work = max(largest, l), saturating(work, w, 1)
		}
	}
	return largest, work
}

// saturating is sum + a * b, at most 1 << 62.
func saturating(sum, a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 || lo > 1<<62-sum {
		return 1 << 62
	}
	return sum + lo
}

// tableContext ends after maxTableRounds questions whether it has: loops ask once a round.
type tableContext struct {
	context.Context
	rounds int
}

func (c *tableContext) Err() error {
	if c.rounds++; c.rounds > maxTableRounds {
		return errors.New("its loops take too many rounds")
	}
	return nil
}
