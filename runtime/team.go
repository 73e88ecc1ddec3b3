package runtime

import (
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/runtime/units"
)

// worker is what one goroutine needs to run units.
type worker struct {
	tape asm.TapeArgs
	gemm *asm.Scratch

	sorter asm.Sorter
	drawer asm.Drawer
}

// init makes the scratch of the kernels.
func (w *worker) init() {
	if w.gemm == nil {
		w.gemm = asm.NewScratch()
		w.gemm.Worker = w
	}
}

// team is the workers of one call: the calling goroutine, and helpers from the pool that spin for a while between waves.
type team struct {
	size   int // workers wanted, the caller among them
	table  *units.Table[job]
	joined atomic.Int32 // helpers that serve this team now
	seats  []bool       // by number of worker: taken; the pool's

	mu   sync.Mutex
	err  error
	unit int // whose error err is: the first in order wins
}

// job is a stage of a wave.
type job struct {
	fr    *frame
	wave  *boundWave
	stage int
}

// seat makes the team's seats.
func (t *team) seat(workers int) {
	t.table, t.seats = units.New[job](workers), make([]bool, workers)
}

// do runs the n units of a stage on all workers and waits for them.
func (t *team) do(fr *frame, w *boundWave, stage, n int) error {
	t.err = nil
	turn := t.table.Open(job{fr, w, stage}, n)
	if missing := min(t.size, n) - 1 - int(t.joined.Load()); missing > 0 {
		shared.call(t, missing)
	}
	for t.some(&turn, &fr.main) {
	}
	t.table.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// some runs units until there is none left, or until one panics; false if there was none.
func (t *team) some(turn *units.Turn[job], w *worker) (ran bool) {
	unit := 0
	var s *boundStep
	defer func() {
		if r := recover(); r != nil {
			t.fail(unit, turn.Job().fr.stepError(s, fmt.Errorf("panic: %v", r)))
		}
	}()
	for {
		u, ok := turn.Take()
		if !ok {
			return ran
		}
		unit, ran = u, true
		j := turn.Job()
		var local int
		s, local = j.wave.step(j.stage, u)
		if err := s.kernel.run(j.fr, j.stage, local, w); err != nil {
			t.fail(u, j.fr.stepError(s, err))
		}
	}
}

// step is the step that a unit of a stage is of, and its number there.
func (w *boundWave) step(stage, unit int) (*boundStep, int) {
	i, upto := 0, w.stages[stage]
	for unit >= upto[i] {
		i++
	}
	if i > 0 {
		unit -= upto[i-1]
	}
	return w.kernels[i], unit
}

func (t *team) fail(unit int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil || unit < t.unit {
		t.err, t.unit = err, unit
	}
}

// Spinning: a helper looks for work this long after the last it found, then goes back to the pool. Between two looks at the
// clock, in which it sees no work, it spins for a microsecond.
const (
	spinFor  = 50 * time.Microsecond
	idleFor  = 5 * time.Second
	spinStep = 1024
)

// serve runs units of the team's stages until there has been none for a while.
func (t *team) serve(w *worker, seat int) {
	last := time.Now()
	var turn units.Turn[job]
	for spin := 1; ; spin++ {
		if turn.Another(t.table) {
			if turn = t.table.Look(seat); t.some(&turn, w) {
				for t.some(&turn, w) {
				}
				last, spin = time.Now(), 1
			}
		}
		if spin%spinStep == 0 {
			if time.Since(last) > spinFor {
				return
			}
			goruntime.Gosched()
		}
	}
}

// pool holds the helpers of the process. Nothing runs before the first call that wants one; a helper that has been idle
// for some seconds ends.
type pool struct {
	mu   sync.Mutex
	idle []*helper
}

// shared is the one pool: helpers serve whatever model calls. It is never replaced.
var shared = &pool{}

type helper struct {
	wake chan *team
	seat int // in the team that it is called to
	w    worker
}

// call sends n helpers to the team.
func (p *pool) call(t *team, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		t.joined.Add(1)
		var h *helper
		if k := len(p.idle); k > 0 {
			h = p.idle[k-1]
			p.idle = p.idle[:k-1]
		} else {
			h = &helper{wake: make(chan *team, 1)}
			h.w.init()
			go h.loop(p)
		}
		h.seat = t.takeSeat()
		h.wake <- t
	}
}

// takeSeat finds a free seat: with the same helpers each worker has the same from call to call, and what it works on in its
// cache.
func (t *team) takeSeat() int {
	for i := 1; i < len(t.seats); i++ {
		if !t.seats[i] {
			t.seats[i] = true
			return i
		}
	}
	return 0
}

func (h *helper) loop(p *pool) {
	timer := time.NewTimer(idleFor)
	defer timer.Stop()
	for {
		select {
		case t := <-h.wake:
			t.serve(&h.w, h.seat)
			t.joined.Add(-1)
			p.mu.Lock()
			t.seats[h.seat] = false
			p.idle = append(p.idle, h)
			p.mu.Unlock()
			timer.Reset(idleFor)
		case <-timer.C:
			if p.forget(h) {
				return
			}
			timer.Reset(idleFor)
		}
	}
}

// forget takes an idle helper off the list; false if it has just been called.
func (p *pool) forget(h *helper) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, o := range p.idle {
		if o == h {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return true
		}
	}
	return false
}
