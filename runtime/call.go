package runtime

import (
	"context"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// values are the current params and states, by their places in the program.
type values struct {
	params, states []tensor.Tensor
	packs          *packs // of params
}

// valueAt is the place of a param, or of a state.
type valueAt struct {
	state bool
	i     int
}

func (v *values) slot(at valueAt) *tensor.Tensor {
	if at.state {
		return &v.states[at.i]
	}
	return &v.params[at.i]
}

// maxSyms is how many symbols a call keeps on its stack; more are allocated.
const maxSyms = 32

// call runs the function on values. What it writes goes to written, by its place in f.writes; those must not be the
// values themselves. key is what it draws from.
func (f *function) call(ctx context.Context, v *values, written []tensor.Tensor, key tensor.Tensor, out, in []tensor.Tensor) error {
	if err := f.m.calls.begin(); err != nil {
		return err
	}
	defer f.m.calls.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.checkCounts(out, in); err != nil {
		return err
	}
	var few [maxSyms]int64
	n := len(f.sig.names)
	syms := few[:min(n, maxSyms)]
	if n > maxSyms {
		syms = make([]int64, n)
	}
	if err := f.matchInputs(in, syms); err != nil {
		return err
	}
	b, err := f.bind(syms)
	if err != nil {
		return err
	}
	fr, err := b.take(ctx)
	if err != nil {
		return err
	}
	defer b.give(fr)
	defer fr.leave()
	if err := f.fill(fr, v, written, key, out, in); err != nil {
		return err
	}
	fr.enter(ctx, f.m.opts.threads())
	if err := fr.exec(); err != nil {
		return err
	}
	for k, i := range f.writes {
		if f.fn.Outs[i].Boxed {
			written[k] = fr.outs[i]
		}
	}
	return f.deliver(fr, out)
}

func (f *function) checkCounts(out, in []tensor.Tensor) error {
	if len(in) != len(f.inputs) {
		return &ArgError{Func: f.fn.Name, Arg: "inputs", Want: fmt.Sprint(len(f.inputs)), Got: fmt.Sprint(len(in))}
	}
	if len(out) != len(f.results) {
		return &ArgError{Func: f.fn.Name, Arg: "results", Want: fmt.Sprint(len(f.results)), Got: fmt.Sprint(len(out))}
	}
	return nil
}

// matchInputs gives symbols their values from the inputs.
func (f *function) matchInputs(in []tensor.Tensor, syms []int64) error {
	for k, i := range f.inputs {
		if err := f.sig.take(i, in[k], syms); err != nil {
			return err
		}
	}
	for k, i := range f.inputs {
		if err := f.sig.check(i, in[k], syms); err != nil {
			return err
		}
	}
	return nil
}

// fill puts arguments and places for results into the frame.
func (f *function) fill(fr *frame, v *values, written []tensor.Tensor, key tensor.Tensor, out, in []tensor.Tensor) error {
	for k, i := range f.inputs {
		fr.args[i] = in[k]
	}
	fr.values = v
	for _, h := range f.held {
		fr.args[h.arg] = *v.slot(h.at)
	}
	if f.key >= 0 {
		fr.args[f.key] = key
	}
	for k, i := range f.writes {
		fr.outs[i] = written[k]
	}
	for k, i := range f.results {
		t, err := f.room(fr, i, out[k])
		if err != nil {
			return err
		}
		for j, x := range in {
			if overlaps(t, x) {
				return &ArgError{Func: f.fn.Name, Arg: f.fn.Outs[i].Name, Want: "memory of its own", Got: "that of input " + f.fn.Args[f.inputs[j]].Name}
			}
		}
		fr.outs[i] = t
	}
	return nil
}

// room is the tensor that result i is computed into: what the caller gives if it is large enough, else a new one.
func (f *function) room(fr *frame, i int, given tensor.Tensor) (tensor.Tensor, error) {
	o := &f.fn.Outs[i]
	if o.Boxed {
		return tensor.Tensor{}, nil
	}
	if given.IsZero() {
		return tensor.TryNew(o.Type.DType, fr.b.dims[i]...)
	}
	if given.DType() != o.Type.DType {
		return given, &ArgError{Func: f.fn.Name, Arg: o.Name, Want: o.Type.String(), Got: describe(given)}
	}
	if t, ok := given.Resize(fr.b.dims[i]...); ok {
		return t, nil
	}
	return tensor.TryNew(o.Type.DType, fr.b.dims[i]...)
}

// deliver hands results over, with the lengths that they came to have.
func (f *function) deliver(fr *frame, out []tensor.Tensor) error {
	for k, i := range f.results {
		t, o := fr.outs[i], &f.fn.Outs[i]
		if !o.Boxed && o.Bound != o.Type {
			var dims [tensor.MaxRank]int
			for a := range o.Type.Rank() {
				n, err := fr.sizes.dim(o.Type.Dim(a))
				if err != nil {
					return err
				}
				dims[a] = n
			}
			t, _ = t.Resize(dims[:o.Type.Rank()]...)
		}
		out[k] = t
	}
	return nil
}

// overlaps reports whether two tensors share memory.
func overlaps(a, b tensor.Tensor) bool {
	x, y := a.Bytes(), b.Bytes()
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	p, q := uintptr(dataOf(a)), uintptr(dataOf(b))
	return p < q+uintptr(len(y)) && q < p+uintptr(len(x))
}
