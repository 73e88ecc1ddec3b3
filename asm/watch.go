package asm

import (
	"fmt"
	"time"
)

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

// watched is a row whose kernel is timed if there is a watch. A family whose kernels are not here panics: none is overlooked.
func watched[F any](w *Watch, r Row[F]) Row[F] {
	if w == nil {
		return r
	}
	switch fn := any(&r.Fn).(type) {
	case *GemmFunc:
		*fn = timed(w, r.Name, *fn)
	case *MoveFunc:
		*fn = timed(w, r.Name, *fn)
	case *IndexFunc:
		*fn = timed(w, r.Name, *fn)
	case *SeekFunc:
		*fn = timed(w, r.Name, *fn)
	case *PlaneFunc:
		*fn = timed(w, r.Name, *fn)
	case *PoolGradFunc:
		*fn = timed(w, r.Name, *fn)
	case *WindowFunc:
		*fn = timed(w, r.Name, *fn)
	case *RandomFunc:
		*fn = timed(w, r.Name, *fn)
	case *WeightsFunc:
		*fn = timed(w, r.Name, *fn)
	case *PeakFunc:
		*fn = timed(w, r.Name, *fn)
	case *ReadFunc:
		*fn = timed(w, r.Name, *fn)
	case *StreamFunc:
		*fn = timed(w, r.Name, *fn)
	case *FoldFunc:
		*fn = timed(w, r.Name, *fn)
	case *MomentsFunc:
		*fn = timed(w, r.Name, *fn)
	case *AttnStepFunc:
		*fn = timed(w, r.Name, *fn)
	case *RowsFunc:
		*fn = timed(w, r.Name, *fn)
	case *tapeRow:
		fn.run = timed(w, r.Name, fn.run)
	default:
		panic(fmt.Sprintf("asm: nothing watches kernels of type %T", r.Fn))
	}
	return r
}

// timed is fn with its calls seen by w; nil stays nil.
func timed[A interface{ Work() int }](w *Watch, name string, fn func(A)) func(A) {
	if fn == nil {
		return nil
	}
	return func(a A) {
		c := Call{Row: name, Work: a.Work()}
		from := time.Now()
		fn(a)
		c.Took = time.Since(from)
		w.Saw(c)
	}
}
