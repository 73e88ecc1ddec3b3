package units

import (
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// run runs stages on helpers and the caller, and counts how often each unit ran.
func run(t *testing.T, table *Table[*[]atomic.Int32], helpers int, stages []int) {
	t.Helper()
	all := func(w Turn[*[]atomic.Int32]) {
		for u, ok := w.Take(); ok; u, ok = w.Take() {
			(**w.Job())[u].Add(1)
		}
	}
	var end atomic.Bool
	var group sync.WaitGroup
	for h := range helpers {
		group.Go(func() {
			for !end.Load() {
				all(table.Look(h + 1))
				goruntime.Gosched()
			}
		})
	}
	for stage, n := range stages {
		list := make([]atomic.Int32, n)
		all(table.Open(&list, n))
		table.Wait()
		for u := range list {
			if c := list[u].Load(); c != 1 {
				t.Errorf("stage %d: unit %d of %d ran %d times", stage, u, n, c)
			}
		}
	}
	end.Store(true)
	group.Wait()
}

// TestEachOnce: whatever the numbers of seats, workers and units, each unit runs once.
func TestEachOnce(t *testing.T) {
	var stages []int
	for range 300 {
		stages = append(stages, 0, 1, 2, 3, 5, 64, 1, 7)
	}
	for _, seats := range []int{0, 1, 2, 3, 8} {
		for _, helpers := range []int{0, 1, 3} {
			run(t, New[*[]atomic.Int32](seats), helpers, stages)
		}
	}
}

// TestComeRound: the number of a stage fits into half a ticket, and comes round.
func TestComeRound(t *testing.T) {
	table := New[*[]atomic.Int32](3)
	run(t, table, 1, []int{9, 1})
	for _, gen := range []uint64{renew - 2, 2*renew - 2, 4*renew - 2} {
		table.stage.Store(gen << 32)
		run(t, table, 1, []int{1, 1, 9, 1, 9})
	}
}

// TestLate: a worker that looks at a stage that has ended takes nothing of the next.
func TestLate(t *testing.T) {
	table := New[int](2)
	take := func(w Turn[int]) (n int) {
		for _, ok := w.Take(); ok; _, ok = w.Take() {
			n++
		}
		return n
	}
	first := table.Open(1, 4)
	late := table.Look(1)
	if n := take(first); n != 4 {
		t.Errorf("took %d of 4", n)
	}
	table.Wait()
	second := table.Open(2, 6)
	if !late.Another(table) {
		t.Error("the next stage is not another")
	}
	if u, ok := late.Take(); ok {
		t.Errorf("took unit %d of a stage it has not looked at", u)
	}
	if n := take(table.Look(1)) + take(second); n != 6 {
		t.Errorf("took %d of 6", n)
	}
	table.Wait()
}

// TestRanges: seats have equal ranges, the first ones a unit more.
func TestRanges(t *testing.T) {
	for _, c := range []struct {
		units, seats int
		want         []int
	}{{9, 2, []int{0, 5, 9}}, {2, 4, []int{0, 1, 2, 2, 2}}, {0, 2, []int{0, 0, 0}}, {8, 2, []int{0, 4, 8}}} {
		for i, want := range c.want {
			if got := first(i, c.units, c.seats); got != want {
				t.Errorf("%d units, %d seats: range %d begins at %d, not %d", c.units, c.seats, i, got, want)
			}
		}
	}
}

// BenchmarkStage is what it costs to deal units of no work to two workers that wait for them.
func BenchmarkStage(b *testing.B) {
	for _, n := range []int{2, 16, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			table := New[int](2)
			var end atomic.Bool
			var group sync.WaitGroup
			group.Go(func() {
				for w := table.Look(1); !end.Load(); w = table.Look(1) {
					for _, ok := w.Take(); ok; _, ok = w.Take() {
					}
				}
			})
			for b.Loop() {
				w := table.Open(0, n)
				for _, ok := w.Take(); ok; _, ok = w.Take() {
				}
				table.Wait()
			}
			end.Store(true)
			group.Wait()
		})
	}
}
