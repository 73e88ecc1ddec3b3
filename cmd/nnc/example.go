package main

import (
	"fmt"
	"strconv"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// writeExample writes inputs of the right shapes. Dims that no size is given for are 1.
func writeExample(path string, sig nnc.Sig, sizes map[string]string) error {
	in, err := made(sig, sizes)
	if err != nil {
		return err
	}
	return invoke.WriteNPZ(path, in)
}

// made are inputs of the right shapes: floats from 0 to below 1 in a pattern that repeats, integers 0, sizes as given.
func made(sig nnc.Sig, sizes map[string]string) (nnc.Named, error) {
	lookup, err := lengths(sizes)
	if err != nil {
		return nil, err
	}
	in := nnc.Named{}
	for _, a := range sig.Args {
		if a.List {
			return nil, fmt.Errorf("%s: lists can't be made up", a)
		}
		dims := make([]int, len(a.Dims))
		for i, text := range a.Dims {
			d, err := ir.ParseDim(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", a, err)
			}
			n, err := d.Eval(lookup)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", a, err)
			}
			dims[i] = int(n)
		}
		dt, _ := tensor.ParseDType(a.DType)
		if in[a.Name], err = tensor.TryNew(dt, dims...); err != nil {
			return nil, fmt.Errorf("%s: %w", a, err)
		}
		fillExample(in[a.Name], a, lookup)
	}
	return in, nil
}

func fillExample(t nnc.Tensor, a nnc.Value, lookup func(string) (int64, bool)) {
	const period = 16
	switch {
	case t.DType().IsFloat():
		for i := range t.Len() {
			t.SetFloat(i, float64(i%period)/period)
		}
	case t.DType() == nnc.I64 && t.Rank() == 0:
		n, _ := lookup(a.Name)
		t.SetInt(0, n)
	}
}

// lengths are the sizes as numbers; those that are not given are 1.
func lengths(sizes map[string]string) (func(string) (int64, bool), error) {
	ns := map[string]int64{}
	for name, text := range sizes {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, usagef("--set %s=%s: a size is a whole number from 0", name, text)
		}
		ns[name] = n
	}
	return func(name string) (int64, bool) {
		if n, ok := ns[name]; ok {
			return n, true
		}
		return 1, true
	}, nil
}
