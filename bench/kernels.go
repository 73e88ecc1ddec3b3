package bench

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/seed-350a5e16/nnc/asm"
)

// specs are all measurements, in the order of reports.
func specs() []spec {
	var list []spec
	for _, group := range [][]spec{
		gemmSpecs(), qgemmSpecs(), wgemmSpecs(), convSpecs(), attentionSpecs(), tapeSpecs(), rowSpecs(), poolSpecs(), moveSpecs(), moveModels(), foldSpecs(), cumsumSpecs(), resampleSpecs(), normSpecs(), indexSpecs(), randomSpecs(), peerSpecs(), runtimeSpecs(),
	} {
		list = append(list, group...)
	}
	return list
}

// A Choice says which kernels are measured. Nil expressions match all.
type Choice struct {
	Kernels, Shape *regexp.Regexp
}

// Names are the kernels there are, each once.
func Names() []string {
	var names []string
	for _, s := range specs() {
		if !slices.Contains(names, s.kernel) {
			names = append(names, s.kernel)
		}
	}
	return names
}

// choose leaves out what is not asked for; slow ones of a quick run, too, unless they are named by shape or all the rest is.
func (c Choice) choose(quick bool) []spec {
	var list []spec
	for _, s := range c.of(specs()) {
		if quick && s.slow && c.Shape == nil {
			continue
		}
		list = append(list, s)
	}
	return list
}

// of are the measurements of a list that are asked for.
func (c Choice) of(specs []spec) []spec {
	var list []spec
	for _, s := range specs {
		if c.Kernels != nil && !c.Kernels.MatchString(s.kernel) || c.Shape != nil && !c.Shape.MatchString(s.shape) {
			continue
		}
		list = append(list, s)
	}
	return list
}

// ErrNothing says that a choice matches no kernel.
var ErrNothing = fmt.Errorf("no kernel has such a name and shape")

// group is how many cases are measured in turns: their memory is there at the same time.
const group = 12

// Kernels measures the machine, its ceilings, and the kernels of a choice, and hands on each row as soon as it is known.
// Shares are of ceilings measured in the same rounds.
func Kernels(ctx context.Context, o Options, c Choice, machine func(Machine) error, emit func(Row) error) error {
	chosen := c.choose(o.Quick)
	if len(chosen) == 0 {
		return ErrNothing
	}
	cpu := asm.Detect()
	if cpu.Err != nil {
		return cpu.Err
	}
	m := describe(cpu, o.Version, o.pace().pieces)
	if err := machine(m); err != nil {
		return err
	}
	cs, err := newCeilings(cpu, max(o.threads(), m.Cores), o.Quick)
	if err != nil {
		return err
	}
	for _, threads := range counts(o.threads(), m.Cores) {
		if err := cs.report(ctx, o, threads, emit); err != nil {
			return err
		}
	}
	t := newTeam(o.threads())
	defer t.close()
	r := &runner{o: o, ceilings: cs, solo: newTeam(1), maker: &maker{cpu: cpu, team: t}, emit: emit}
	for len(chosen) > 0 {
		n := min(group, len(chosen))
		if err := r.group(ctx, chosen[:n]); err != nil {
			return err
		}
		chosen = chosen[n:]
	}
	return nil
}

// counts are the threads that ceilings are measured with: one, as many as kernels use, all cores.
func counts(threads, cores int) []int {
	list := []int{1}
	for _, n := range []int{threads, cores} {
		if n > list[len(list)-1] {
			list = append(list, n)
		}
	}
	return list
}

// settle is how many samples it takes until the system has given each thread a core of its own.
const settle = 10

// report measures all ceilings in turns.
func (cs *ceilings) report(ctx context.Context, o Options, threads int, emit func(Row) error) error {
	t := newTeam(threads)
	defer t.close()
	rates := make([][]float64, len(cs.list))
	over := o.pace().sample / rateTries
	for range o.pace().rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.begin()
		for range settle * (threads - 1) {
			cs.list[0].sample(t, over)
		}
		for i, c := range cs.list {
			rates[i] = append(rates[i], c.sample(t, over))
		}
		t.end()
	}
	for i, c := range cs.list {
		if err := emit(c.row(rates[i], threads)); err != nil {
			return err
		}
	}
	return nil
}

func (c ceiling) row(rates []float64, threads int) Row {
	r := Row{Kernel: "ceiling", ISA: c.isa.String(), Shape: c.id.shape(), Threads: threads, Bound: c.id.bound, Share: 1, Impl: c.impl}
	if c.id.mix == compute {
		r.GFlops = median(rates)
	} else {
		r.GBps = median(rates)
	}
	return r
}
