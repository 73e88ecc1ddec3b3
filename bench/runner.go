package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// What runs for long is measured a few times only.
const (
	enough   = 3
	patience = 2 * time.Second
)

// A runner measures groups of cases beside the ceilings that bind them.
type runner struct {
	o        Options
	ceilings *ceilings
	maker    *maker
	solo     *team // for what runs on one thread alone
	emit     func(Row) error
}

// A measurement is a case in one state with what its rounds gave.
type measurement struct {
	spec
	*kernelCase
	cold    bool
	reps    int
	bind    ceilingID // the ceiling of its operations
	other   ceilingID // and that of its bytes
	own     *ceiling  // or: one over as many bytes as its own, or over its own operands
	memory  int       // rounds in which bytes took longer than operations
	spent   time.Duration
	times   []float64 // ns
	shares  []float64
	perElem []float64
	moved   []float64 // bytes a ns of the ceiling of its bytes
}

func (r *runner) group(ctx context.Context, list []spec) error {
	var ms []*measurement
	defer func() {
		for _, m := range ms {
			if m.close != nil && !m.cold {
				m.close()
			}
		}
	}()
	for _, s := range list {
		k, err := s.make(r.maker)
		if err != nil {
			return fmt.Errorf("%s %s: %w", s.kernel, s.shape, err)
		}
		m := &measurement{spec: s, kernelCase: k}
		r.maker.team.begin()
		m.reps = repeats(k.run, r.o.pace().sample)
		r.maker.team.end()
		m.bounds(r.maker.cpu, levelOf(r.maker.cpu, k.work.footprint()))
		r.measureReads(m)
		r.measureStreams(m)
		ms = append(ms, m)
		if cold := m.colder(r.maker.cpu); cold != nil && !r.o.Quick {
			ms = append(ms, cold)
		}
	}
	if err := r.rounds(ctx, ms); err != nil {
		return err
	}
	for _, m := range ms {
		if m.own != nil {
			if err := r.emit(m.own.row(m.moved, m.threads)); err != nil {
				return err
			}
		}
		if err := r.emit(m.row()); err != nil {
			return err
		}
	}
	return nil
}

// bounds are the ceilings of a case whose memory is in a level.
func (m *measurement) bounds(c asm.CPU, level string) {
	m.other = ceilingID{level, m.work.mix()}
	m.bind = ceilingID{boundFMA, compute}
	switch {
	case m.work.Words:
		m.bind.bound = boundWord
	case m.work.Int8 && hasTiles(c):
		m.bind.bound = boundAMX
	case m.work.Int8:
		m.bind.bound = boundVNNI
	}
}

// measureReads gives a case that reads beyond the core's own caches a ceiling of as many bytes.
func (r *runner) measureReads(m *measurement) {
	if m.other.mix == reading && (m.other.bound == boundL3 || m.other.bound == boundDRAM) {
		m.own = r.ceilings.sizedReads(m.other.bound, m.work.Read, m.threads)
	}
}

// streamLeast is the bytes of a thread's part of a stream that is worth a ceiling: of less, most is the calls.
const streamLeast = 8 << 10

// measureStreams gives a case that also writes a ceiling of exactly its operands: one of a level goes over other bytes, and reads and writes
// in another proportion.
func (r *runner) measureStreams(m *measurement) {
	if m.own != nil || len(m.streams) == 0 || len(m.streams) > args.Streams || 4*len(m.streams[0].mem) < m.threads*streamLeast {
		return
	}
	m.own = streamCeiling(r.maker.cpu, m.other.bound, m.streams, m.threads)
}

// colder is the case with what it works on out of the core's own caches, if it would fit into them.
func (m *measurement) colder(c asm.CPU) *measurement {
	if m.work.footprint() > float64(c.L2) {
		return nil
	}
	cold := &measurement{spec: m.spec, kernelCase: m.kernelCase, cold: true, reps: 1}
	cold.bounds(c, boundL3)
	return cold
}

func (r *runner) rounds(ctx context.Context, ms []*measurement) error {
	t := r.maker.team
	for range r.o.pace().rounds {
		for _, m := range ms {
			if err := ctx.Err(); err != nil {
				return err
			}
			if len(m.times) >= enough && m.spent > patience {
				continue
			}
			t.begin()
			if m.cold {
				r.evict()
			}
			if !m.direct() { // the model's own workers need the cores
				t.end()
			}
			if !m.cold && m.reps > 1 {
				m.run() // the samples of ceilings have filled the caches
			}
			ns := m.time()
			if m.direct() {
				t.end()
			}
			m.spent += time.Duration(ns) * time.Duration(max(rateTries, m.reps))
			if m.err != nil {
				return fmt.Errorf("%s: %w", m.kernel, m.err)
			}
			r.note(m, ns)
		}
	}
	return nil
}

// time is that of a run in this round. A cold case is cold once only.
func (m *measurement) time() float64 {
	if m.cold {
		return timed(1, m.run)
	}
	return steady(m.reps, m.run)
}

// window is how long a try of such a time took.
func (m *measurement) window(ns float64) time.Duration {
	if m.cold {
		return 0 // the shortest that settles the clock
	}
	return time.Duration(ns * float64(tryOf(m.reps)))
}

// direct reports whether the case runs on the bench's team, and not on that of a model.
func (m *measurement) direct() bool { return m.close == nil }

// evict reads so much that the caches of each core hold nothing else.
func (r *runner) evict() {
	c := r.ceilings.get(ceilingID{boundL3, reading})
	for range 2 {
		c.sample(r.maker.team, 0)
	}
}

// note adds a time, and its share of the ceilings at that moment, over as long as the case was tried.
func (r *runner) note(m *measurement, ns float64) {
	t := r.maker.team
	if m.threads == 1 {
		t = r.solo
	}
	over := m.window(ns)
	t.begin()
	ops := r.ceilings.get(m.bind).sample(t, over)
	memory := r.ceilings.get(m.other)
	if m.own != nil {
		memory = *m.own
	}
	bandwidth := memory.sample(t, over)
	t.end()
	m.moved = append(m.moved, bandwidth)
	least := max(m.work.Flops/ops, m.work.bytes()/bandwidth)
	m.times = append(m.times, ns)
	m.shares = append(m.shares, least/ns)
	if m.work.Flops/ops < m.work.bytes()/bandwidth {
		m.memory++
	}
	if m.work.Elements > 0 && !m.cold {
		m.perElem = append(m.perElem, ns*ops/m.work.Elements)
	}
}

func (m *measurement) row() Row {
	least := m.times[0]
	for _, t := range m.times {
		least = min(least, t)
	}
	ns := median(m.times)
	row := Row{Kernel: m.kernel, ISA: m.isa.String(), Shape: m.shape, Threads: m.threads, Median: round3(ns / 1e3), Min: round3(least / 1e3),
		GFlops: round3(m.work.Flops / ns), GBps: round3(m.work.bytes() / ns), Bound: m.bind.bound, Share: round3(median(m.shares)),
		State: "warm", Impl: m.impl, NoKernel: m.noKernel}
	if 2*m.memory > len(m.times) {
		row.Bound = m.other.bound
	}
	if m.cold {
		row.State = "cold"
	}
	if m.perElem != nil {
		row.PerElem = round3(median(m.perElem))
	}
	return row
}

// round3 keeps three decimals and what is small in full.
func round3(x float64) float64 {
	if x < 1 {
		return math.Round(x*1e5) / 1e5
	}
	return math.Round(x*1e3) / 1e3
}
