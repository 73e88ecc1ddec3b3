package bench

import (
	"context"
	"time"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// Model measures a function of a model on inputs that are made up. p is what the model was made from; sizes are those of
// free dims, and of arguments that are sizes.
func Model(ctx context.Context, o Options, p *plan.Program, model *nnc.Model, name string, sizes map[string]int64) (ModelRow, error) {
	fn, err := model.Func(name)
	if err != nil {
		return ModelRow{}, err
	}
	in, err := MakeInputs(fn.Sig(), sizes)
	if err != nil {
		return ModelRow{}, err
	}
	row := ModelRow{Model: p.Name, Fn: fn.Sig().Name, Threads: o.Threads, ISA: model.Info().ISA}
	lookup := func(name string) (int64, bool) {
		if n, ok := sizes[name]; ok {
			return n, true
		}
		return 1, true
	}
	f := p.Func(row.Fn)
	if row.Arena, err = fn.Warm(warmDims(f, lookup)); err != nil {
		return row, err
	}
	c, err := newCall(model, fn, in)
	if err != nil {
		return row, err
	}
	defer c.session.Close()
	times, err := c.times(ctx, o)
	if err != nil {
		return row, err
	}
	least := times[0]
	for _, t := range times {
		least = min(least, t)
	}
	ns := median(times)
	flops, err := bodyFlops(&f.Body, lookup)
	if err != nil {
		return row, err
	}
	row.Median, row.Min, row.GFlops = round3(ns/1e3), round3(least/1e3), round3(flops/ns)
	return row, nil
}

// times are those of calls, in nanoseconds: as many as fit into the time of a kernel's rounds, and a few at least.
func (c *call) times(ctx context.Context, o Options) ([]float64, error) {
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	p := o.pace()
	long := time.Duration(p.rounds) * p.sample * 10
	var times []float64
	for from := time.Now(); time.Since(from) < long || len(times) < enough; {
		start := time.Now()
		if err := c.run(ctx); err != nil {
			return nil, err
		}
		times = append(times, float64(time.Since(start)))
	}
	return times, nil
}

// warmDims are the sizes of a function's free dims and sizes.
func warmDims(f *plan.Func, lookup func(string) (int64, bool)) map[string]int {
	sizes := map[string]int{}
	for _, s := range f.Syms {
		n, _ := lookup(s.Name)
		sizes[s.Name] = int(n)
	}
	for _, a := range f.Args {
		if a.Kind == ir.Size {
			n, _ := lookup(a.Name)
			sizes[a.Name] = int(n)
		}
	}
	return sizes
}

// bodyFlops are the operations of a body's products and convolutions: those of an if's first branch, of a while one round.
func bodyFlops(b *plan.Body, lookup func(string) (int64, bool)) (float64, error) {
	var sum float64
	for _, wave := range b.Waves {
		for _, s := range wave {
			n, err := stepFlops(s, lookup)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, nil
}

func stepFlops(s *plan.Step, lookup func(string) (int64, bool)) (float64, error) {
	switch {
	case s.Gemm != nil:
		ds := append(append([]ir.Dim{}, s.Gemm.Lead...), s.Gemm.M, s.Gemm.N, s.Gemm.K)
		return sizeOf(2, ds, lookup)
	case s.Loop != nil:
		return loopFlops(s.Loop, lookup)
	case s.If != nil:
		return bodyFlops(s.Bodies()[0], lookup)
	case s.Image != nil:
		return convFlops(s, lookup)
	}
	return 0, nil
}

func loopFlops(l *plan.Loop, lookup func(string) (int64, bool)) (float64, error) {
	inner, err := bodyFlops(&l.Body, lookup)
	if err != nil || l.While {
		return inner, err
	}
	trip, err := l.Trip.Eval(lookup)
	return inner * float64(trip), err
}

func sizeOf(by float64, ds []ir.Dim, lookup func(string) (int64, bool)) (float64, error) {
	for _, d := range ds {
		n, err := d.Eval(lookup)
		if err != nil {
			return 0, err
		}
		by *= float64(n)
	}
	return by, nil
}

// convFlops are two for each weight that meets a pixel: an output's channel has those of its filter; in a transposed
// convolution an input's, and in the gradient of weights the given gradient's.
func convFlops(s *plan.Step, lookup func(string) (int64, bool)) (float64, error) {
	if len(s.In) < 2 {
		return 0, nil
	}
	pixels, weights := s.Out[0].Type, s.In[1].Type
	switch s.Image.Op.(type) {
	case ops.Conv:
	case ops.ConvTranspose:
		pixels = s.In[0].Type
	case ops.ConvWeightGrad:
		pixels, weights = s.In[1].Type, s.Out[0].Type
	default:
		return 0, nil
	}
	all, err := sizeOf(2, pixels.Dims(), lookup)
	if err != nil {
		return 0, err
	}
	return sizeOf(all, weights.Dims()[1:], lookup)
}
