package asm

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A ResampleSpec is x of Dims with some axes made longer or shorter, one after the other; both are dense, of f32 or, if elements are moved,
// of any 4 bytes.
type ResampleSpec struct {
	Dims []int
	Axes []AxisTaps // ascending
	Move bool       // each element has one tap and is moved as it is: weights do not count
}

// A Resample is a ResampleSpec prepared for a CPU: immutable, used as a Gemm is, with A as x and C as y. Two axes side by side are one
// stage, what is between them lies in the worker's scratch; what other stages make lies in Work.
type Resample struct {
	jobGuard
	stages []resampleStage
	work   int
	row    string
}

// NewResample checks the spec and prepares it for c. Errors name the field.
func NewResample(c CPU, s ResampleSpec) (*Resample, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("resample: %w", err)
	}
	count, err := elements(s.Dims...)
	if err != nil {
		return nil, fmt.Errorf("resample: %w", err)
	}
	r := &Resample{}
	dims := slices.Clone(s.Dims)
	for _, axes := range s.order() {
		st := newResampleStage(c, dims, axes, s.Move)
		for _, t := range axes {
			dims[t.Axis] = t.Len()
		}
		n, err := elements(dims...)
		if err != nil {
			return nil, fmt.Errorf("resample: %w", err)
		}
		st.from, st.to = r.work, r.work
		if len(r.stages) > 0 {
			st.from -= r.stages[len(r.stages)-1].bytes
		}
		st.bytes = (4*n + 63) &^ 63
		r.work += st.bytes
		r.stages, r.row = append(r.stages, st), st.name
	}
	last := &r.stages[len(r.stages)-1]
	r.work -= last.bytes
	results, _ := elements(dims...) // not too many: seen above
	var b spanner
	b.dense("A", 4*count, 4, false)
	b.none("B")
	b.dense("C", 4*results, 4, true)
	b.none("Bias", "Zero")
	b.work(r.work)
	if results == 0 {
		b.clear()
	}
	return r, b.seal(&r.guard, "resample", len(r.stages), r.Units)
}

func (s *ResampleSpec) check() error {
	for i, d := range s.Dims {
		if d < 0 || d > maxDim {
			return fmt.Errorf("dim %d is %d", i, d)
		}
	}
	if len(s.Axes) == 0 {
		return errors.New("no Axes")
	}
	last := -1
	for i := range s.Axes {
		t := &s.Axes[i]
		if t.Axis <= last || t.Axis >= len(s.Dims) {
			return fmt.Errorf("axis %d of %d, after %d", t.Axis, len(s.Dims), last)
		}
		last = t.Axis
		if err := t.check(s.Dims[t.Axis], s.Move); err != nil {
			return err
		}
	}
	return nil
}

// order is the axes of each stage: the last two together if they lie side by side, and before them what makes less of x, else after. Long
// sums are cut first.
func (s *ResampleSpec) order() [][]*AxisTaps {
	for i := range s.Axes {
		if s.Axes[i].most() > maxTaps {
			parts, sums := s.Axes[i].halves()
			rest := ResampleSpec{Dims: slices.Clone(s.Dims), Axes: slices.Clone(s.Axes)}
			rest.Dims[parts.Axis], rest.Axes[i] = parts.Len(), sums
			return append([][]*AxisTaps{{&parts}}, rest.order()...)
		}
	}
	var before, last, after [][]*AxisTaps
	n := len(s.Axes)
	pair := n > 1 && s.Axes[n-1].Axis == s.Axes[n-2].Axis+1
	for i := range s.Axes {
		t := &s.Axes[i]
		switch shrinks := t.Len() < s.Dims[t.Axis]; {
		case pair && i == n-2:
			last = append(last, []*AxisTaps{t, &s.Axes[n-1]})
		case pair && i == n-1:
		case shrinks || pair && s.grows(n-2, n-1):
			before = append(before, []*AxisTaps{t})
		default:
			after = append(after, []*AxisTaps{t})
		}
	}
	return slices.Concat(before, last, after)
}

// grows reports whether there is more of two axes in the result.
func (s *ResampleSpec) grows(i, j int) bool {
	a, b := &s.Axes[i], &s.Axes[j]
	return a.Len()*b.Len() > s.Dims[a.Axis]*s.Dims[b.Axis]
}

// Row is the name of the row that does the last of it.
func (r *Resample) Row() string { return r.row }

// WorkBytes is what stages but the last make.
func (r *Resample) WorkBytes() int { return r.work }

// Stages is 1, and one more for each axis that does not lie beside the last.
func (r *Resample) Stages() int { return len(r.stages) }

// Units is the number of units of a stage.
func (r *Resample) Units(stage int) int { return r.stages[stage].units() }

// Run runs one unit. It allocates nothing once a Scratch has seen the job.
func (r *Resample) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&r.guard) {
		r.enter(stage, unit, o, s)
	}
	st, x, y := &r.stages[stage], o.A, o.C
	if stage > 0 {
		x = unsafe.Add(o.Work, st.from)
	}
	if stage < len(r.stages)-1 {
		y = unsafe.Add(o.Work, st.to)
	}
	st.run(unit, x, y, s)
	s.blend, s.resample, s.index = args.Blend{}, args.Resample{}, args.Index{}
}
