package runtime

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/seed-350a5e16/nnc/compiler/plan"
)

// Profile gathers where the time of calls goes. Steps of a wave then run one after the other, each on all workers. The zero
// Profile is ready; it is safe for concurrent use.
type Profile struct {
	mu    sync.Mutex
	steps map[*plan.Step]*StepTime
}

// StepTime is what a step took.
type StepTime struct {
	Func  string        `json:"fn"`
	Step  string        `json:"step"`  // the kernel family, or the op that is evaluated
	Where string        `json:"where"` // in the source; "" if unknown
	Ops   int           `json:"ops"`   // of the graph that it stands for
	Eval  bool          `json:"eval"`  // it has no kernel
	Runs  int64         `json:"runs"`
	Time  time.Duration `json:"ns"`
}

type profileKey struct{}

// WithProfile makes calls under the context report to p.
func WithProfile(ctx context.Context, p *Profile) context.Context {
	return context.WithValue(ctx, profileKey{}, p)
}

func profileOf(ctx context.Context) *Profile {
	p, _ := ctx.Value(profileKey{}).(*Profile)
	return p
}

// add notes a run of a step.
func (p *Profile) add(fn string, s *plan.Step, eval bool, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.steps == nil {
		p.steps = map[*plan.Step]*StepTime{}
	}
	t := p.steps[s]
	if t == nil {
		t = &StepTime{Func: fn, Step: s.Name, Ops: s.Ops, Eval: eval}
		if o := s.Origin; o != nil && !o.Span.IsZero() {
			t.Where = o.Span.Position().String()
		}
		p.steps[s] = t
	}
	t.Runs++
	t.Time += took
}

// Steps lists what was measured, the longest first.
func (p *Profile) Steps() []StepTime {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []StepTime
	for _, t := range p.steps {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b StepTime) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Func, b.Func), cmp.Compare(a.Where, b.Where), cmp.Compare(a.Step, b.Step))
	})
	return list
}

// WriteTable writes what was measured as text for people.
func (p *Profile) WriteTable(w io.Writer) error {
	steps := p.Steps()
	var total time.Duration
	for _, s := range steps {
		total += s.Time
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "time\tshare\truns\tops\tstep\tfunction\twhere")
	for _, s := range steps {
		name := s.Step
		if s.Eval {
			name += " (no kernel)"
		}
		fmt.Fprintf(t, "%v\t%.1f%%\t%d\t%d\t%s\t%s\t%s\n", s.Time, 100*float64(s.Time)/float64(max(total, 1)), s.Runs, s.Ops, name, s.Func, s.Where)
	}
	return t.Flush()
}

// measured runs the kernels of a wave one after the other and notes what each took.
func (fr *frame) measured(w *boundWave) error {
	for _, s := range w.kernels {
		one := &boundWave{kernels: []*boundStep{s}}
		one.sum()
		from := time.Now()
		if err := fr.together(one); err != nil {
			return err
		}
		took := time.Since(from)
		_, eval := s.kernel.(*evalStep)
		fr.profile.add(fr.f.fn.Name, s.plan, eval && !hostScalar(s.plan), took)
	}
	return nil
}
