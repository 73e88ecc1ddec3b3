package asm

import "time"

// A Watch sees each entry into a kernel of the rows that are chosen for a CPU which has one. It is for tests and measurements: a
// kernel can't be stopped, so that no entry may last over 100 us.
type Watch struct {
	Saw func(Call)
}

// A Call is one entry into a kernel.
type Call struct {
	Row  string
	Work int // in the unit of the family's argument block; of a tape the picoseconds that Cut counts with
	Took time.Duration
}

// times is a watch whose calls do so many times the work.
func (w *Watch) times(n int) *Watch {
	if w == nil {
		return nil
	}
	return &Watch{func(c Call) {
		c.Work *= n
		w.Saw(c)
	}}
}

// A counted is an argument block that says how much an entry does; only families with one have rows to choose from, so that a
// watch overlooks none.
type counted interface{ Work() int }

// timed is fn with its calls seen by w, if there is one; nil stays nil.
func timed[A counted](w *Watch, name string, fn func(A)) func(A) {
	if w == nil || fn == nil {
		return fn
	}
	return func(a A) {
		c := Call{Row: name, Work: a.Work()}
		from := time.Now()
		fn(a)
		c.Took = time.Since(from)
		w.Saw(c)
	}
}
