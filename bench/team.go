package bench

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-350a5e16/nnc/runtime/units"
)

// A team runs the units of kernels on threads, dealt out as the runtime does. Between begin and end its helpers spin, so that
// taking up work costs little; otherwise they sleep and leave the cores to what else is measured.
type team struct {
	size  int
	table *units.Table[stage]
	wake  []chan struct{}
	wg    sync.WaitGroup
	busy  atomic.Int64 // helpers that have not fallen asleep
	idle  atomic.Bool  // helpers are to sleep
}

// A stage is what its units do.
type stage struct {
	number int
	run    func(stage, unit, worker int)
}

func newTeam(size int) *team {
	t := &team{size: size, table: units.New[stage](size)}
	for w := 1; w < size; w++ {
		c := make(chan struct{}, 1)
		t.wake = append(t.wake, c)
		t.wg.Go(func() {
			for range c {
				t.serve(w)
			}
		})
	}
	return t
}

// close ends the helpers.
func (t *team) close() {
	for _, c := range t.wake {
		close(c)
	}
	t.wg.Wait()
}

// begin wakes the helpers, and waits until all are there.
func (t *team) begin() {
	t.idle.Store(false)
	t.busy.Store(int64(t.size - 1))
	for _, c := range t.wake {
		c <- struct{}{}
	}
	t.each(func(int) {})
}

// end lets them sleep.
func (t *team) end() {
	t.idle.Store(true)
	for spin := 1; t.busy.Load() > 0; spin++ {
		yield(spin)
	}
}

// serve is a helper between begin and end.
func (t *team) serve(worker int) {
	var turn units.Turn[stage]
	for spin := 1; !t.idle.Load(); spin++ {
		if turn.Another(t.table) {
			turn = t.table.Look(worker)
			some(&turn, worker)
		}
		yield(spin)
	}
	t.busy.Add(-1)
}

// yield lets other goroutines run, once in a while.
func yield(spin int) {
	if spin%64 == 0 {
		goruntime.Gosched()
	}
}

// some runs units until there is none left.
func some(turn *units.Turn[stage], worker int) {
	for u, ok := turn.Take(); ok; u, ok = turn.Take() {
		s := turn.Job()
		s.run(s.number, u, worker)
	}
}

// do runs the n units of a stage, between begin and end.
func (t *team) do(s stage, n int) {
	turn := t.table.Open(s, n)
	some(&turn, 0)
	t.table.Wait()
}

// each calls f once on every worker, between begin and end: none begins before the last has come, so none takes two.
func (t *team) each(f func(worker int)) {
	var here atomic.Int64
	t.do(stage{run: func(_, _, w int) {
		here.Add(1)
		for spin := 1; here.Load() < int64(t.size); spin++ {
			yield(spin)
		}
		f(w)
	}}, t.size)
}

// rateTries is how often a rate is measured: the greatest counts, since what disturbs can only lower it.
const rateTries = 3

// rate is what all workers do in a nanosecond while all of them are at it: each is timed by its own clock, from when the last
// has come, and calls f until so much time is over, at least once. A helper that is late, or that shares its core for a moment,
// would else make a ceiling look low.
func (t *team) rate(over time.Duration, f func(worker int) (done float64)) float64 {
	rates := make([]float64, 16*t.size) // a cache line or more for each
	best := 0.0
	for range rateTries {
		t.each(func(w int) {
			from := time.Now()
			done, passed := f(w), time.Since(from)
			for passed < over {
				done += f(w)
				passed = time.Since(from)
			}
			rates[16*w] = done / float64(passed)
		})
		sum := 0.0
		for w := range t.size {
			sum += rates[16*w]
		}
		best = max(best, sum)
	}
	return best
}

// stages runs the units of stage after stage, between begin and end.
func (t *team) stages(counts []int, f func(stage, unit, worker int)) {
	if t.size == 1 {
		for stage, n := range counts {
			for u := range n {
				f(stage, u, 0)
			}
		}
		return
	}
	for i, n := range counts {
		t.do(stage{i, f}, n)
	}
}
