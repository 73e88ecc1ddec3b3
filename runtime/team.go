package runtime

import (
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
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
//
// A ticket counts the units of a stage that have been taken; its upper half is the number of the stage, so that a helper
// that is late never takes a unit of another stage than the one it looked at.
type team struct {
	size    int // workers wanted, the caller among them
	ticket  atomic.Uint64
	_       [128]byte
	done    atomic.Int64
	_       [128]byte
	total   atomic.Int64
	job     atomic.Pointer[job]
	joined  atomic.Int32 // helpers that serve this team now
	current job

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

// shut is the count of a ticket that no one may take.
const shut = 1<<32 - 1

// do runs the n units of a stage on all workers and waits for them.
func (t *team) do(fr *frame, w *boundWave, stage, n int) error {
	gen := t.ticket.Load()>>32 + 1
	t.ticket.Store(gen<<32 | shut)
	t.current = job{fr, w, stage}
	t.job.Store(&t.current)
	t.total.Store(int64(n))
	t.done.Store(0)
	t.err = nil
	t.ticket.Store(gen << 32)
	if missing := min(t.size, n) - 1 - int(t.joined.Load()); missing > 0 {
		shared.call(t, missing)
	}
	for t.one(&fr.main) {
	}
	for spin := 0; t.done.Load() < int64(n); spin++ {
		if spin%64 == 63 {
			goruntime.Gosched()
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// one takes a unit and runs it; false if there is none.
func (t *team) one(w *worker) bool {
	for {
		x := t.ticket.Load()
		u := int64(x & shut)
		if u >= t.total.Load() || u == shut {
			return false
		}
		if t.ticket.CompareAndSwap(x, x+1) {
			t.runUnit(t.job.Load(), int(u), w)
			t.done.Add(1)
			return true
		}
	}
}

func (t *team) runUnit(j *job, unit int, w *worker) {
	i, upto := 0, j.wave.stages[j.stage]
	for unit >= upto[i] {
		i++
	}
	s, local := j.wave.kernels[i], unit
	if i > 0 {
		local -= upto[i-1]
	}
	defer func() {
		if r := recover(); r != nil {
			t.fail(unit, j.fr.stepError(s, fmt.Errorf("panic: %v", r)))
		}
	}()
	if err := s.kernel.run(j.fr, j.stage, local, w); err != nil {
		t.fail(unit, j.fr.stepError(s, err))
	}
}

func (t *team) fail(unit int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil || unit < t.unit {
		t.err, t.unit = err, unit
	}
}

// Spinning: a helper looks for work this long after the last it found, then goes back to the pool.
const (
	spinFor  = 50 * time.Microsecond
	idleFor  = 5 * time.Second
	spinStep = 128
)

// serve runs units of the team's stages until there has been none for a while.
func (t *team) serve(w *worker) {
	last := time.Now()
	for spin := 0; ; spin++ {
		if t.one(w) {
			for t.one(w) {
			}
			last = time.Now()
			spin = 0
			continue
		}
		if spin%spinStep == spinStep-1 {
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
		h.wake <- t
	}
}

func (h *helper) loop(p *pool) {
	timer := time.NewTimer(idleFor)
	defer timer.Stop()
	for {
		select {
		case t := <-h.wake:
			t.serve(&h.w)
			t.joined.Add(-1)
			p.mu.Lock()
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
