package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// planReport is what inspect --plan --json prints.
type planReport struct {
	Fn         string     `json:"fn"`
	Calls      int64      `json:"calls"`
	Arena      int64      `json:"arena_bytes"`
	LowerBound int64      `json:"lower_bound_bytes"`
	Steps      []planStep `json:"steps"`
}

type planStep struct {
	Kernel string `json:"kernel"`
	Ops    int    `json:"ops"`
	Times  int64  `json:"times"`
}

// planned measures a plan at given sizes; those that are open are 1.
func planned(p *plan.Func, fn *nnc.Func, sizes map[string]string) (*planReport, error) {
	lookup, err := lengths(sizes)
	if err != nil {
		return nil, err
	}
	dims := map[string]int{}
	for _, s := range p.Syms {
		n, _ := lookup(s.Name)
		dims[s.Name] = int(n)
	}
	for _, a := range p.Args {
		if a.Kind == ir.Size {
			n, _ := lookup(a.Name)
			dims[a.Name] = int(n)
		}
	}
	r := &planReport{Fn: p.Name, Steps: []planStep{}}
	if r.Arena, err = fn.Warm(dims); err != nil {
		return nil, fmt.Errorf("%w\n  give sizes by --set NAME=N", err)
	}
	c := counter{p: p, lookup: lookup, report: r}
	if r.LowerBound, err = c.body(&p.Body, 1); err != nil {
		return nil, err
	}
	return r, nil
}

// counter walks a plan.
type counter struct {
	p      *plan.Func
	lookup func(string) (int64, bool)
	report *planReport
}

// body counts the steps of a body that runs times times, and returns the bytes that must be there at once: those of its
// buffers in the wave where most live, with the bodies in that wave.
func (c *counter) body(b *plan.Body, times int64) (int64, error) {
	var most int64
	for wave, steps := range b.Waves {
		live, err := c.live(b, wave)
		if err != nil {
			return 0, err
		}
		for _, s := range steps {
			inner, err := c.step(s, times)
			if err != nil {
				return 0, err
			}
			live += inner
		}
		most = max(most, live)
	}
	return most, nil
}

// live is the size of the buffers that hold something in a wave.
func (c *counter) live(b *plan.Body, wave int) (int64, error) {
	var sum int64
	for _, i := range b.Bufs {
		buf := c.p.Bufs[i]
		if wave < buf.From || wave > buf.To {
			continue
		}
		n, err := buf.Size.Eval(c.lookup)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// step counts a step; of an if it counts both branches' steps, of a while one round.
func (c *counter) step(s *plan.Step, times int64) (int64, error) {
	if s.Loop == nil && s.If == nil {
		c.report.Calls += times
		c.report.Steps = append(c.report.Steps, planStep{s.Name, s.Ops, times})
		return 0, nil
	}
	rounds := times
	if s.Loop != nil && !s.Loop.While {
		n, err := s.Loop.Trip.Eval(c.lookup)
		if err != nil {
			return 0, err
		}
		rounds *= n
	}
	var most int64
	for _, b := range s.Bodies() {
		n, err := c.body(b, rounds)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}
