package interp

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Machine holds the params and state of a module and calls its functions, as a session of the runtime does, so that both
// give the same numbers. It is not safe for use by several goroutines.
type Machine struct {
	m     *ir.Module
	seed  int64
	calls int64
	vals  map[string]tensor.Tensor // params and state by path
}

// NewMachine makes a machine whose params and state have no values yet; see Init and Set. The seed is that of first
// values and of what functions draw.
func NewMachine(m *ir.Module, seed int64) *Machine {
	return &Machine{m: m, seed: seed, vals: map[string]tensor.Tensor{}}
}

// Init gives every param and state its first value: what its function makes of a key, or zeros.
func (x *Machine) Init(ctx context.Context) error {
	for _, p := range slices.Concat(x.m.Params, x.m.States) {
		v, err := x.first(ctx, p)
		if err != nil {
			return fmt.Errorf("first value of %s: %w", p.Name, err)
		}
		x.vals[p.Name] = v
	}
	return nil
}

func (x *Machine) first(ctx context.Context, p ir.ParamInfo) (tensor.Tensor, error) {
	if p.Init == "" {
		shape, err := p.Type.Shape(func(string) (int64, bool) { return 0, false })
		if err != nil {
			return tensor.Tensor{}, err
		}
		return tensor.New(p.Type.DType, shape...), nil
	}
	f := x.m.Func(p.Init)
	if f == nil {
		return tensor.Tensor{}, fmt.Errorf("there is no function %s", p.Init)
	}
	h := fnv.New64a()
	h.Write([]byte(p.Name))
	in, err := x.args(f, nil, int64(h.Sum64()))
	if err != nil {
		return tensor.Tensor{}, err
	}
	out, err := Run(ctx, f, in)
	if err != nil {
		return tensor.Tensor{}, err
	}
	return out[0], nil
}

// Set gives a param or state a value. Its type is checked when a function reads it.
func (x *Machine) Set(path string, v tensor.Tensor) error {
	known := slices.ContainsFunc(slices.Concat(x.m.Params, x.m.States), func(p ir.ParamInfo) bool { return p.Name == path })
	if !known {
		return fmt.Errorf("%s has no param or state %s", x.m.Name, path)
	}
	x.vals[path] = v
	return nil
}

// Get is the value of a param or state; false if it has none.
func (x *Machine) Get(path string) (tensor.Tensor, bool) { v, ok := x.vals[path]; return v, ok }

// Call calls a function by name. In gives inputs and sizes by name; params, state and the key of the call are the
// machine's. It returns the results by name. What the function writes is applied if it succeeds, and only then.
func (x *Machine) Call(ctx context.Context, name string, in map[string]tensor.Tensor) (map[string]tensor.Tensor, error) {
	f := x.m.Func(name)
	if f == nil {
		return nil, fmt.Errorf("%s has no function %s", x.m.Name, name)
	}
	args, err := x.args(f, in, x.calls+1)
	if err != nil {
		return nil, err
	}
	out, err := Run(ctx, f, args)
	if err != nil {
		return nil, err
	}
	x.calls++
	results := map[string]tensor.Tensor{}
	for i, o := range f.Outs {
		if o.Kind == ir.Write {
			x.vals[o.Name] = out[i]
		} else {
			results[o.Name] = out[i]
		}
	}
	return results, nil
}

// args lists the arguments of f; fold is the number that the key folds in.
func (x *Machine) args(f *ir.Func, in map[string]tensor.Tensor, fold int64) ([]tensor.Tensor, error) {
	args := make([]tensor.Tensor, len(f.Args))
	left := maps.Clone(in)
	for i, a := range f.Args {
		var ok bool
		var err error
		switch a.Kind {
		case ir.Param, ir.State:
			args[i], ok = x.vals[a.Name]
		case ir.Key:
			args[i], err = x.key(fold)
			ok = true
		default:
			args[i], ok = in[a.Name]
			delete(left, a.Name)
		}
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("%s: no value for %s%s: %v", f.Name, kindWord(a.Kind), a.Name, a.Type)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		return nil, fmt.Errorf("%s has no argument %s", f.Name, name)
	}
	return args, nil
}

func kindWord(k ir.ArgKind) string {
	if s := k.String(); s != "" {
		return s + " "
	}
	return ""
}

// key is the key of the machine's seed, folded with n.
func (x *Machine) key(n int64) (tensor.Tensor, error) {
	root, key := []tensor.Tensor{tensor.New(tensor.Key)}, []tensor.Tensor{tensor.New(tensor.Key)}
	if err := (ops.MakeKey{}).Eval([]tensor.Tensor{tensor.Scalar(x.seed)}, root); err != nil {
		return tensor.Tensor{}, err
	}
	err := ops.Fold{}.Eval([]tensor.Tensor{root[0], tensor.Scalar(n)}, key)
	return key[0], err
}
