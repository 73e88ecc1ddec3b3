package bench

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A team runs the units of kernels on threads. Between begin and end its helpers spin, so that taking up work costs little;
// otherwise they sleep and leave the cores to what else is measured.
type team struct {
	size int
	wake []chan struct{}
	wg   sync.WaitGroup

	work func(worker int)
	gen  atomic.Int64 // grows with each piece of work
	busy atomic.Int64 // helpers that have not ended theirs
	idle atomic.Bool  // helpers sleep
}

func newTeam(size int) *team {
	t := &team{size: size}
	t.idle.Store(true)
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

// begin wakes the helpers.
func (t *team) begin() {
	t.idle.Store(false)
	t.busy.Store(int64(t.size - 1))
	for _, c := range t.wake {
		c <- struct{}{}
	}
	t.join()
}

// end lets them sleep.
func (t *team) end() {
	t.busy.Store(int64(t.size - 1))
	t.idle.Store(true)
	t.join()
}

// serve is a helper between begin and end.
func (t *team) serve(worker int) {
	gen := t.gen.Load()
	t.busy.Add(-1)
	for spin := 1; !t.idle.Load(); spin++ {
		if g := t.gen.Load(); g != gen {
			gen = g
			t.work(worker)
			t.busy.Add(-1)
		}
		if spin%64 == 0 {
			goruntime.Gosched()
		}
	}
	t.busy.Add(-1)
}

func (t *team) join() {
	for spin := 1; t.busy.Load() > 0; spin++ {
		if spin%64 == 0 {
			goruntime.Gosched()
		}
	}
}

// each calls f once on every worker, between begin and end.
func (t *team) each(f func(worker int)) {
	t.work = f
	t.busy.Store(int64(t.size - 1))
	t.gen.Add(1)
	f(0)
	t.join()
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
		var here atomic.Int64
		t.each(func(w int) {
			here.Add(1)
			for spin := 1; here.Load() < int64(t.size); spin++ {
				if spin%64 == 0 {
					goruntime.Gosched()
				}
			}
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
func (t *team) stages(units []int, f func(stage, unit, worker int)) {
	if t.size == 1 {
		for stage, n := range units {
			for u := range n {
				f(stage, u, 0)
			}
		}
		return
	}
	for stage, n := range units {
		var next atomic.Int64
		t.each(func(w int) {
			for u := int(next.Add(1)) - 1; u < n; u = int(next.Add(1)) - 1 {
				f(stage, u, w)
			}
		})
	}
}
