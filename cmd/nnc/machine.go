package main

import (
	"context"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// machine is a session as train.Machine takes it: functions by name, those of recipes, too.
type machine struct {
	p     *plan.Program
	model *nnc.Model
	*nnc.Session
	funcs map[string]*nnc.Func
}

func newMachine(p *plan.Program, o nnc.Options, seed uint64) (*machine, error) {
	model, err := nnc.New(p, &o)
	if err != nil {
		return nil, err
	}
	s, err := model.NewSession(seed)
	if err != nil {
		return nil, err
	}
	return &machine{p, model, s, map[string]*nnc.Func{}}, nil
}

// Params implements train.Machine.
func (m *machine) Params() []string { return declared(m.p.Params) }

// States implements train.Machine.
func (m *machine) States() []string { return declared(m.p.States) }

func declared(decls []plan.Decl) []string {
	names := make([]string, len(decls))
	for i, d := range decls {
		names[i] = d.Name
	}
	return names
}

// Get implements train.Machine.
func (m *machine) Get(path string) (tensor.Tensor, error) { return m.Param(path) }

// Set implements train.Machine.
func (m *machine) Set(path string, t tensor.Tensor) error { return m.SetParam(path, t) }

// Call implements train.Machine.
func (m *machine) Call(ctx context.Context, fn string, key tensor.Tensor, in []tensor.Tensor) ([]train.Result, error) {
	f, err := m.fn(fn)
	if err != nil {
		return nil, err
	}
	sig := f.Sig()
	out := make([]nnc.Tensor, len(sig.Results))
	if err := m.RunKey(ctx, f, key, out, in); err != nil {
		return nil, err
	}
	results := make([]train.Result, len(out))
	for i, t := range out {
		results[i] = train.Result{Name: sig.Results[i].Name, Tensor: t}
	}
	return results, nil
}

func (m *machine) fn(name string) (*nnc.Func, error) {
	if f := m.funcs[name]; f != nil {
		return f, nil
	}
	f, err := m.model.Func(name)
	if err == nil {
		m.funcs[name] = f
	}
	return f, err
}

// InputTypes implements train.Machine.
func (m *machine) InputTypes(fn string) []tensor.DType {
	f := m.p.Func(fn)
	if f == nil {
		return nil
	}
	var ts []tensor.DType
	for _, a := range f.Args {
		if a.Kind == ir.Input || a.Kind == ir.Size {
			ts = append(ts, a.Type.DType)
		}
	}
	return ts
}
