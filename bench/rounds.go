package bench

import (
	"slices"
	"strconv"
	"time"
)

// Options say what is measured and how long.
type Options struct {
	Quick   bool // a few short rounds
	Threads int  // of kernels; 0 is one
	Version string
}

// pace is how long things take.
type pace struct {
	rounds int
	sample time.Duration
	pieces int // that noise is told from
}

func (o Options) pace() pace {
	if o.Quick {
		return pace{rounds: 3, sample: 500 * time.Microsecond, pieces: 20}
	}
	return pace{rounds: 15, sample: 3 * time.Millisecond, pieces: 200}
}

func (o Options) threads() int { return max(1, o.Threads) }

// repeats is how often f runs in a sample of that length, at least once.
func repeats(f func(), sample time.Duration) int {
	f() // what is made at the first call is there
	n := 0
	from := time.Now()
	for time.Since(from) < sample {
		f()
		n++
	}
	return max(1, n)
}

// timed is the time of a call in nanoseconds, over n calls.
func timed(n int, f func()) float64 {
	from := time.Now()
	for range n {
		f()
	}
	return float64(time.Since(from)) / float64(n)
}

// steady is timed by the quickest third of n calls: ceilings are sampled three times as well, since what disturbs can only
// make things slower.
func steady(n int, f func()) float64 {
	best := timed(tryOf(n), f)
	for range rateTries - 1 {
		best = min(best, timed(tryOf(n), f))
	}
	return best
}

// tryOf is how many of n calls are one try.
func tryOf(n int) int { return (n + rateTries - 1) / rateTries }

// median sorts the list.
func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func itoa(n int) string { return strconv.Itoa(n) }
