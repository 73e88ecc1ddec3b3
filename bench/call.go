package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A call is a function with its inputs, results and a session, so that each run is like the one before.
type call struct {
	model   *nnc.Model
	fn      *nnc.Func
	session *nnc.Session
	in, out []nnc.Tensor
}

// newCall makes a session with first values and runs the function once: from then on weights are packed and results have
// their memory.
func newCall(model *nnc.Model, fn *nnc.Func, in nnc.Named) (*call, error) {
	s, err := model.NewSession(1)
	if err != nil {
		return nil, err
	}
	c := &call{model: model, fn: fn, session: s, out: make([]nnc.Tensor, len(fn.Sig().Results))}
	for _, a := range fn.Sig().Args {
		c.in = append(c.in, in[a.Name])
	}
	if err := c.run(context.Background()); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *call) run(ctx context.Context) error { return c.session.Run(ctx, c.fn, c.out, c.in) }

// streams are inputs and results of floats that begin with a line of a cache, if all do.
func (c *call) streams() streams {
	var list []stream
	for i, t := range slices.Concat(c.in, c.out) {
		x := tensor.Data[float32](t)
		if len(x) == 0 || uintptr(ptr(x))%64 != 0 {
			return nil
		}
		kind := args.StreamRead
		if i >= len(c.in) {
			kind = args.StreamWrite
		}
		list = append(list, stream{x, kind})
	}
	return streamsOf(list...)
}

func (c *call) close() {
	c.session.Close()
	c.model.Close()
}

// noKernel names the ops that are evaluated in plain Go.
func (c *call) noKernel(ctx context.Context) ([]string, error) {
	var p nnc.Profile
	if err := c.run(nnc.WithProfile(ctx, &p)); err != nil {
		return nil, err
	}
	var names []string
	for _, s := range p.Steps() {
		if s.Eval && !slices.Contains(names, s.Step) {
			names = append(names, s.Step)
		}
	}
	return names, nil
}

// MakeInputs makes inputs up from a signature: floats between -1 and 1, integers 0, sizes and dims as given; what is open
// is 1.
func MakeInputs(sig nnc.Sig, sizes map[string]int64) (nnc.Named, error) {
	lookup := func(name string) (int64, bool) {
		if n, ok := sizes[name]; ok {
			return n, true
		}
		return 1, true
	}
	in := nnc.Named{}
	for _, a := range sig.Args {
		t, err := makeInput(a, lookup)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a, err)
		}
		in[a.Name] = t
	}
	return in, nil
}

func makeInput(a nnc.Value, lookup func(string) (int64, bool)) (nnc.Tensor, error) {
	if a.List {
		return nnc.Tensor{}, fmt.Errorf("lists can't be made up")
	}
	shape := make([]int, len(a.Dims))
	for i, s := range a.Dims {
		d, err := ir.ParseDim(s)
		if err != nil {
			return nnc.Tensor{}, err
		}
		n, err := d.Eval(lookup)
		if err != nil {
			return nnc.Tensor{}, err
		}
		shape[i] = int(n)
	}
	dt, _ := tensor.ParseDType(a.DType)
	t, err := tensor.TryNew(dt, shape...)
	if err != nil {
		return nnc.Tensor{}, err
	}
	switch {
	case dt == nnc.F32:
		copy(nnc.Data[float32](t), floats(t.Len()))
	case dt.IsFloat():
		for i, v := range floats(t.Len()) {
			t.SetFloat(i, float64(v))
		}
	case dt == nnc.I64 && t.Rank() == 0:
		n, _ := lookup(a.Name)
		t.SetInt(0, n)
	}
	return t, nil
}
