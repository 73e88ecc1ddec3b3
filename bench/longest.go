package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
)

// A Longest is the longest entry into a kernel of all that a case makes on one thread.
type Longest struct {
	Kernel, Shape string // of the case
	Calls         int    // entries of one run
	Call          asm.Call
}

// LongestCalls runs each kernel of a choice some times, and cases that are there for the length of their calls alone. An entry counts by
// the least time of all runs: runs of one case make the same entries in the same order, and what disturbs one can only make it
// longer.
func LongestCalls(ctx context.Context, cpu asm.CPU, c Choice, runs int, emit func(Longest) error) error {
	t := newTeam(1)
	defer t.close()
	for _, s := range c.of(callSpecs()) {
		if err := ctx.Err(); err != nil {
			return err
		}
		l, err := longest(s, &maker{cpu: cpu, team: t}, runs)
		if err != nil {
			return fmt.Errorf("%s %s: %w", s.kernel, s.shape, err)
		}
		if err := emit(l); err != nil {
			return err
		}
	}
	return nil
}

// callSpecs are all cases that enter kernels by themselves, and do not have a model do so.
func callSpecs() []spec {
	return slices.DeleteFunc(slices.Concat(specs(), longSpecs()), func(s spec) bool { return strings.Contains(s.kernel, "/") })
}

func longest(s spec, m *maker, runs int) (Longest, error) {
	var calls []asm.Call // of the run
	m.cpu.Watch = &asm.Watch{Saw: func(c asm.Call) { calls = append(calls, c) }}
	k, err := s.make(m)
	if err != nil {
		return Longest{}, err
	}
	least := runCalls(k, &calls)
	for range runs - 1 {
		for i, c := range runCalls(k, &calls) {
			if i >= len(least) || c.Row != least[i].Row || c.Work != least[i].Work {
				return Longest{}, fmt.Errorf("entry %d of a run is another one than before", i)
			}
			least[i].Took = min(least[i].Took, c.Took)
		}
	}
	l := Longest{Kernel: s.kernel, Shape: s.shape, Calls: len(least)}
	for _, c := range least {
		if c.Took > l.Call.Took {
			l.Call = c
		}
	}
	return l, k.err
}

// runCalls are the entries of one run.
func runCalls(k *kernelCase, calls *[]asm.Call) []asm.Call {
	*calls = (*calls)[:0]
	k.run()
	return slices.Clone(*calls)
}

// String is the figure.
func (l Longest) String() string {
	return fmt.Sprintf("%s %s %.3g us", l.Kernel, l.Shape, float64(l.Call.Took)/float64(time.Microsecond))
}
