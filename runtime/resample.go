package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A resizer is an op that resamples axes.
type resizer interface {
	ir.Op
	Resampled() (axes []int, moved bool)
	Taps(k, n, m int) ops.Taps
}

// resampleKernel is the kernel of a resize, or its gradient, of f32 or of elements of whole words that are moved; nil for others.
func resampleKernel(s *plan.Step) kernel {
	op, ok := s.Eval.(resizer)
	if !ok || len(s.In) != 1 {
		return nil
	}
	if _, moves := op.Resampled(); s.In[0].Type.DType != tensor.F32 && !(moves && s.In[0].Type.DType.Size()%4 == 0) {
		return nil
	}
	return newJobStep(s, makeResample)
}

func makeResample(c asm.CPU, op ir.Op, x, y *ref) (asm.Job, error) {
	spec, err := resampleSpec(op, x, y, false)
	if err != nil {
		return nil, err
	}
	return asm.NewResample(c, spec)
}

// resampleSpec is y of x by an op that was checked; both lie dense, channels last if that is set.
func resampleSpec(op ir.Op, x, y *ref, last bool) (asm.ResampleSpec, error) {
	r, ok := op.(resizer)
	if !ok {
		return asm.ResampleSpec{}, fmt.Errorf("%s resamples nothing", op.Name())
	}
	axes, moves := r.Resampled()
	if len(axes) == 0 {
		return asm.ResampleSpec{}, fmt.Errorf("%s resamples nothing", op.Name())
	}
	s := asm.ResampleSpec{Dims: append([]int(nil), x.shape()...), Move: moves}
	if last {
		s.Dims = append(append(s.Dims[:1:1], s.Dims[2:]...), s.Dims[1])
	}
	if words := x.dt.Size() / 4; words > 1 {
		s.Dims = append(s.Dims, words)
	}
	for k, a := range axes {
		if x.dims[a] == 0 && y.dims[a] > 0 {
			return asm.ResampleSpec{}, fmt.Errorf("axis %d has no elements to make %d of", a, y.dims[a])
		}
		t := r.Taps(k, x.dims[a], y.dims[a])
		if last {
			a--
		}
		taps := asm.AxisTaps{Axis: a, Start: t.Start, Index: t.Index, Weight: make([]float32, len(t.Weight))}
		for i, w := range t.Weight {
			taps.Weight[i] = float32(w)
		}
		s.Axes = append(s.Axes, taps)
	}
	return s, nil
}

// buildResample works on images as they lie.
func buildResample(b *imageBuilder, op ir.Op) error {
	if !b.in[0].lies(b.last) {
		return errLayout
	}
	if r, ok := op.(resizer); ok {
		if axes, _ := r.Resampled(); axes[0] < 2 {
			return fmt.Errorf("axis %d of an image is none of its sides", axes[0])
		}
	}
	spec, err := resampleSpec(op, &b.in[0], &b.out, b.last)
	if err != nil {
		return err
	}
	job, err := asm.NewResample(b.cpu, spec)
	return b.add(job, err, place{stepInput, 0}, place{}, place{stepOutput, 0})
}
